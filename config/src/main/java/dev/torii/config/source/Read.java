package dev.torii.config.source;

import dev.torii.config.Finding;
import dev.torii.config.resource.ResourceSet;
import java.util.List;

/**
 * What came of reading manifests.
 *
 * @param resources every object without an error
 * @param findings sorted by file, line and column
 * @param readable false when a file or object had an error: then {@code resources} is only what is left, good for looking
 *     at, and must not go live
 */
public record Read(ResourceSet resources, List<Finding> findings, boolean readable) {

    public Read {
        findings = findings.stream().sorted().toList();
    }
}
