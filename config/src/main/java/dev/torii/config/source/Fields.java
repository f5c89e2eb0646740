package dev.torii.config.source;

import dev.torii.config.Wording;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one mapping while it is read. A field is known because a reader asked for it; {@link #done} reports the
 * others. Reading goes on after an error, so that one look finds them all.
 *
 * <p>Not final, as {@link Cell} is not: the schemas of our own kinds are made by giving their readers fields that note what
 * is asked of them ({@code ProbedFields}, in the tests).
 */
class Fields {

    private final Report report;
    private final Value at;
    private final Map<String, Value.Entry> entries;
    private final Set<String> known = new HashSet<>();

    /** @param at where to report what is missing */
    Fields(Report report, Value at) {
        this.report = report;
        this.at = at;
        this.entries = at instanceof Value.Mapping mapping ? mapping.entries() : Map.of();
    }

    /** A field that may be absent; an explicit null is the same. */
    Cell get(String name) {
        known.add(name);
        Value.Entry entry = entries.get(name);
        return new Cell(report, name, entry == null || isNull(entry.value()) ? null : entry.value());
    }

    /** A field that must be there. */
    Cell need(String name) {
        Cell cell = get(name);
        if (!cell.isPresent()) {
            error("MissingField", "missing field `" + name + "`");
        }
        return cell;
    }

    boolean has(String name) {
        return get(name).isPresent();
    }

    /** Fields that may be there and mean nothing to us. */
    void ignore(String... names) {
        known.addAll(List.of(names));
    }

    /** At most one of them may be there. */
    void exclusive(String... names) {
        List<String> present = new ArrayList<>();
        for (String name : names) {
            if (has(name)) {
                present.add(name);
            }
        }
        if (present.size() > 1) {
            get(present.get(1)).error("only one of " + Wording.alternatives(present) + " may be set");
        }
    }

    /**
     * A union: the field that belongs to the chosen type must be there, those of the other types must not.
     *
     * @param type {@code ""} when it could not be read: then nothing more is said
     */
    void union(String type, Map<String, String> fieldOfType) {
        fieldOfType.forEach((each, field) -> {
            if (each.equals(type)) {
                need(field);
            } else if (has(field) && !type.isEmpty()) {
                get(field)
                        .error("`" + field + "` belongs to type `" + each + "`, but the type is "
                                + Wording.quote(type));
            }
        });
    }

    /** Says something is wrong with the mapping as a whole. */
    void error(String reason, String message) {
        report.error(at, reason, message);
    }

    void warning(String reason, String message) {
        report.warning(at, reason, message);
    }

    /** Reports what nobody asked for. */
    void done() {
        entries.forEach((name, entry) -> {
            if (!known.contains(name)) {
                String message = "unknown field " + Wording.quote(name) + Wording.didYouMean(name, known);
                report.unknownField(entry, message);
            }
        });
    }

    private static boolean isNull(@Nullable Value value) {
        return value instanceof Value.Scalar scalar && scalar.type() == Value.Scalar.Type.NULL;
    }
}
