package dev.torii.control.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What we have to say in the {@code status} of one object, whatever stands there now.
 *
 * @param generation of the object, from which this was worked out
 * @param conditions of the object itself; empty for routes and policies, which have them per entry
 * @param entries one for each listener, parent or ancestor
 * @param fields of the object itself, ours alone, by name; replaced as a whole
 */
record DesiredStatus(
        Shape shape, long generation, List<Told> conditions, List<Entry> entries, Map<String, JsonNode> fields) {

    DesiredStatus {
        conditions = List.copyOf(conditions);
        entries = List.copyOf(entries);
        fields = Map.copyOf(fields);
    }

    /** That we have nothing to say of it, any longer. */
    static DesiredStatus nothing(Shape shape, long generation) {
        return new DesiredStatus(shape, generation, List.of(), List.of(), Map.of());
    }

    /** How a kind's status is built. */
    enum Shape {
        /** Conditions of its own only. */
        CLASS("", "", 0),
        /** And one entry for each listener, all of them ours since the whole object is. */
        LISTENERS("listeners", "", 64),
        /** One entry for each parent that somebody's controller handles. */
        ROUTE("parents", "parentRef", 32),
        /** One entry for each object that it is in force for, by somebody's controller. */
        POLICY("ancestors", "ancestorRef", 16);

        /** The field with the entries; {@code ""} for none. */
        final String list;
        /** The field of an entry that names another object; {@code ""} where all entries are ours. */
        final String reference;
        /** So many the API server takes. */
        final int most;

        Shape(String list, String reference, int most) {
            this.list = list;
            this.reference = reference;
            this.most = most;
        }

        /** Whether others write entries of their own into the same object. */
        boolean isShared() {
            return !reference.isEmpty();
        }
    }

    /**
     * @param identity {@code name} of a listener; or the reference, complete with its defaults, and {@code controllerName}
     * @param fields others of it, by name; replaced as a whole
     */
    record Entry(ObjectNode identity, List<Told> conditions, Map<String, JsonNode> fields) {

        Entry {
            conditions = List.copyOf(conditions);
            fields = Map.copyOf(fields);
        }
    }

    /**
     * A condition.
     *
     * @param keepTrueUntil where it stands as True it stays as it is until then; {@link Instant#MIN} for not at all. So
     *     that it does not flicker while proxies take a change, or while it is too early to know
     */
    record Told(String type, boolean holds, String reason, String message, Instant keepTrueUntil) {

        Told(String type, boolean holds, String reason, String message) {
            this(type, holds, reason, message, Instant.MIN);
        }

        String status() {
            return holds ? "True" : "False";
        }
    }
}
