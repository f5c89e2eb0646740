package dev.torii.config.source;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A kind of objects that is read.
 *
 * @param group {@code ""} for core
 * @param versions of its API that are read, newest first
 */
public record ServedKind(String group, String name, List<String> versions, boolean clusterScoped) {

    public ServedKind {
        versions = List.copyOf(versions);
    }

    /** All, by name. */
    public static List<ServedKind> all() {
        return Kinds.all().stream()
                .map(each -> new ServedKind(each.group(), each.name(), each.versions(), each.clusterScoped()))
                .sorted(Comparator.comparing(ServedKind::name))
                .toList();
    }

    /** {@code apiVersion} for one of the versions. */
    public String apiVersion(String version) {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** What paths of an API server call it. */
    public String plural() {
        String word = name.toLowerCase(Locale.ROOT);
        if (word.endsWith("y") && !word.endsWith("ay")) {
            return word.substring(0, word.length() - 1) + "ies";
        }
        return word + (word.endsWith("s") ? "es" : "s");
    }
}
