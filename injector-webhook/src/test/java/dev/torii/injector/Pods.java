package dev.torii.injector;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.zjsonpatch.JsonPatch;
import java.util.Set;

/** Pods as the API server sends them, and the typed model as a judge of what comes back. */
final class Pods {

    static final ObjectMapper JSON = new ObjectMapper();

    static final InjectorSettings SETTINGS = new InjectorSettings(
            "1.2.3",
            "registry.example/torii:1.2.3",
            "https://torii-control.torii-system:15010",
            false,
            InjectorSettings.SYSTEM_NAMESPACES);

    /** The model keeps fields that it does not know; a judge must not. */
    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

    private Pods() {}

    static ObjectNode json(String text) {
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** A plain one. */
    static ObjectNode plain() {
        return json("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-0","namespace":"shop","labels":{"app":"web"}},
                 "spec":{"containers":[{"name":"web","image":"web:1","ports":[{"containerPort":8080},
                   {"containerPort":53,"protocol":"UDP"}],
                   "readinessProbe":{"httpGet":{"path":"/healthz","port":8080}}}],
                   "initContainers":[{"name":"migrate","image":"web:1"}],
                   "serviceAccountName":"web","restartPolicy":"Always"}}
                """);
    }

    static ObjectNode annotated(String... namesAndValues) {
        ObjectNode pod = plain();
        ObjectNode annotations = ((ObjectNode) pod.get("metadata")).putObject("annotations");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            annotations.put("torii.dev/" + namesAndValues[i], namesAndValues[i + 1]);
        }
        return pod;
    }

    static Injector.Outcome inject(ObjectNode pod) {
        return new Injector(SETTINGS).inject(pod, "shop", Injector.NamespaceSays.ENABLED);
    }

    /** As a kube-apiserver 1.31 sends one. */
    static ObjectNode review(JsonNode pod, String operation, boolean dryRun) {
        ObjectNode review = json("""
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{
                  "uid":"705ab4f5-6393-11e8-b7cc-42010a800002",
                  "kind":{"group":"","version":"v1","kind":"Pod"},
                  "resource":{"group":"","version":"v1","resource":"pods"},
                  "requestKind":{"group":"","version":"v1","kind":"Pod"},
                  "requestResource":{"group":"","version":"v1","resource":"pods"},
                  "namespace":"shop",
                  "userInfo":{"username":"system:serviceaccount:kube-system:replicaset-controller",
                    "uid":"1","groups":["system:serviceaccounts","system:authenticated"]},
                  "oldObject":null,
                  "options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}}
                """);
        ObjectNode request = (ObjectNode) review.get("request");
        request.put("operation", operation).put("dryRun", dryRun).set("object", pod);
        return review;
    }

    /** Applies a patch to the pod it is for, and reads the result strictly. */
    static Pod patched(JsonNode original, JsonNode patch) {
        return typed(JsonPatch.apply(patch, original));
    }

    static Pod typed(JsonNode pod) {
        try {
            return STRICT.treeToValue(pod, Pod.class);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(pod.toPrettyString(), e);
        }
    }

    static Set<String> systemNamespaces() {
        return InjectorSettings.SYSTEM_NAMESPACES;
    }
}
