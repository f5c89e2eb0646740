package dev.torii.proxy.upstream;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.upstream.health.ClusterHealth;
import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One cluster as one event loop sees it: its endpoints and the way to choose among them. */
public final class ClusterState {

    private final Upstreams loop;
    private final String key;
    private final RetryBudget retryBudget;
    private Cluster cluster;
    private long generation;
    private Map<Endpoint, EndpointState> byEndpoint = new HashMap<>();
    private List<EndpointState> endpoints = List.of();
    private Balancer balancer;
    /** Null where there are no checks. */
    private @Nullable ClusterHealth health;

    private @Nullable Guard guard;

    ClusterState(Upstreams loop, Cluster cluster, long generation) {
        this.loop = loop;
        this.key = cluster.key();
        this.retryBudget = loop.budgets().of(key);
        this.cluster = cluster;
        this.generation = generation;
        this.health = loop.checks().of(cluster);
        this.guard = loop.guards().of(cluster, generation);
        this.balancer = rebuild();
    }

    public String key() {
        return key;
    }

    public Cluster cluster() {
        return cluster;
    }

    /** What repeats may add to its load. */
    public RetryBudget retryBudget() {
        return retryBudget;
    }

    /** For a try at this cluster; null where nothing has to be asked, waited for or told. */
    public @Nullable Turn turn(Turn.Holder holder) {
        Guard asked = guard;
        return asked == null ? null : new Turn(asked, loop.eventLoop(), holder);
    }

    /**
     * Chooses an endpoint, or null when there is none.
     *
     * @param hash of the request's key, for consistent hashing
     * @param tried already; only chosen again when there is no other
     */
    public @Nullable EndpointState pick(long hash, List<EndpointState> tried) {
        tellUse();
        return endpoints.isEmpty() ? null : balancer.pick(endpoints, hash, tried);
    }

    /** The endpoint with that name ({@code host:port}) if it is fit for use, or null: for sticky sessions. */
    public @Nullable EndpointState named(long nameHash) {
        tellUse();
        for (EndpointState endpoint : endpoints) {
            if (Hashing.hash(endpoint.name()) == nameHash) {
                return endpoint.rank() == 0 ? endpoint : null;
            }
        }
        return null;
    }

    /** Its health checks go on as long as somebody calls, be it one client with a session. */
    private void tellUse() {
        if (health != null) {
            health.use();
        }
    }

    /** What its health checks say against an endpoint; {@code ""} for nothing. */
    String unhealthyBecause(Endpoint endpoint) {
        return health == null ? "" : health.unhealthyBecause(endpoint);
    }

    void update(Cluster newer, long newerGeneration) {
        if (newer == cluster || newerGeneration <= generation) {
            return;
        }
        generation = newerGeneration;
        boolean same = newer.equals(cluster);
        cluster = newer;
        health = loop.checks().of(newer);
        if (!same) {
            guard = loop.guards().of(newer, newerGeneration);
            balancer = rebuild();
        }
    }

    private Balancer rebuild() {
        Map<Endpoint, EndpointState> kept = new HashMap<>();
        boolean isFirst = byEndpoint.isEmpty();
        for (Endpoint endpoint : cluster.endpoints()) {
            EndpointState state = byEndpoint.remove(endpoint);
            if (state == null) {
                state = new EndpointState(loop, this, endpoint);
                if (!isFirst && cluster.loadBalancing().hashOn() == null) {
                    state.warmUp(cluster.loadBalancing().slowStartMs());
                }
            } else {
                state.update(cluster);
            }
            state.guard(guard == null ? null : guard.endpoint(endpoint));
            kept.put(endpoint, state);
        }
        byEndpoint.values().forEach(EndpointState::retire);
        byEndpoint = kept;
        endpoints = cluster.endpoints().stream().distinct().map(kept::get).toList();
        return Balancer.of(cluster.loadBalancing().algorithm(), endpoints);
    }

    ClusterView view() {
        List<ClusterView.EndpointView> views =
                endpoints.stream().map(EndpointState::view).toList();
        long requests = endpoints.stream().mapToLong(EndpointState::inFlight).sum();
        return new ClusterView(
                key,
                cluster.service(),
                new ClusterView.Usage(requests, 0),
                new ClusterView.Usage(0, 0),
                ClusterView.Breaker.NONE,
                views);
    }

    void sweep(long now) {
        for (EndpointState endpoint : endpoints) {
            endpoint.sweep(now);
        }
    }

    /** Whether it has no connection and nothing wants one. */
    boolean isUnused() {
        for (EndpointState endpoint : endpoints) {
            if (endpoint.connections() > 0 || endpoint.inFlight() > 0) {
                return false;
            }
        }
        return true;
    }

    void retire() {
        endpoints.forEach(EndpointState::retire);
    }
}
