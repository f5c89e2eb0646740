package dev.torii.proxy.upstream.health;

import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import dev.torii.routing.Resilience.HealthCheck;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The checks of one cluster, as long as it is called. For one thread. */
final class ClusterChecks {

    private static final Logger LOG = System.getLogger(HealthChecks.class.getName());

    /** A cluster that nobody called for so long, and for so many intervals, is left alone. */
    private static final long QUIET_MS = TimeUnit.MINUTES.toMillis(5);

    private static final int QUIET_INTERVALS = 10;

    private final Checker checker;
    private final ClusterHealth health;
    private final Map<Endpoint, EndpointCheck> endpoints = new HashMap<>();
    private Cluster cluster;
    private HealthCheck how;
    private long usedAt;

    ClusterChecks(Checker checker, ClusterHealth health, Cluster cluster, HealthCheck how) {
        this.checker = checker;
        this.health = health;
        this.cluster = cluster;
        this.how = how;
        this.usedAt = checker.timers().nanoTime();
        meet();
    }

    Cluster cluster() {
        return cluster;
    }

    HealthCheck how() {
        return how;
    }

    ClusterHealth health() {
        return health;
    }

    /** The cluster as a newer snapshot has it. */
    void update(Cluster newer, HealthCheck newHow) {
        boolean sameQuestion = newHow.equals(how)
                && newer.protocol() == cluster.protocol()
                && Objects.equals(newer.tls(), cluster.tls());
        cluster = newer;
        how = newHow;
        checker.slots().still(() -> {
            part();
            if (!sameQuestion) {
                endpoints.values().forEach(EndpointCheck::restart);
            }
            meet();
        });
    }

    private void part() {
        Set<Endpoint> gone = new HashSet<>(endpoints.keySet());
        cluster.endpoints().forEach(gone::remove);
        for (Endpoint endpoint : gone) {
            Objects.requireNonNull(endpoints.remove(endpoint)).stop();
            health.set(endpoint, "");
        }
    }

    private void meet() {
        for (Endpoint endpoint : cluster.endpoints()) {
            if (!endpoints.containsKey(endpoint)) {
                EndpointCheck check = new EndpointCheck(checker, this, endpoint);
                endpoints.put(endpoint, check);
                check.restart();
            }
        }
    }

    /** Whether to go on; if not, these checks are over. */
    boolean isWanted() {
        long now = checker.timers().nanoTime();
        if (health.wasUsed()) {
            usedAt = now;
        }
        long quiet = TimeUnit.MILLISECONDS.toNanos(Math.max(QUIET_MS, QUIET_INTERVALS * how.intervalMs()));
        if (now - usedAt < quiet || !health.rest()) {
            return true;
        }
        checker.end(this);
        return false;
    }

    void changed(Endpoint endpoint, String reason) {
        health.set(endpoint, reason);
        LOG.log(
                Level.INFO,
                "endpoint {0} of {1} {2}",
                endpoint,
                cluster.key(),
                reason.isEmpty() ? "is healthy again" : "is unhealthy: " + reason);
    }

    void stillUnhealthy(Endpoint endpoint, String reason) {
        health.set(endpoint, reason);
    }

    /** Nothing is known of the endpoints from now on. */
    void stop() {
        checker.slots().still(() -> endpoints.values().forEach(EndpointCheck::stop));
        endpoints.clear();
        health.end();
    }
}
