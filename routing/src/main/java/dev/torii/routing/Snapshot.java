package dev.torii.routing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a proxy serves at one moment. Immutable and complete: every cluster that a rule names is found by
 * {@link #cluster}, with its endpoints, so a route never appears before the place it leads to.
 *
 * @param version names this snapshot in logs, metrics and {@code /snapshot}: equal content, equal version
 * @param ports the sockets to listen on, one entry per port number, ascending
 * @param clusters by {@link Cluster#key()}; those of a mesh's Services that no route leads to are in its directory
 * @param mesh what a sidecar serves; {@link Mesh#NONE} for a gateway
 * @param telemetry what holds where no listener does: hosts that nobody serves, places outside the mesh
 */
public record Snapshot(
        String version, List<Port> ports, Map<String, Cluster> clusters, Mesh mesh, Telemetry telemetry) {

    /** Serves nothing: what a proxy holds before its first configuration. */
    public static final Snapshot EMPTY = new Snapshot("none", List.of(), Map.of(), Mesh.NONE);

    /** With {@link Telemetry#DEFAULT}. */
    public Snapshot(String version, List<Port> ports, Map<String, Cluster> clusters, Mesh mesh) {
        this(version, ports, clusters, mesh, Telemetry.DEFAULT);
    }

    public Snapshot {
        ports = List.copyOf(ports);
        clusters = Map.copyOf(clusters);
    }

    /** The cluster with that key, or null. Makes it when it is a Service's that nobody has called. */
    public @Nullable Cluster cluster(String key) {
        Cluster cluster = clusters.get(key);
        return cluster != null ? cluster : mesh.cluster(key);
    }
}
