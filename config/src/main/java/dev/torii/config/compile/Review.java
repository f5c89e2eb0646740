package dev.torii.config.compile;

import dev.torii.config.Finding;
import dev.torii.config.resource.ObjectKey;
import java.util.List;
import java.util.Map;

/**
 * What is to be told about all objects of a cluster, see {@link SnapshotCompiler#review}.
 *
 * @param findings sorted
 * @param statuses of every object that has to do with Torii, by kind, namespace and name; an object that has none is not ours,
 *     or not any more
 * @param gateways every Gateway of ours with what its parameters ask for; without those whose parameters cannot be used,
 *     which keep what was made for them before
 */
public record Review(List<Finding> findings, List<Status> statuses, Map<ObjectKey, GatewayParameters> gateways) {

    public Review {
        findings = List.copyOf(findings);
        statuses = List.copyOf(statuses);
        gateways = Map.copyOf(gateways);
    }
}
