package dev.torii.config.source;

import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.Positions;
import dev.torii.config.resource.Resource;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.function.Predicate;

/** Reads {@code metadata}, which all objects have alike. */
final class Envelope {

    private Envelope() {}

    static Metadata metadata(Report report, Fields root, Value document, Kinds.Kind kind) {
        Positions positions = report.positions(document, kind.isWrittenByPeople());
        Metadata read = root.need("metadata").mapping(fields -> read(fields, kind, positions));
        return read != null ? read : new Metadata("", "", 0, 0, Map.of(), Map.of(), positions);
    }

    private static Metadata read(Fields fields, Kinds.Kind kind, Positions positions) {
        Cell written = fields.get("namespace");
        String namespace = "";
        if (kind.clusterScoped()) {
            written.error("this kind has no namespace");
        } else {
            namespace = written.isEmptyText() ? "default" : written.text(Syntax.LABEL, "default");
        }
        fields.ignore("uid", "resourceVersion", "managedFields", "ownerReferences", "finalizers", "generateName");
        fields.ignore("selfLink", "deletionTimestamp", "deletionGracePeriodSeconds");
        return new Metadata(
                namespace,
                fields.need("name").text(Syntax.OBJECT_NAME),
                seconds(fields.get("creationTimestamp")),
                fields.get("generation").integer(0, Integer.MAX_VALUE, 0),
                kept(fields.get("labels").textMap(), kind::keepsLabel),
                kept(fields.get("annotations").textMap(), Envelope::isOurs),
                positions);
    }

    /** Others write annotations that are longer than the object. */
    static boolean isOurs(String annotation) {
        return annotation.startsWith(Resource.TORII_GROUP + "/");
    }

    private static Map<String, String> kept(Map<String, String> all, Predicate<String> wanted) {
        all.keySet().removeIf(wanted.negate());
        return all;
    }

    private static long seconds(Cell timestamp) {
        if (!timestamp.isPresent()) {
            return 0;
        }
        String text = timestamp.text();
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return instant.getEpochSecond();
        } catch (DateTimeException e) {
            timestamp.error("`creationTimestamp` must be a time such as `2026-01-31T12:00:00Z`");
            return 0;
        }
    }
}
