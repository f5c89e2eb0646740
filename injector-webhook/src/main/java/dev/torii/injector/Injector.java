package dev.torii.injector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What becomes of one pod, or of the template of one. A pod says by itself whether it wants a sidecar (label or annotation
 * {@code torii.dev/inject}); for one that says nothing its namespace does ({@link NamespaceSays}). Pure: the same pod always
 * gets the same, and one that has a sidecar gets no other. Safe on any thread.
 */
public final class Injector {

    private static final int MOST_CONTAINERS = 1_000;

    private final InjectorSettings settings;

    public Injector(InjectorSettings settings) {
        this.settings = settings;
    }

    /** What the label {@code torii.dev/inject} of the pod's namespace says, in the words that it uses. */
    public enum NamespaceSays {
        /** There is no such label: only who asks gets one. */
        NOTHING,
        /** Who does not ask gets one too. */
        ENABLED,
        /** Nobody gets one. */
        DISABLED
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
    public Outcome inject(ObjectNode pod, String namespace, NamespaceSays says) {
        if (!(pod.get("spec") instanceof ObjectNode spec)
                || !(spec.get("containers") instanceof ArrayNode containers)) {
            return new Outcome.Refused("this pod has no spec.containers");
        }
        String shape = misshapen(pod, spec, containers);
        if (!shape.isEmpty()) {
            return new Outcome.Refused(shape);
        }
        Wish wish = wish(pod);
        if (hasSidecar(spec) || wish == Wish.NONE && says != NamespaceSays.ENABLED) {
            return new Outcome.Left("");
        }
        String reason = wish.whyNot.isEmpty() ? whyNot(spec, namespace, says) : wish.whyNot;
        if (!reason.isEmpty()) {
            return new Outcome.Left("not injected: " + reason);
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

    /** What a pod says of itself. What its owner wrote needs no warning, but where it is no answer. */
    private enum Wish {
        NONE(""),
        YES(""),
        NO("torii.dev/inject is \"false\""),
        BOTH("its label and its annotation torii.dev/inject contradict each other");

        private final String whyNot;

        Wish(String whyNot) {
            this.whyNot = whyNot;
        }
    }

    private static Wish wish(ObjectNode pod) {
        JsonNode metadata = pod.path("metadata");
        List<String> said = List.of(
                metadata.path("labels").path(PodSettings.INJECT).asText("").toLowerCase(Locale.ROOT),
                metadata.path("annotations").path(PodSettings.INJECT).asText("").toLowerCase(Locale.ROOT));
        if (said.contains("false")) {
            return said.contains("true") ? Wish.BOTH : Wish.NO;
        }
        return said.contains("true") ? Wish.YES : Wish.NONE;
    }

    private String whyNot(ObjectNode spec, String namespace, NamespaceSays says) {
        if (says == NamespaceSays.DISABLED) {
            return "namespace " + namespace + " does not want sidecars: its label torii.dev/inject is not \"enabled\"";
        }
        if (settings.neverIn().contains(namespace)) {
            return "namespace " + namespace + " is the cluster's own, which must come up without a mesh";
        }
        if (spec.path("hostNetwork").asBoolean()) {
            return "the pod uses its host's network, whose traffic is not its own";
        }
        if (spec.path("os").path("name").asText("linux").equals("windows")) {
            return "capture is for Linux";
        }
        return "";
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
