package dev.torii.proxy.upstream.health;

import dev.torii.proxy.ExchangeListener;
import dev.torii.routing.Cluster;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.Snapshot;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** All checks that go on in the process. For one thread. */
final class Checker {

    private final Timers timers;
    private final Probe probe;
    private final DoubleSupplier random;
    private final ExchangeListener listener;
    private final Slots slots;
    private final Map<String, ClusterChecks> clusters = new HashMap<>();

    /**
     * @param random from 0 to 1
     * @param atOnce how many questions may be open
     * @param listener is told of each answer
     */
    Checker(Timers timers, Probe probe, DoubleSupplier random, int atOnce, ExchangeListener listener) {
        this.timers = timers;
        this.probe = probe;
        this.random = random;
        this.slots = new Slots(atOnce);
        this.listener = listener;
    }

    Timers timers() {
        return timers;
    }

    Probe probe() {
        return probe;
    }

    Slots slots() {
        return slots;
    }

    double random() {
        return random.getAsDouble();
    }

    void heard(Cluster cluster, boolean good) {
        listener.healthChecked(cluster.service(), good);
    }

    /** What has to be asked; null for nothing. Where every request is refused, it does not matter how endpoints are. */
    static @Nullable HealthCheck wanted(@Nullable Cluster cluster) {
        return cluster == null || cluster.invalid() != null
                ? null
                : cluster.resilience().healthCheck();
    }

    /** Calls are made to a cluster. */
    void begin(String key, ClusterHealth health, Snapshot snapshot) {
        Cluster cluster = snapshot.cluster(key);
        HealthCheck how = wanted(cluster);
        if (cluster == null || how == null) {
            health.end();
        } else if (!clusters.containsKey(key)) {
            clusters.put(key, new ClusterChecks(this, health, cluster, how));
        }
    }

    /** Brings what goes on up to a new snapshot. */
    void apply(Snapshot snapshot) {
        for (ClusterChecks checks : List.copyOf(clusters.values())) {
            Cluster newer = snapshot.cluster(checks.cluster().key());
            HealthCheck how = wanted(newer);
            if (newer == null || how == null) {
                end(checks);
            } else {
                checks.update(newer, how);
            }
        }
    }

    void end(ClusterChecks checks) {
        if (clusters.remove(checks.cluster().key(), checks)) {
            checks.stop();
        }
    }

    Future<Void> close() {
        List.copyOf(clusters.values()).forEach(this::end);
        return probe.close();
    }
}
