package dev.torii.proxy.http;

import dev.torii.proxy.limit.RateLimits;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Builds what stands before a backend, of what protects its rule and what protects its Service. */
public final class Checkpoints {

    private final RateLimits limits;

    public Checkpoints(RateLimits limits) {
        this.limits = limits;
    }

    /**
     * In the order that they are passed; empty, and always the same, where nothing is configured.
     *
     * @param generation of the snapshot that both are of
     */
    List<Checkpoint> of(Protection rule, Protection backend, long generation) {
        List<Checkpoint> checkpoints = new ArrayList<>(2);
        List<RateLimit> merged = merged(rule.limits(), backend.limits());
        if (!merged.isEmpty()) {
            checkpoints.add(new LimitCheckpoint(limits.of(merged, generation)));
        }
        FaultPoint faults = FaultPoint.of(
                rule.faults(),
                backend.faults(),
                () -> ThreadLocalRandom.current().nextDouble());
        if (faults != null) {
            checkpoints.add(faults);
        }
        return List.copyOf(checkpoints);
    }

    /** Of two of a name the Service's holds. */
    private static List<RateLimit> merged(List<RateLimit> rule, List<RateLimit> backend) {
        Map<String, RateLimit> byName = new LinkedHashMap<>();
        rule.forEach(limit -> byName.put(limit.name(), limit));
        backend.forEach(limit -> byName.put(limit.name(), limit));
        return List.copyOf(byName.values());
    }
}
