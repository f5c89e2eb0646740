package dev.torii.injector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.torii.testkit.TlsClients;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.zjsonpatch.JsonPatch;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The webhook configuration that ships, and what an API server does with a new pod by it. */
final class Admission {

    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("object", SimpleType.DYN)
            .build();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder().build();

    private Admission() {}

    /** The configuration as it ships. */
    static ObjectNode configuration() {
        try {
            return (ObjectNode) new YAMLMapper().readTree(shipped("injector-webhook.yaml"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A file of the installation. */
    static String shipped(String name) {
        Path house = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(house.resolve("src/kubernetes"))) {
            house = house.getParent();
        }
        try {
            return Files.readString(house.resolve("src/kubernetes/base").resolve(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The same for an injector that has no Service, but a port of this machine. */
    static ObjectNode configuration(int port) {
        ObjectNode configuration = configuration();
        for (JsonNode webhook : configuration.get("webhooks")) {
            ObjectNode client = (ObjectNode) webhook.get("clientConfig");
            client.put(
                    "url",
                    "https://127.0.0.1:" + port + client.at("/service/path").asText());
            client.remove("service");
        }
        return configuration;
    }

    /** The names of the webhooks that are asked about a pod. */
    static List<String> reached(String namespace, Map<String, String> labels, ObjectNode pod) {
        List<String> names = new ArrayList<>();
        for (JsonNode webhook : configuration().get("webhooks")) {
            if (selects(webhook.at("/namespaceSelector/matchExpressions"), namespace, labels)
                    && matches(webhook.path("matchConditions"), pod)) {
                names.add(webhook.path("name").asText());
            }
        }
        return names;
    }

    /**
     * What an API server makes of a pod: it asks every webhook that the pod comes to, as the configuration says that is in
     * force.
     *
     * @throws Refused when one does not allow it
     */
    static Pod taken(MutatingWebhookConfiguration inForce, ObjectNode pod, Namespace namespace, boolean dryRun)
            throws Exception {
        String name = namespace.getMetadata().getName();
        JsonNode result = pod;
        for (String reached : reached(name, namespace.getMetadata().getLabels(), pod)) {
            MutatingWebhook webhook = inForce.getWebhooks().stream()
                    .filter(each -> each.getName().equals(reached))
                    .findFirst()
                    .orElseThrow();
            JsonNode response = asked(webhook, Pods.review(result, "CREATE", dryRun));
            if (!response.path("allowed").asBoolean()) {
                throw new Refused(response.at("/status/message").asText());
            }
            if (response.has("patch")) {
                result = JsonPatch.apply(
                        Pods.JSON.readTree(Base64.getDecoder()
                                .decode(response.path("patch").asText())),
                        result);
            }
        }
        return Pods.typed(result);
    }

    /** A webhook did not allow it. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        private Refused(String message) {
            super(message);
        }
    }

    private static JsonNode asked(MutatingWebhook webhook, ObjectNode review) throws Exception {
        WebhookClientConfig client = webhook.getClientConfig();
        HttpResponse<String> answer = HttpClient.newBuilder()
                .sslContext(TlsClients.trusting(
                        new String(Base64.getDecoder().decode(client.getCaBundle()), StandardCharsets.US_ASCII)))
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create(client.getUrl() + "?timeout=10s"))
                                .header("content-type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(review.toString()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return Pods.JSON.readTree(answer.body()).path("response");
    }

    private static boolean selects(JsonNode expressions, String namespace, Map<String, String> labels) {
        for (JsonNode each : expressions) {
            String key = each.path("key").asText();
            String value = key.equals("kubernetes.io/metadata.name") ? namespace : labels.get(key);
            List<String> values = new ArrayList<>();
            ((ArrayNode) each.get("values")).forEach(one -> values.add(one.asText()));
            boolean in = value != null && values.contains(value);
            boolean holds = switch (each.path("operator").asText()) {
                case "In" -> in;
                case "NotIn" -> !in;
                default -> throw new AssertionError("an operator that this test does not know: " + each);
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(JsonNode conditions, ObjectNode pod) {
        for (JsonNode each : conditions) {
            try {
                Object holds = RUNTIME.createProgram(
                                COMPILER.compile(each.path("expression").asText())
                                        .getAst())
                        .eval(Map.of("object", Pods.JSON.convertValue(pod, Map.class)));
                if (!Boolean.TRUE.equals(holds)) {
                    return false;
                }
            } catch (CelValidationException | CelEvaluationException e) {
                throw new AssertionError(each.toString(), e);
            }
        }
        return true;
    }
}
