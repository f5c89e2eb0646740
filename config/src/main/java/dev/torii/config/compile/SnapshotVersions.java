package dev.torii.config.compile;

import dev.torii.routing.Cluster;
import dev.torii.routing.Mesh;
import dev.torii.routing.Port;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Telemetry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names snapshots by their content. Turning rules into text costs more than all else of a compilation, and from one snapshot
 * to the next nearly all are equal: so what the rules and clusters of the last one gave is remembered. Safe on any thread.
 */
final class SnapshotVersions {

    /** The parts are the last snapshot's own objects, so that remembering them takes no more than the hashes. */
    private record Named(String version, Map<Record, byte[]> parts) {}

    private volatile Named last = new Named("", Map.of());

    /** The snapshot with these parts, under its name. */
    Snapshot snapshot(List<Port> ports, Map<String, Cluster> clusters, Mesh mesh, Telemetry telemetry) {
        Map<Record, byte[]> before = last.parts();
        Map<Record, byte[]> parts = new HashMap<>();
        String version = SnapshotVersion.of(
                ports,
                clusters,
                mesh,
                telemetry,
                part -> parts.computeIfAbsent(part, absent -> {
                    byte[] known = before.get(part);
                    return known == null ? SnapshotVersion.digest(part) : known;
                }));
        if (!version.equals(last.version())) {
            last = new Named(version, parts);
        }
        return new Snapshot(version, ports, clusters, mesh, telemetry);
    }
}
