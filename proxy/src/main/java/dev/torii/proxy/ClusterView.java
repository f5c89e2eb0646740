package dev.torii.proxy;

import dev.torii.routing.Cluster;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The live state of one cluster, frozen at one moment, for people: what {@code /clusters} and the metrics show. Event
 * loops keep their own state; {@link #sum} puts their views together.
 *
 * @param key as {@link Cluster#key()}
 * @param service {@code namespace/service}
 * @param requests in flight
 * @param queue requests that wait for one in flight to end
 * @param breaker of the whole cluster
 * @param endpoints those that are known, in the order of the snapshot
 */
public record ClusterView(
        String key, String service, Usage requests, Usage queue, Breaker breaker, List<EndpointView> endpoints) {

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
     * @param reason why it is {@link Health#UNHEALTHY}, in one lower_snake word or a status; else {@code ""}
     */
    public record EndpointView(
            String address, Health health, Breaker breaker, int connections, int requests, String reason) {

        /** Of one that nothing is said against. */
        public EndpointView(String address, Health health, Breaker breaker, int connections, int requests) {
            this(address, health, breaker, connections, requests, "");
        }

        private EndpointView plus(EndpointView other) {
            return new EndpointView(
                    address,
                    worse(health, other.health),
                    worse(breaker, other.breaker),
                    connections + other.connections,
                    requests + other.requests,
                    reason.isEmpty() ? other.reason : reason);
        }
    }

    /** The view of a cluster that nobody has used yet. */
    public static ClusterView unused(Cluster cluster) {
        return new ClusterView(
                cluster.key(),
                cluster.service(),
                new Usage(0, 0),
                new Usage(0, 0),
                Breaker.NONE,
                cluster.endpoints().stream()
                        .map(endpoint -> new EndpointView(endpoint.toString(), Health.HEALTHY, Breaker.NONE, 0, 0))
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
                new ArrayList<>(byAddress.values()));
    }

    private static <E extends Enum<E>> E worse(E one, E other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
