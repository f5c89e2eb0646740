package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Unreadable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that a cluster, or files, say at one moment. Immutable; one follows the other, and a document that has not changed is
 * the same instance in both.
 *
 * @param documents of all resources, by key; not copied: whoever makes a catalog never changes its map
 * @param changed what is new, different or gone since the catalog before; everything in the first one
 * @param findings of reading, sorted
 * @param unreadable objects of a cluster that cannot be read as they stand; {@code resources} has what they said last, if
 *     that could be
 * @param bundleVersion of the Gateway API's CRDs in a cluster, as they are annotated; null when unknown
 */
public record Catalog(
        ResourceSet resources,
        Map<ObjectKey, Document> documents,
        Set<ObjectKey> changed,
        List<Finding> findings,
        List<Unreadable> unreadable,
        @Nullable String bundleVersion) {

    public Catalog {
        changed = Set.copyOf(changed);
        findings = List.copyOf(findings);
        unreadable = List.copyOf(unreadable);
    }

    /** Where all is readable. */
    public Catalog(
            ResourceSet resources, Map<ObjectKey, Document> documents, Set<ObjectKey> changed, List<Finding> findings) {
        this(resources, documents, changed, findings, List.of(), null);
    }
}
