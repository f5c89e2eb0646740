package dev.torii.proxy;

import dev.torii.routing.Cluster;
import dev.torii.routing.Resilience;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The live state of one cluster, frozen at one moment, for people: what {@code /clusters} and the metrics show. Event
 * loops keep their own state; {@link #sum} puts their views together, and what they share is added to the sum.
 *
 * @param key as {@link Cluster#key()}
 * @param service {@code namespace/service}
 * @param requests in flight
 * @param queue requests that wait for one in flight to end
 * @param breaker of the whole cluster
 * @param endpoints those that are known, in the order of the snapshot
 * @param events what has happened to it
 */
public record ClusterView(
        String key,
        String service,
        Usage requests,
        Usage queue,
        Breaker breaker,
        List<EndpointView> endpoints,
        Events events) {

    /** Of which nothing has happened. */
    public ClusterView(
            String key, String service, Usage requests, Usage queue, Breaker breaker, List<EndpointView> endpoints) {
        this(key, service, requests, queue, breaker, endpoints, Events.NONE);
    }

    public ClusterView {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * An amount and its bound, both of the whole process.
     *
     * @param limit 0 when there is none
     */
    public record Usage(long current, long limit) {

        private Usage plus(Usage other) {
            return new Usage(current + other.current, Math.max(limit, other.limit));
        }
    }

    /**
     * What has happened to a cluster since it is known.
     *
     * @param panic whether all its endpoints are left out now, so that all are used
     * @param ejections of its endpoints
     * @param opened how often a breaker opened
     * @param halfOpened how often one let probes through
     * @param closed how often one closed again
     */
    public record Events(boolean panic, long ejections, long opened, long halfOpened, long closed) {

        static final Events NONE = new Events(false, 0, 0, 0, 0);

        private Events plus(Events other) {
            return new Events(
                    panic || other.panic,
                    ejections + other.ejections,
                    opened + other.opened,
                    halfOpened + other.halfOpened,
                    closed + other.closed);
        }
    }

    /** From good to bad. */
    public enum Breaker {
        /** Not configured. */
        NONE,
        CLOSED,
        HALF_OPEN,
        OPEN
    }

    /** From good to bad. */
    public enum Health {
        HEALTHY,
        /** Left out for a while because of errors in real traffic. */
        EJECTED,
        /** Its health checks fail. */
        UNHEALTHY
    }

    /**
     * One endpoint of a cluster.
     *
     * @param address {@code host:port}
     * @param connections open to it
     * @param requests in flight to it
     * @param reason why it is {@link Health#UNHEALTHY}, one word; else {@code ""}
     * @param ejectedMs for how long it is still left out because of errors
     */
    public record EndpointView(
            String address,
            Health health,
            Breaker breaker,
            int connections,
            int requests,
            String reason,
            long ejectedMs) {

        /** Of one that is not left out. */
        public EndpointView(String address, Health health, Breaker breaker, int connections, int requests) {
            this(address, health, breaker, connections, requests, "", 0);
        }

        private EndpointView plus(EndpointView other) {
            return new EndpointView(
                    address,
                    worse(health, other.health),
                    worse(breaker, other.breaker),
                    connections + other.connections,
                    requests + other.requests,
                    reason.isEmpty() ? other.reason : reason,
                    Math.max(ejectedMs, other.ejectedMs));
        }
    }

    /** The view of a cluster that nobody has used yet. */
    public static ClusterView unused(Cluster cluster) {
        Resilience.Concurrency limits = cluster.resilience().concurrency();
        Resilience.CircuitBreaking breaking = cluster.resilience().circuitBreaking();
        Breaker own = breaking == null || breaking.perEndpoint() ? Breaker.NONE : Breaker.CLOSED;
        Breaker each = breaking == null || !breaking.perEndpoint() ? Breaker.NONE : Breaker.CLOSED;
        return new ClusterView(
                cluster.key(),
                cluster.service(),
                new Usage(0, limits == null ? 0 : limits.maxInFlight()),
                new Usage(0, limits == null ? 0 : limits.queueSize()),
                own,
                cluster.endpoints().stream()
                        .map(endpoint -> new EndpointView(endpoint.toString(), Health.HEALTHY, each, 0, 0))
                        .toList());
    }

    /** One view of each cluster from those of several event loops: amounts add up, of two states the worse counts. */
    public static List<ClusterView> sum(Collection<List<ClusterView>> views) {
        Map<String, ClusterView> byKey = new LinkedHashMap<>();
        for (List<ClusterView> some : views) {
            for (ClusterView view : some) {
                byKey.merge(view.key, view, ClusterView::plus);
            }
        }
        return List.copyOf(byKey.values());
    }

    private ClusterView plus(ClusterView other) {
        Map<String, EndpointView> byAddress = new LinkedHashMap<>();
        endpoints.forEach(endpoint -> byAddress.put(endpoint.address, endpoint));
        other.endpoints.forEach(endpoint -> byAddress.merge(endpoint.address, endpoint, EndpointView::plus));
        return new ClusterView(
                key,
                service,
                requests.plus(other.requests),
                queue.plus(other.queue),
                worse(breaker, other.breaker),
                new ArrayList<>(byAddress.values()),
                events.plus(other.events));
    }

    private static <E extends Enum<E>> E worse(E one, E other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
