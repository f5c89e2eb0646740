package dev.torii.injector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * One {@code AdmissionReview} (admission.k8s.io/v1), answered. It changes nothing but its answer, so a dry run is as good as
 * a real one. Source: Kubernetes, "Dynamic Admission Control".
 */
final class Review {

    /** The API server cuts warnings at this length. */
    private static final int LONGEST_WARNING = 256;

    private static final JsonMapper JSON = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(200)
                            .maxNumberLength(100)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Injector injector;

    Review(Injector injector) {
        this.injector = injector;
    }

    /** It is not an AdmissionReview, so there is no way to answer it in its own protocol. */
    static final class NotAReview extends Exception {

        private static final long serialVersionUID = 1L;

        private NotAReview(String message) {
            super(message);
        }
    }

    /** Answers a body, of a pod in a namespace that says this. */
    byte[] answer(byte[] body, Injector.NamespaceSays says) throws NotAReview {
        JsonNode request = read(body).path("request");
        String uid = request.path("uid").asText("");
        if (uid.isEmpty() || uid.length() > 100) {
            throw new NotAReview("the AdmissionReview has no request.uid");
        }
        ObjectNode answer = JSON.createObjectNode();
        answer.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        answer(request, says, answer.putObject("response").put("uid", uid));
        return answer.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode read(byte[] body) throws NotAReview {
        JsonNode review;
        try {
            review = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new NotAReview("the body is not JSON: "
                    + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse(""));
        } catch (java.io.IOException e) {
            throw new NotAReview("the body is not JSON");
        }
        String version = review.path("apiVersion").asText("");
        if (!review.path("kind").asText("").equals("AdmissionReview")) {
            throw new NotAReview("the body is not an AdmissionReview");
        }
        if (!version.equals("admission.k8s.io/v1")) {
            throw new NotAReview("the AdmissionReview must be of admission.k8s.io/v1");
        }
        return review;
    }

    private void answer(JsonNode request, Injector.NamespaceSays says, ObjectNode response) {
        JsonNode kind = request.path("kind");
        boolean isNewPod = kind.path("group").asText("").isEmpty()
                && kind.path("kind").asText("").equals("Pod")
                && request.path("subResource").asText("").isEmpty()
                && request.path("operation").asText("").equals("CREATE");
        response.put("allowed", true);
        if (!isNewPod) {
            return;
        }
        if (!(request.get("object") instanceof ObjectNode pod)) {
            refuse(response, "the review has no pod in request.object");
            return;
        }
        Injector.Outcome outcome =
                injector.inject(pod, request.path("namespace").asText(""), says);
        if (outcome instanceof Injector.Outcome.Injected injected) {
            response.put("patchType", "JSONPatch");
            response.put(
                    "patch",
                    Base64.getEncoder()
                            .encodeToString(injected.patch().toString().getBytes(StandardCharsets.UTF_8)));
            warn(response, injected.warnings());
        } else if (outcome instanceof Injector.Outcome.Left left) {
            warn(response, left.reason().isEmpty() ? List.of() : List.of(left.reason()));
        } else if (outcome instanceof Injector.Outcome.Refused refused) {
            refuse(response, refused.reason());
        }
    }

    private static void refuse(ObjectNode response, String reason) {
        response.put("allowed", false);
        response.putObject("status").put("code", 400).put("reason", "Invalid").put("message", "torii: " + reason);
    }

    private static void warn(ObjectNode response, List<String> warnings) {
        for (String warning : warnings) {
            String text = "torii: " + warning;
            response.withArray("warnings").add(text.substring(0, Math.min(LONGEST_WARNING, text.length())));
        }
    }
}
