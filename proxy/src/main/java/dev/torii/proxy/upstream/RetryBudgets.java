package dev.torii.proxy.upstream;

import dev.torii.routing.Snapshot;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The {@link RetryBudget} of each cluster, for all event loops of a process. Safe on any thread. */
public final class RetryBudgets {

    private final Map<String, RetryBudget> byKey = new ConcurrentHashMap<>();

    /** One of its own for a place that is not configured: nobody would ever say that it is gone. */
    RetryBudget of(String key) {
        return Places.isPlace(key)
                ? new RetryBudget(System.nanoTime())
                : byKey.computeIfAbsent(key, k -> new RetryBudget(System.nanoTime()));
    }

    /** Lets go of what is not in a new snapshot. */
    public void retain(Snapshot snapshot) {
        byKey.keySet().removeIf(key -> snapshot.cluster(key) == null);
    }
}
