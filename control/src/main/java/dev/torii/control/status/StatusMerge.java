package dev.torii.control.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.config.compile.Status;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.Resource;
import dev.torii.control.status.DesiredStatus.Entry;
import dev.torii.control.status.DesiredStatus.Shape;
import dev.torii.control.status.DesiredStatus.Told;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts what we say into an object's status beside what others say. What is not ours stays as it is and where it is. Source:
 * {@code gateway-api.md}, section 5, and Kubernetes' conventions for conditions. Pure; safe on any thread.
 */
final class StatusMerge {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ObjectNode object;
    private final DesiredStatus desired;
    private final Instant now;
    private final long liveGeneration;

    private StatusMerge(ObjectNode object, DesiredStatus desired, Instant now) {
        this.object = object;
        this.desired = desired;
        this.now = now;
        this.liveGeneration = object.path("metadata").path("generation").asLong();
    }

    /**
     * What has to change.
     *
     * @param object as it stands in the cluster; not changed
     * @return the fields of {@code status} that have to be another, whole; empty when all is said already, or when a later
     *     generation has been spoken of
     */
    static ObjectNode changes(ObjectNode object, DesiredStatus desired, Instant now) {
        return new StatusMerge(object, desired, now).changes();
    }

    private ObjectNode changes() {
        ObjectNode changes = JSON.objectNode();
        JsonNode status = object.path("status");
        if (isLate(status)) {
            return changes;
        }
        Shape shape = desired.shape();
        Map<String, JsonNode> wanted = new LinkedHashMap<>(desired.fields());
        if (!shape.isShared()) {
            wanted.put("conditions", conditions(status.path("conditions"), desired.conditions()));
        }
        if (!shape.list.isEmpty()) {
            wanted.put(shape.list, entries(status.path(shape.list)));
        }
        wanted.forEach((name, value) -> {
            boolean nothingThere = status.path(name).isMissingNode() && value.isArray() && value.isEmpty();
            if (!nothingThere && !value.equals(status.path(name))) {
                changes.set(name, value);
            }
        });
        return changes;
    }

    /** Whether one of us, who knows more than we do, has spoken: of a generation that is later than ours and exists. */
    private boolean isLate(JsonNode status) {
        List<JsonNode> spoken = new ArrayList<>();
        if (!desired.shape().isShared()) {
            spoken.add(status.path("conditions"));
        }
        for (JsonNode entry : objects(status.path(desired.shape().list))) {
            if (isOurs(entry)) {
                spoken.add(entry.path("conditions"));
            }
        }
        for (JsonNode conditions : spoken) {
            for (JsonNode each : objects(conditions)) {
                long observed = each.path("observedGeneration").asLong();
                if (isOurCondition(each) && observed > desired.generation() && observed <= liveGeneration) {
                    return true;
                }
            }
        }
        return false;
    }

    private ArrayNode entries(JsonNode live) {
        Map<JsonNode, Entry> wanted = new LinkedHashMap<>();
        desired.entries().forEach(each -> wanted.putIfAbsent(identity(each.identity()), each));
        ArrayNode merged = JSON.arrayNode();
        if (!desired.shape().isShared()) {
            Map<JsonNode, JsonNode> there = new LinkedHashMap<>();
            objects(live).forEach(each -> there.putIfAbsent(identity(each), each));
            wanted.forEach((id, entry) -> merged.add(entry(there.getOrDefault(id, JSON.missingNode()), entry)));
            return merged;
        }
        for (JsonNode each : objects(live)) {
            if (!isOurs(each)) {
                merged.add(each);
            } else {
                Entry entry = wanted.remove(identity(each));
                if (entry != null) {
                    merged.add(entry(each, entry));
                }
            }
        }
        Iterator<Entry> rest = wanted.values().iterator();
        while (rest.hasNext() && merged.size() < desired.shape().most) {
            merged.add(entry(JSON.missingNode(), rest.next()));
        }
        return merged;
    }

    private boolean isOurs(JsonNode entry) {
        return !desired.shape().isShared()
                || entry.path("controllerName").asText().equals(GatewayClass.OURS);
    }

    /** What tells one entry from another: what it leaves out means its default. */
    private JsonNode identity(JsonNode entry) {
        String reference = desired.shape().reference;
        if (reference.isEmpty()) {
            return JSON.objectNode().put("name", entry.path("name").asText());
        }
        ObjectNode target = JSON.objectNode();
        target.put("group", Resource.GATEWAY_GROUP).put("kind", "Gateway");
        target.put("namespace", object.path("metadata").path("namespace").asText());
        if (entry.path(reference) instanceof ObjectNode declared) {
            target.setAll(declared);
        }
        return JSON.objectNode().put("controllerName", GatewayClass.OURS).set(reference, target);
    }

    private ObjectNode entry(JsonNode live, Entry entry) {
        ObjectNode merged = live instanceof ObjectNode there ? there.deepCopy() : JSON.objectNode();
        merged.setAll(entry.identity());
        merged.setAll(entry.fields());
        merged.set("conditions", conditions(live.path("conditions"), entry.conditions()));
        return merged;
    }

    private ArrayNode conditions(JsonNode live, List<Told> told) {
        Map<String, Told> wanted = new LinkedHashMap<>();
        told.forEach(each -> wanted.put(each.type(), each));
        ArrayNode merged = JSON.arrayNode();
        for (JsonNode each : objects(live)) {
            Told ours = wanted.remove(each.path("type").asText());
            if (ours != null) {
                merged.add(condition(each, ours));
            } else if (!isOurCondition(each)) {
                merged.add(each);
            }
        }
        wanted.values().forEach(each -> merged.add(condition(JSON.missingNode(), each)));
        return merged;
    }

    private static boolean isOurCondition(JsonNode condition) {
        return Status.TYPES.contains(condition.path("type").asText());
    }

    private JsonNode condition(JsonNode live, Told told) {
        String status = live.path("status").asText();
        if (status.equals("True") && now.isBefore(told.keepTrueUntil())) {
            return live;
        }
        String since = live.path("lastTransitionTime").asText();
        boolean flips = !status.equals(told.status()) || since.isEmpty();
        ObjectNode condition = JSON.objectNode();
        condition.put("type", told.type()).put("status", told.status());
        condition.put("reason", told.reason()).put("message", told.message());
        condition.set("observedGeneration", number(desired.generation()));
        condition.put(
                "lastTransitionTime",
                flips ? now.truncatedTo(ChronoUnit.SECONDS).toString() : since);
        return condition;
    }

    /** What a list has to hold; nothing else is kept. */
    private static List<JsonNode> objects(JsonNode list) {
        List<JsonNode> objects = new ArrayList<>();
        if (list.isArray()) {
            list.forEach(each -> {
                if (each.isObject()) {
                    objects.add(each);
                }
            });
        }
        return objects;
    }

    /** As the parser of JSON has it, so that equal numbers are equal. */
    static JsonNode number(long value) {
        return value == (int) value ? JSON.numberNode((int) value) : JSON.numberNode(value);
    }
}
