package dev.torii.config.stream;

import dev.torii.config.Finding;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.Read;
import dev.torii.config.stream.Message.You;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that control has committed. Immutable.
 *
 * @param version {@code ""} for nothing yet
 * @param you null when control has not said
 * @param objects never changed
 */
record View(String version, @Nullable You you, SortedMap<ObjectKey, Held> objects) {

    static final View NONE = new View("", null, new TreeMap<>());

    /**
     * An object as it came.
     *
     * @param resource null when it could not be read, and never could: it is of a kind that only newer proxies know
     * @param findings what was wrong with it, and what is worth a word
     */
    record Held(String json, @Nullable Resource resource, List<Finding> findings) {}

    /** As a source gives it: what could not be read is left out, and does not keep the rest from going live. */
    Read read() {
        List<Resource> resources = new ArrayList<>(objects.size());
        List<Finding> findings = new ArrayList<>();
        for (Held each : objects.values()) {
            if (each.resource() != null) {
                resources.add(each.resource());
            }
            findings.addAll(each.findings());
        }
        return new Read(ResourceSet.of(resources), findings, true);
    }

    /** What could not be read, one line each. */
    List<String> problems() {
        return objects.values().stream()
                .map(Held::findings)
                .flatMap(Collection::stream)
                .filter(Finding::isError)
                .map(Finding::toString)
                .toList();
    }
}
