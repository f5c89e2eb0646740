package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.Wording;
import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.Resource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns one document into resources. */
final class ObjectReader {

    private static final int MOST_ITEMS = 1_000_000;

    private final String file;
    private final Consumer<Finding> findings;
    private final Consumer<Resource> resources;

    ObjectReader(String file, Consumer<Finding> findings, Consumer<Resource> resources) {
        this.file = file;
        this.findings = findings;
        this.resources = resources;
    }

    /** Reads an object, or a {@code List} of objects as {@code kubectl get -o yaml} writes it. */
    void read(Value document) {
        Report report = new Report(file, findings);
        if (!(document instanceof Value.Mapping mapping)) {
            if (!(document instanceof Value.Scalar scalar && scalar.type() == Value.Scalar.Type.NULL)) {
                report.error(document, "InvalidType", "a document must be a mapping, but is " + document.describe());
            }
            return;
        }
        Fields root = new Fields(report, mapping);
        String apiVersion = root.need("apiVersion").text(Syntax.LINE);
        String kind = root.need("kind").text(Syntax.LINE);
        if (report.isBroken()) {
            return;
        }
        if (apiVersion.equals("v1") && kind.equals("List")) {
            root.ignore("metadata");
            root.get("items").items(0, MOST_ITEMS).forEach(item -> item.accept(this::read));
            root.done();
            return;
        }
        Kinds.Kind known = Kinds.find(apiVersion, kind);
        if (known == null) {
            report.warning(mapping, "NotServed", Kinds.notServed(apiVersion, kind));
            return;
        }
        Resource resource = object(known, report, root, mapping);
        if (resource != null && !report.isBroken()) {
            resources.accept(resource);
        }
    }

    private static @Nullable Resource object(Kinds.Kind kind, Report report, Fields root, Value.Mapping document) {
        report.about(kind.name() + nameOf(document, kind.clusterScoped()));
        Metadata metadata = Envelope.metadata(report, root, document, kind);
        Resource resource = kind.reader().read(metadata, root);
        root.ignore("status");
        root.done();
        return resource;
    }

    /** The name of an object that may still prove wrong: {@code " namespace/name"} as far as it is written. */
    private static String nameOf(Value.Mapping document, boolean clusterScoped) {
        String name = text(document, "name");
        String namespace = text(document, "namespace");
        if (name.isEmpty()) {
            return "";
        }
        return " " + (clusterScoped ? "" : (namespace.isEmpty() ? "default" : namespace) + "/") + name;
    }

    private static String text(Value.Mapping document, String field) {
        Value.Entry metadata = document.get("metadata");
        if (metadata == null || !(metadata.value() instanceof Value.Mapping mapping)) {
            return "";
        }
        Value.Entry entry = mapping.get(field);
        return entry != null && entry.value() instanceof Value.Scalar scalar ? Wording.line(scalar.text()) : "";
    }
}
