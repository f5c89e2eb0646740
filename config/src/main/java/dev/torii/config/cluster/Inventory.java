package dev.torii.config.cluster;

import dev.torii.config.Finding;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Unreadable;
import dev.torii.config.source.Catalog;
import dev.torii.config.source.Document;
import dev.torii.config.source.DocumentReader.Parsed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All objects that are known, and what has changed since the last catalog. An object that is broken keeps what it said last.
 * For one thread.
 */
final class Inventory {

    private final Map<ObjectKey, Document> documents = new TreeMap<>();
    private final Map<ObjectKey, List<Finding>> findings = new HashMap<>();
    private final Map<ObjectKey, Unreadable> unreadable = new TreeMap<>();
    private Set<ObjectKey> changed = new HashSet<>();
    private @Nullable String bundleVersion;

    /** Whether that makes a difference to anybody: most writes to a cluster are of statuses and the like. */
    boolean put(ObjectKey key, Parsed parsed) {
        boolean different = note(key, parsed);
        Document now = parsed.document();
        Document before = documents.get(key);
        if (now != null && (before == null || !before.json().equals(now.json()))) {
            documents.put(key, now);
            changed.add(key);
            return true;
        }
        return different;
    }

    private boolean note(ObjectKey key, Parsed parsed) {
        List<Finding> said = parsed.findings();
        List<Finding> saidBefore = findings.getOrDefault(key, List.of());
        if (said.isEmpty()) {
            findings.remove(key);
        } else {
            findings.put(key, said);
        }
        Unreadable broken = parsed.unreadable();
        boolean wasBroken = broken == null ? unreadable.remove(key) != null : unreadable.put(key, broken) != null;
        return !said.equals(saidBefore) || wasBroken || broken != null;
    }

    boolean remove(ObjectKey key) {
        boolean different = findings.remove(key) != null;
        different |= unreadable.remove(key) != null;
        if (documents.remove(key) != null) {
            changed.add(key);
            return true;
        }
        return different;
    }

    /** Forgets all of a kind but these. */
    boolean retain(String kind, Set<ObjectKey> there) {
        Set<ObjectKey> keys = new HashSet<>(documents.keySet());
        keys.addAll(findings.keySet());
        keys.removeIf(each -> !each.kind().equals(kind) || there.contains(each));
        boolean any = false;
        for (ObjectKey key : keys) {
            any |= remove(key);
        }
        return any;
    }

    /** Whether the Gateway API's CRDs are another version than before. */
    boolean bundleVersion(@Nullable String now) {
        boolean different = !Objects.equals(bundleVersion, now);
        bundleVersion = now;
        return different;
    }

    /** What there is now. */
    Catalog catalog() {
        Set<ObjectKey> since = changed;
        changed = new HashSet<>();
        return new Catalog(
                ResourceSet.of(
                        documents.values().stream().map(Document::resource).toList()),
                new HashMap<>(documents),
                since,
                findings.values().stream().flatMap(List::stream).sorted().toList(),
                List.copyOf(unreadable.values()),
                bundleVersion);
    }
}
