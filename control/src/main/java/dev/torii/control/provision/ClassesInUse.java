package dev.torii.control.provision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.ResourceSet;
import dev.torii.control.api.Answer;
import dev.torii.control.api.ClusterApi;
import dev.torii.control.api.Worklist;
import dev.torii.control.api.Worklist.Next;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Lets no GatewayClass of ours vanish while a Gateway uses it, by the finalizer that the Gateway API has for that: whoever
 * deletes it waits for its Gateways to go. Finalizers of others stay as they are.
 *
 * <p>{@link #plan} may be called on any thread and does not wait.
 */
public final class ClassesInUse implements AutoCloseable {

    private static final String FINALIZER = "gateway-exists-finalizer.gateway.networking.k8s.io";
    private static final String FOLDER = "/apis/gateway.networking.k8s.io/v1/gatewayclasses/";

    /** Of finalizers alone no catalog tells. */
    private static final Duration REPEAT = Duration.ofMinutes(1);

    private final ClusterApi api;
    private final Worklist<String> worklist;

    /** Whether a class of ours is in use, by its name. */
    private final Map<String, Boolean> classes = new ConcurrentHashMap<>();

    public ClassesInUse(ClusterApi api, Worklist.Pause pause) {
        this.api = api;
        this.worklist = new Worklist<>("keeping classes", 1, pause, this::lookAt);
    }

    public void plan(ResourceSet resources) {
        Set<String> used =
                resources.all(Gateway.class).stream().map(Gateway::className).collect(Collectors.toSet());
        Set<String> ours = new HashSet<>();
        for (GatewayClass each : resources.all(GatewayClass.class)) {
            if (each.isOurs()) {
                boolean inUse = used.contains(each.name());
                ours.add(each.name());
                if (!Boolean.valueOf(inUse).equals(classes.put(each.name(), inUse))) {
                    worklist.add(each.name());
                }
            }
        }
        classes.keySet().retainAll(ours);
    }

    @Override
    public void close() {
        worklist.close();
    }

    private Next lookAt(String name) throws InterruptedException {
        Boolean inUse = classes.get(name);
        if (inUse == null) {
            return Next.done();
        }
        Answer answer;
        do {
            answer = api.get(FOLDER + name);
            if (answer.isGood() && needsChange(answer.body(), inUse)) {
                answer = api.merge(FOLDER + name, change(answer.body(), inUse));
            }
        } while (answer.isConflict());
        if (answer.isGone()) {
            // What comes by that name is another.
            classes.remove(name, inUse);
            return Next.done();
        }
        return answer.isGood() ? Next.later(REPEAT) : Next.after(answer);
    }

    /** What is being deleted takes no more finalizers. */
    private static boolean needsChange(ObjectNode known, boolean inUse) {
        boolean has = false;
        for (JsonNode each : known.at("/metadata/finalizers")) {
            has |= each.asText().equals(FINALIZER);
        }
        return inUse ? !has && known.at("/metadata/deletionTimestamp").isMissingNode() : has;
    }

    /** Bound to the version that was read. */
    private static ObjectNode change(ObjectNode known, boolean inUse) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = patch.putObject("metadata");
        metadata.set("resourceVersion", known.at("/metadata/resourceVersion"));
        ArrayNode finalizers = metadata.putArray("finalizers");
        for (JsonNode each : known.at("/metadata/finalizers")) {
            if (!each.asText().equals(FINALIZER)) {
                finalizers.add(each);
            }
        }
        if (inUse) {
            finalizers.add(FINALIZER);
        }
        return patch;
    }
}
