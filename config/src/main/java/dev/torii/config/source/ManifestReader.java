package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Reads manifests: YAML or JSON, several documents to a text. Strict, and total: whatever is wrong with the input becomes
 * a finding. Safe on any thread.
 */
public final class ManifestReader {

    private ManifestReader() {}

    /**
     * Reads files, and folders with all manifests in them.
     *
     * @param paths missing ones are findings
     */
    public static Read read(List<Path> paths) {
        return new Manifests(paths, Clock.systemUTC(), FileRead.Keep.RESOURCES).read();
    }

    /**
     * Reads one text.
     *
     * @param name what findings call it
     */
    public static Read parse(String name, String text) {
        return merge(List.of(FileRead.of(name, text)), List.of());
    }

    /** One read of several files; an object that is there twice is an error, since nobody can know which is meant. */
    static Read merge(Collection<FileRead> files, List<Finding> problems) {
        List<Finding> findings = new ArrayList<>(problems);
        List<Resource> all = new ArrayList<>();
        for (FileRead file : files) {
            findings.addAll(file.findings());
            all.addAll(file.resources());
        }
        ResourceSet resources = ResourceSet.of(all, (first, again) -> {
            String message = again.describe() + " is also at " + first.at("");
            findings.add(Finding.error(again.at(""), "DuplicateObject", message, again.describe()));
        });
        boolean readable = findings.stream().noneMatch(Finding::isError);
        return new Read(resources, findings, readable);
    }
}
