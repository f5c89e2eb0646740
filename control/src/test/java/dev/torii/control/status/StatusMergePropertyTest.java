package dev.torii.control.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.config.compile.Status;
import dev.torii.config.resource.GatewayClass;
import dev.torii.control.status.DesiredStatus.Entry;
import dev.torii.control.status.DesiredStatus.Shape;
import dev.torii.control.status.DesiredStatus.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever stands there: said once is said, and what others say stays as it is, in its order. */
final class StatusMergePropertyTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Instant NOW = Instant.parse("2026-11-22T11:00:00Z");
    private static final List<String> TYPES = List.of("Accepted", "Programmed", "ResolvedRefs", "Foreign", "x.y/Other");

    private final Random random = new Random(20261122);

    @Test
    void seed20261122() {
        int changed = 0;
        for (int i = 0; i < 20_000; i++) {
            Shape shape = Shape.values()[random.nextInt(Shape.values().length)];
            ObjectNode object = StatusMergeTest.object(status(shape));
            ObjectNode before = object.deepCopy();
            DesiredStatus desired = desired(shape);
            ObjectNode changes = StatusMerge.changes(object, desired, NOW);
            assertThat(object).as("%d: not changed by asking", i).isEqualTo(before);
            changed += changes.isEmpty() ? 0 : 1;
            ObjectNode after = (ObjectNode) object.get("status");
            JsonNode others = others(shape, after);
            after.setAll(changes);
            assertThat(StatusMerge.changes(object, desired, NOW.plusSeconds(9)))
                    .as("%d: %s in %s", i, desired, before)
                    .isEmpty();
            assertThat(others(shape, after)).as("%d: of others", i).isEqualTo(others);
        }
        assertThat(changed).as("that were a change").isGreaterThan(10_000);
    }

    private ObjectNode status(Shape shape) {
        ObjectNode status = JSON.objectNode();
        if (random.nextInt(8) > 0) {
            status.set("conditions", conditions());
        }
        if (!shape.list.isEmpty() && random.nextInt(8) > 0) {
            ArrayNode entries = status.putArray(shape.list);
            int count = random.nextInt(5);
            for (int i = 0; i < count; i++) {
                ObjectNode entry = entries.addObject();
                if (shape.isShared()) {
                    entry.putObject(shape.reference).put("name", "g" + random.nextInt(4));
                    entry.put("controllerName", random.nextBoolean() ? GatewayClass.OURS : "other/one");
                } else {
                    entry.put("name", "l" + i);
                }
                entry.set("conditions", conditions());
            }
        }
        return status;
    }

    private ArrayNode conditions() {
        ArrayNode conditions = JSON.arrayNode();
        List<String> types = new ArrayList<>(TYPES);
        java.util.Collections.shuffle(types, random);
        for (String type : types.subList(0, random.nextInt(types.size()))) {
            conditions
                    .addObject()
                    .put("type", type)
                    .put("status", List.of("True", "False", "Unknown").get(random.nextInt(3)))
                    .put("reason", "R" + random.nextInt(2))
                    .put("message", "")
                    .put("observedGeneration", random.nextInt(6))
                    .put("lastTransitionTime", random.nextInt(5) == 0 ? "" : "2026-01-01T00:00:00Z");
        }
        return conditions;
    }

    private DesiredStatus desired(Shape shape) {
        List<Entry> entries = new ArrayList<>();
        if (!shape.list.isEmpty()) {
            int count = random.nextInt(5);
            for (int i = 0; i < count; i++) {
                ObjectNode identity = JSON.objectNode();
                if (shape.isShared()) {
                    ObjectNode target = identity.putObject(shape.reference);
                    target.put("group", "gateway.networking.k8s.io").put("kind", "Gateway");
                    target.put("namespace", "shop").put("name", "g" + random.nextInt(4));
                    identity.put("controllerName", GatewayClass.OURS);
                } else {
                    identity.put("name", "l" + random.nextInt(4));
                }
                entries.add(new Entry(identity, told(), Map.of()));
            }
        }
        return new DesiredStatus(shape, 1 + random.nextInt(4), told(), entries, Map.of());
    }

    private List<Told> told() {
        List<Told> told = new ArrayList<>();
        for (String type : List.of("Accepted", "Programmed")) {
            if (random.nextBoolean()) {
                Instant kept = random.nextInt(4) == 0 ? NOW.plusSeconds(99) : Instant.MIN;
                told.add(new Told(type, random.nextBoolean(), "R" + random.nextInt(2), "", kept));
            }
        }
        return told;
    }

    private static ObjectNode others(Shape shape, JsonNode status) {
        ObjectNode others = JSON.objectNode();
        ArrayNode conditions = others.putArray("conditions");
        if (shape.isShared()) {
            status.path("conditions").forEach(conditions::add);
            ArrayNode entries = others.putArray("entries");
            for (JsonNode entry : status.path(shape.list)) {
                if (!entry.path("controllerName").asText().equals(GatewayClass.OURS)) {
                    entries.add(entry);
                }
            }
        } else {
            for (JsonNode each : status.path("conditions")) {
                if (!Status.TYPES.contains(each.path("type").asText())) {
                    conditions.add(each);
                }
            }
        }
        return others;
    }
}
