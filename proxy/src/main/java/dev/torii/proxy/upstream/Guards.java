package dev.torii.proxy.upstream;

import dev.torii.proxy.ClusterView;
import dev.torii.routing.Cluster;
import dev.torii.routing.Resilience;
import dev.torii.routing.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Guard} of each cluster that has limits, breakers or health, one of these for all event loops of a data plane,
 * so that every count and limit is that of the process. Keyed by {@link Cluster#key()} and made with the first call; gone
 * when the cluster has left the snapshot and nobody is in flight to it any more. Safe on any thread.
 */
public final class Guards {

    private final Map<String, Guard> byKey = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    /** @param nanos a clock like {@link System#nanoTime()} */
    public Guards(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Null for a cluster that has none of all that, and never had: then nothing is counted. */
    @Nullable
    Guard of(Cluster cluster, long generation) {
        Guard known = byKey.get(cluster.key());
        if (known == null && !isGuarded(cluster.resilience())) {
            return null;
        }
        Guard guard = known != null
                ? known
                : byKey.computeIfAbsent(cluster.key(), key -> new Guard(cluster, generation, nanos));
        guard.update(cluster, generation);
        return guard;
    }

    long now() {
        return nanos.getAsLong();
    }

    private static boolean isGuarded(Resilience resilience) {
        return resilience.concurrency() != null
                || resilience.circuitBreaking() != null
                || resilience.outlierDetection() != null
                || resilience.healthCheck() != null;
    }

    /** Brings what is in use up to a new snapshot, and lets go of what left it. */
    public void apply(Snapshot snapshot, long generation) {
        byKey.forEach((key, guard) -> {
            Cluster newer = snapshot.cluster(key);
            if (newer != null) {
                guard.update(newer, generation);
            } else if (!guard.isUsed()) {
                byKey.remove(key, guard);
            }
        });
    }

    /** The event loops' views, with what is known here. */
    public List<ClusterView> complete(List<ClusterView> views) {
        return views.stream()
                .map(view -> {
                    Guard guard = byKey.get(view.key());
                    return guard == null ? view : guard.complete(view);
                })
                .toList();
    }
}
