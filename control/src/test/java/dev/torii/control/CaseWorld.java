package dev.torii.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.source.ServedKind;
import dev.torii.testkit.cases.CaseCluster;
import dev.torii.testkit.cases.CaseCompiler.SeenCondition;
import dev.torii.testkit.cases.CaseCompiler.SeenStatus;
import dev.torii.testkit.cases.ObjectName;
import dev.torii.testkit.cases.StatusLine.Subject;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * One case's part of a cluster that several share: its namespaces and its GatewayClasses have names of their own. Of a status
 * only those conditions are seen that are about the object's present generation.
 */
final class CaseWorld implements CaseCluster {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ApiServer server;
    private final String prefix;
    private final Map<String, Known> known = new LinkedHashMap<>();

    private record Known(String apiVersion, String kind, String namespace, String name) {}

    /** @param prefix of namespaces and classes */
    CaseWorld(ApiServer server, String prefix) {
        this.server = server;
        this.prefix = prefix;
        apply("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: torii}
                spec: {controllerName: torii.dev/gateway-controller}
                """);
    }

    @Override
    public void apply(String manifest) {
        // No real API server takes an endpoint on loopback.
        String distant = manifest.replace("127.0.0.1", "192.0.2.1");
        ObjectNode object = JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(distant));
        String kind = object.path("kind").asText();
        ObjectNode metadata = (ObjectNode) object.path("metadata");
        String name = metadata.path("name").asText();
        ObjectName as = new ObjectName(metadata.path("namespace").asText(), name);
        rename(object);
        // Where a real API server has an object in every version of its kind, the mock has it in the one that it came
        // in.
        ServedKind.all().stream()
                .filter(each -> each.name().equals(kind))
                .forEach(each ->
                        object.put("apiVersion", each.apiVersion(each.versions().get(0))));
        if (kind.equals("Namespace") || kind.equals("GatewayClass")) {
            metadata.put("name", prefix + name);
        }
        if (object.path("spec") instanceof ObjectNode spec && spec.has("gatewayClassName")) {
            spec.put("gatewayClassName", prefix + spec.path("gatewayClassName").asText());
        }
        // Of cluster IPs each is there once.
        if (!object.at("/spec/clusterIP").asText().equals("None") && object.path("spec") instanceof ObjectNode spec) {
            spec.remove("clusterIP");
        }
        server.apply(object.toString());
        known.put(
                kind + " " + as,
                new Known(
                        object.path("apiVersion").asText(),
                        kind,
                        metadata.path("namespace").asText(),
                        metadata.path("name").asText()));
    }

    /** Wherever a namespace is named: as {@code namespace}, or by the label that all have. */
    private void rename(JsonNode at) {
        if (at instanceof ObjectNode object) {
            for (String key : List.of("namespace", "kubernetes.io/metadata.name")) {
                if (object.path(key) instanceof TextNode name && !name.asText().isEmpty()) {
                    object.put(key, prefix + name.asText());
                }
            }
        }
        if (at instanceof ObjectNode || at instanceof ArrayNode) {
            at.forEach(this::rename);
        }
    }

    /** What its GatewayClass {@code torii} is called. */
    String className() {
        return prefix + "torii";
    }

    @Override
    public void delete(String kind, ObjectName object) {
        Known gone = known.remove(kind + " " + object);
        if (gone != null) {
            server.delete(gone.apiVersion(), kind, gone.namespace(), gone.name());
        }
    }

    /** Everything of it, last things first; its namespaces stay. */
    void clear() {
        List<Known> all = new ArrayList<>(known.values());
        for (int i = all.size() - 1; i >= 0; i--) {
            Known each = all.get(i);
            if (!each.kind().equals("Namespace")) {
                server.delete(each.apiVersion(), each.kind(), each.namespace(), each.name());
            }
        }
        known.clear();
    }

    /** An object as it stands; missing when there is none. */
    JsonNode get(String apiVersion, String kind, String namespace, String name) {
        GenericKubernetesResource object = server.get(apiVersion, kind, prefix + namespace, name);
        try {
            return object == null
                    ? JSON.missingNode()
                    : JSON.readTree(server.client().getKubernetesSerialization().asJson(object));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<SeenStatus> statuses(String kind, ObjectName object) {
        Known its = known.get(kind + " " + object);
        if (its == null) {
            return List.of();
        }
        String namespace = its.namespace().isEmpty() ? "" : object.namespace();
        JsonNode live = get(its.apiVersion(), kind, namespace, its.name());
        JsonNode status = live.path("status");
        long generation = live.at("/metadata/generation").asLong();
        List<SeenStatus> seen = new ArrayList<>();
        for (JsonNode each : status.path("listeners")) {
            Subject listener = new Subject(
                    kind, object, "", null, null, null, each.path("name").asText());
            seen.add(seen(listener, each, generation));
        }
        for (JsonNode each : status.path("parents")) {
            seen.add(seen(subject(kind, object, each, "parentRef"), each, generation));
        }
        for (JsonNode each : status.path("ancestors")) {
            seen.add(seen(subject(kind, object, each, "ancestorRef"), each, generation));
        }
        seen.add(seen(new Subject(kind, object, "", null, null, null, null), status, generation));
        return seen;
    }

    private Subject subject(String kind, ObjectName object, JsonNode entry, String reference) {
        if (!entry.path("controllerName").asText().equals(GatewayClass.OURS)) {
            throw new IllegalStateException("who wrote this? " + entry);
        }
        JsonNode parent = entry.path(reference);
        return new Subject(
                kind,
                object,
                parent.path("kind").asText(),
                new ObjectName(plain(parent.path("namespace")), plain(parent.path("name"))),
                parent.has("sectionName") ? parent.path("sectionName").asText() : null,
                parent.has("port") ? (Integer) parent.path("port").asInt() : null,
                null);
    }

    /** As the case has it. */
    private String plain(JsonNode name) {
        return name.asText().startsWith(prefix) ? name.asText().substring(prefix.length()) : name.asText();
    }

    private static SeenStatus seen(Subject subject, JsonNode entry, long generation) {
        Map<String, SeenCondition> conditions = new HashMap<>();
        for (JsonNode each : entry.path("conditions")) {
            if (each.path("observedGeneration").asLong() == generation) {
                conditions.put(
                        each.path("type").asText(),
                        new SeenCondition(
                                each.path("status").asText().equals("True"),
                                each.path("reason").asText(),
                                each.path("message").asText()));
            }
        }
        return new SeenStatus(
                subject,
                conditions,
                entry.path("attachedRoutes").asInt(),
                entry.path("supportedKinds").findValuesAsText("kind"),
                entry.path("listeners").size(),
                entry.path("attachedListenerSets").asInt());
    }
}
