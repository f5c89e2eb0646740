package dev.torii.config.compile;

import dev.torii.config.Finding;
import dev.torii.routing.Snapshot;
import java.util.List;

/**
 * What came of a compilation.
 *
 * @param snapshot complete and ready to serve, whatever the findings say
 * @param findings sorted by file, line and column
 * @param statuses what the objects' {@code status} would say in a cluster, sorted by kind, namespace and name
 */
public record Compiled(Snapshot snapshot, List<Finding> findings, List<Status> statuses) {

    public Compiled {
        findings = List.copyOf(findings);
        statuses = List.copyOf(statuses);
    }
}
