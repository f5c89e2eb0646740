package dev.torii.proxy.stream;

import dev.torii.proxy.Fault;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.Listener;
import dev.torii.routing.Snapshot;
import dev.torii.routing.StreamRoute;
import dev.torii.routing.Target;
import dev.torii.routing.Telemetry;
import dev.torii.routing.WeightedPick;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection goes, or why it goes nowhere.
 *
 * @param route null when none takes it
 * @param cluster null exactly when {@code fault} is not
 * @param telemetry of the backend, or of what is known of the way to one
 */
record StreamChoice(
        @Nullable StreamRoute route,
        @Nullable Cluster cluster,
        @Nullable Fault fault,
        String detail,
        Telemetry telemetry) {

    /**
     * Chooses among a route's backends by weight.
     *
     * @param serverName {@code ""} when there is none
     * @param random evenly spread over all ints
     */
    static StreamChoice of(Snapshot snapshot, Listener listener, String serverName, int random) {
        StreamRoute route = listener.streams().find(serverName);
        if (route == null) {
            return new StreamChoice(null, null, Fault.NR, "route_not_found", listener.telemetry());
        }
        int at = WeightedPick.of(route.backends()).pick(random);
        if (at < 0) {
            return new StreamChoice(route, null, Fault.NC, "no_backend", listener.telemetry());
        }
        Backend backend = route.backends().get(at);
        if (backend.target() instanceof Target.Invalid invalid) {
            return new StreamChoice(route, null, Fault.NC, invalid.detail(), backend.telemetry());
        }
        return to(route, snapshot, (Target.ToCluster) backend.target(), backend.telemetry());
    }

    private static StreamChoice to(StreamRoute route, Snapshot snapshot, Target.ToCluster target, Telemetry telemetry) {
        Cluster cluster = snapshot.cluster(target.key());
        if (cluster == null) {
            return new StreamChoice(route, null, Fault.NC, "backend_not_found", telemetry);
        }
        String invalid = cluster.invalid();
        return invalid == null
                ? new StreamChoice(route, cluster, null, "", telemetry)
                : new StreamChoice(route, null, Fault.UH, invalid, telemetry);
    }
}
