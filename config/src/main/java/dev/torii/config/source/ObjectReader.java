package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.Wording;
import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.Resource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns one document into resources. */
final class ObjectReader {

    /** Takes an object, and what it was made of. */
    interface Taker {
        void take(Resource resource, Kinds.Kind kind, Value.Mapping document);

        /** Takes what could be read of an object with an error. */
        default void takeBroken(Resource asFarAsRead) {}
    }

    private static final int MOST_ITEMS = 1_000_000;

    private final Origin origin;
    private final Consumer<Finding> findings;
    private final Taker resources;

    ObjectReader(Origin origin, Consumer<Finding> findings, Taker resources) {
        this.origin = origin;
        this.findings = findings;
        this.resources = resources;
    }

    /** Reads an object, a {@code List} of objects as {@code kubectl get -o yaml} writes it, or nothing. */
    void read(Value document) {
        if (text(document, "apiVersion").equals("v1") && text(document, "kind").equals("List")) {
            Fields list = new Fields(new Report(origin, findings), document);
            list.ignore("apiVersion", "kind", "metadata");
            list.get("items").items(0, MOST_ITEMS).forEach(item -> item.accept(this::read));
            list.done();
        } else if (!(document instanceof Value.Scalar scalar && scalar.type() == Value.Scalar.Type.NULL)) {
            readOne(document);
        }
    }

    /** Reads an object. */
    void readOne(Value document) {
        Report report = new Report(origin, findings);
        if (!(document instanceof Value.Mapping mapping)) {
            report.error(document, "InvalidType", "a document must be a mapping, but is " + document.describe());
            return;
        }
        Fields root = new Fields(report, mapping);
        String apiVersion = root.need("apiVersion").text(Syntax.LINE);
        String kind = root.need("kind").text(Syntax.LINE);
        if (report.isBroken()) {
            return;
        }
        Kinds.Kind known = Kinds.find(apiVersion, kind);
        if (known == null) {
            report.warning(mapping, "NotServed", Kinds.notServed(apiVersion, kind));
            return;
        }
        Resource resource = object(known, report, root, mapping);
        if (resource != null && report.isBroken()) {
            resources.takeBroken(resource);
        } else if (resource != null) {
            resources.take(resource, known, mapping);
        }
    }

    private static @Nullable Resource object(Kinds.Kind kind, Report report, Fields root, Value.Mapping document) {
        report.about(name(document, kind.name(), kind.clusterScoped()), kind);
        Metadata metadata = Envelope.metadata(report, root, document, kind);
        Resource resource = kind.reader().read(metadata, root);
        root.ignore("status");
        root.done();
        return resource;
    }

    /** What to call an object that may still prove wrong: {@code Kind namespace/name} as far as it is written. */
    static String name(Value document, String kind, boolean clusterScoped) {
        Value metadata = value(document, "metadata");
        String name = metadata == null ? "" : text(metadata, "name");
        if (metadata == null || name.isEmpty()) {
            return kind;
        }
        String namespace = text(metadata, "namespace");
        return kind + " " + (clusterScoped ? "" : (namespace.isEmpty() ? "default" : namespace) + "/") + name;
    }

    /** What a field says, on one line; {@code ""} when it has no plain value. */
    static String text(Value mapping, String field) {
        return value(mapping, field) instanceof Value.Scalar scalar ? Wording.line(scalar.text()) : "";
    }

    private static @Nullable Value value(Value around, String field) {
        Value.Entry entry = around instanceof Value.Mapping mapping ? mapping.get(field) : null;
        return entry == null ? null : entry.value();
    }
}
