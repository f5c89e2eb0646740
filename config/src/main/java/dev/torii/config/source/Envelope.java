package dev.torii.config.source;

import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.Positions;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;

/** Reads {@code metadata}, which all objects have alike. */
final class Envelope {

    private Envelope() {}

    /** @param clusterScoped whether the kind lives outside namespaces */
    static Metadata metadata(Report report, Fields root, Value document, boolean clusterScoped) {
        Positions positions = new Positions(path -> report.position(document.nearest(path)));
        Metadata read = root.need("metadata").mapping(fields -> read(fields, clusterScoped, positions));
        return read != null ? read : new Metadata("", "", 0, 0, Map.of(), Map.of(), positions);
    }

    private static Metadata read(Fields fields, boolean clusterScoped, Positions positions) {
        Cell written = fields.get("namespace");
        String namespace = "";
        if (clusterScoped) {
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
                fields.get("labels").textMap(),
                fields.get("annotations").textMap(),
                positions);
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
