package dev.torii.injector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What becomes of one pod, or of the template of one. Whoever brings a pod here has chosen it: the API server by the
 * webhook's selectors, a person by naming a file; so a pod that says nothing of itself gets its sidecar. Pure: the same pod
 * always gets the same, and one that has a sidecar gets no other. Safe on any thread.
 */
public final class Injector {

    private static final int MOST_CONTAINERS = 1_000;

    private final InjectorSettings settings;

    public Injector(InjectorSettings settings) {
        this.settings = settings;
    }

    /** What was decided. */
    public sealed interface Outcome {

        /**
         * It has its sidecar now.
         *
         * @param patch JSON patch (RFC 6902) that leads from the pod as it was to the pod as it is
         * @param warnings what its owner should know
         */
        record Injected(ArrayNode patch, List<String> warnings) implements Outcome {}

        /**
         * It stays as it is.
         *
         * @param reason {@code ""} when there is nothing to tell
         */
        record Left(String reason) implements Outcome {}

        /** It wants a sidecar and cannot have one; it had better not start without. */
        record Refused(String reason) implements Outcome {}
    }

    /**
     * Puts a sidecar into a pod.
     *
     * @param pod with {@code metadata} and {@code spec}; changed in place
     * @param namespace that it will run in; {@code ""} when that is not known
     */
    public Outcome inject(ObjectNode pod, String namespace) {
        if (!(pod.get("spec") instanceof ObjectNode spec)
                || !(spec.get("containers") instanceof ArrayNode containers)) {
            return new Outcome.Refused("this pod has no spec.containers");
        }
        String shape = misshapen(pod, spec, containers);
        if (!shape.isEmpty()) {
            return new Outcome.Refused(shape);
        }
        String reason = whyNot(pod, spec, namespace);
        if (!reason.isEmpty() || hasSidecar(spec)) {
            return new Outcome.Left(reason);
        }
        for (JsonNode container : containers) {
            String taken = takenPort(container);
            if (!taken.isEmpty()) {
                return new Outcome.Refused(taken);
            }
        }
        PodSettings own;
        try {
            own = PodSettings.of(pod);
        } catch (PodSettings.WrongAnnotation e) {
            return new Outcome.Refused(String.valueOf(e.getMessage()));
        }
        return new Outcome.Injected(edit(pod, own), warnings(spec));
    }

    /** An admission request may hold anything; what is written to has to be what it should. */
    private static String misshapen(ObjectNode pod, ObjectNode spec, ArrayNode containers) {
        for (JsonNode list : List.of(containers, spec.path("initContainers"), spec.path("volumes"))) {
            if (!list.isMissingNode() && !list.isNull() && !list.isArray()) {
                return "this pod's lists of containers and volumes are not lists";
            }
            for (JsonNode each : list) {
                if (!each.isObject() || list.size() > MOST_CONTAINERS) {
                    return "this pod's lists of containers and volumes hold something else, or too much";
                }
            }
        }
        JsonNode metadata = pod.path("metadata");
        for (JsonNode map : List.of(metadata, metadata.path("annotations"), metadata.path("labels"))) {
            if (!map.isMissingNode() && !map.isNull() && !map.isObject()) {
                return "this pod's metadata is not what it should be";
            }
        }
        return "";
    }

    private String whyNot(ObjectNode pod, ObjectNode spec, String namespace) {
        JsonNode metadata = pod.path("metadata");
        String label = metadata.path("labels").path(PodSettings.INJECT).asText("");
        String annotation =
                metadata.path("annotations").path(PodSettings.INJECT).asText("");
        if (says("false", label, annotation)) {
            // What its owner wrote needs no warning.
            return says("true", label, annotation)
                    ? "not injected: its label and its annotation torii.dev/inject contradict each other"
                    : "not injected: torii.dev/inject is \"false\"";
        }
        if (settings.neverIn().contains(namespace)) {
            return "not injected: namespace " + namespace + " is the cluster's own, which must come up without a mesh";
        }
        if (spec.path("hostNetwork").asBoolean()) {
            return "not injected: the pod uses its host's network, whose traffic is not its own";
        }
        if (spec.path("os").path("name").asText("linux").equals("windows")) {
            return "not injected: capture is for Linux";
        }
        return "";
    }

    private static boolean says(String word, String label, String annotation) {
        return label.toLowerCase(Locale.ROOT).equals(word)
                || annotation.toLowerCase(Locale.ROOT).equals(word);
    }

    /** The container counts, not the note about it, which may have been copied from elsewhere. */
    private static boolean hasSidecar(ObjectNode spec) {
        for (JsonNode container : spec.path("initContainers")) {
            if (container.path("name").asText().equals(Containers.SIDECAR)) {
                return true;
            }
        }
        return false;
    }

    private static String takenPort(JsonNode container) {
        for (JsonNode port : container.path("ports")) {
            if (Containers.PORTS.contains(port.path("containerPort").asInt())) {
                return "container " + container.path("name").asText() + " has port "
                        + port.path("containerPort").asInt() + ", which the sidecar needs; it may have any but "
                        + Containers.PORTS;
            }
        }
        return "";
    }

    private ArrayNode edit(ObjectNode pod, PodSettings own) {
        Containers containers = new Containers(settings, own);
        PodEdit edit = new PodEdit(pod);
        edit.prepend("initContainers", containers.initContainers());
        edit.append("volumes", containers.volumes());
        edit.annotate(
                PodSettings.STATUS,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("version", settings.version())
                        .put("image", containers.image())
                        .put("capture", settings.cni() ? "cni" : "init")
                        .toString());
        return edit.patch();
    }

    private static List<String> warnings(ObjectNode spec) {
        List<String> warnings = new ArrayList<>();
        for (JsonNode container : spec.path("containers")) {
            int uid = container
                    .path("securityContext")
                    .path("runAsUser")
                    .asInt(spec.path("securityContext").path("runAsUser").asInt(-1));
            if (uid == Containers.UID) {
                warnings.add("container " + container.path("name").asText() + " runs as user " + uid
                        + ", the sidecar's: its calls pass the sidecar by");
            }
        }
        return warnings;
    }
}
