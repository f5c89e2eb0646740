package dev.torii.proxy.upstream;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.tls.ClientTls;
import dev.torii.proxy.upstream.health.HealthChecks;
import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import dev.torii.routing.Snapshot;
import dev.torii.routing.UpstreamTls;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The clusters as one event loop sees them: pools, counts, health. Keyed by {@link Cluster#key()}, it outlives
 * snapshots, so a route change closes no connection. Created on, and used by, its event loop only.
 */
public final class Upstreams {

    private static final long SWEEP_MS = 250;

    private final Vertx vertx;
    private final EventLoop eventLoop;
    private final Guards guards;
    private final Connector connector;
    private final HealthChecks checks;
    private final RetryBudgets budgets;
    private final Map<String, ClusterState> clusters = new HashMap<>();
    private final long sweeper;

    /**
     * Knows no cluster yet.
     *
     * @param guards what it shares with the other event loops
     * @param clientTls what was prepared for a backend, off the event loop; null when that failed
     * @param checks those of the process
     * @param budgets those of the process
     */
    public Upstreams(
            Vertx vertx,
            EventLoop eventLoop,
            Guards guards,
            Function<UpstreamTls, @Nullable ClientTls> clientTls,
            HealthChecks checks,
            RetryBudgets budgets) {
        this.vertx = vertx;
        this.eventLoop = eventLoop;
        this.guards = guards;
        this.budgets = budgets;
        this.connector = new Connector(vertx, clientTls);
        this.checks = checks;
        this.sweeper = vertx.setPeriodic(SWEEP_MS, id -> sweep());
    }

    /**
     * The live state of a cluster.
     *
     * @param generation of the plan that the caller holds: an older plan never undoes what a newer one set
     */
    public ClusterState of(Cluster cluster, long generation) {
        ClusterState state = clusters.get(cluster.key());
        if (state == null) {
            state = new ClusterState(this, cluster, generation);
            clusters.put(cluster.key(), state);
        } else {
            state.update(cluster, generation);
        }
        return state;
    }

    /** Brings what is in use up to a new snapshot, and lets go of what left it. */
    public void apply(Snapshot snapshot, long generation) {
        Iterator<ClusterState> all = clusters.values().iterator();
        while (all.hasNext()) {
            ClusterState state = all.next();
            Cluster newer = snapshot.cluster(state.key());
            if (newer != null) {
                state.update(newer, generation);
            } else if (!Places.isPlace(state.key())) {
                state.retire();
                all.remove();
            }
        }
    }

    /** What this event loop knows of the clusters it has used. */
    public List<ClusterView> views() {
        return clusters.values().stream().map(ClusterState::view).toList();
    }

    /**
     * Opens a connection for bytes that are not HTTP, with TLS where the cluster wants it.
     *
     * @param failed told why, in one lower_snake word
     */
    public void dial(Cluster cluster, Endpoint endpoint, Consumer<Channel> connected, Consumer<String> failed) {
        connector.connect(cluster, endpoint, Connector.NOTHING_TO_NEGOTIATE, connected, failed);
    }

    public void close() {
        vertx.cancelTimer(sweeper);
        clusters.values().forEach(ClusterState::retire);
        clusters.clear();
    }

    private void sweep() {
        long now = System.nanoTime();
        clusters.values().forEach(state -> state.sweep(now));
        clusters.values().removeIf(state -> Places.isPlace(state.key()) && state.isUnused());
    }

    HealthChecks checks() {
        return checks;
    }

    RetryBudgets budgets() {
        return budgets;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    Guards guards() {
        return guards;
    }

    /** By the clock that ejections are measured with. */
    long now() {
        return guards.now();
    }

    Connector connector() {
        return connector;
    }
}
