package dev.torii.proxy.limit;

import dev.torii.routing.RateLimit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * All limits of a data plane by {@link RateLimit#id}. They outlive snapshots: an edit, or an id that is away for a
 * while, forgets nothing that was used. Any thread.
 */
public final class RateLimits {

    private final Map<String, LiveLimit> byId = new ConcurrentHashMap<>();
    private final Buckets.Factory shared;
    private final LongSupplier nanos;

    /**
     * @param shared makes the buckets of limits that have a store
     * @param nanos the clock
     */
    public RateLimits(Buckets.Factory shared, LongSupplier nanos) {
        this.shared = shared;
        this.nanos = nanos;
    }

    /**
     * Makes limits ready for one way to a backend.
     *
     * @param generation of the snapshot that they are from; of several the newest holds
     */
    public Limits of(List<RateLimit> limits, long generation) {
        List<RateLimit> ordered = new ArrayList<>(limits);
        ordered.sort(Comparator.comparing(RateLimit::shadow).thenComparing(limit -> limit.store() != null));
        List<LiveLimit> live = new ArrayList<>();
        for (RateLimit limit : ordered) {
            LiveLimit known = byId.computeIfAbsent(limit.id(), id -> new LiveLimit(limit, generation, shared, nanos));
            known.configured(limit, generation);
            live.add(known);
        }
        return new Limits(live);
    }

    /**
     * Forgets limits that no snapshot has named since, once all that they gave has come back. A Service of a mesh is
     * only named when it is called, and gone from the configuration looks the same: so nothing is forgotten that would
     * be missed. Not on an event loop.
     */
    public void forgetBefore(long generation) {
        byId.values().removeIf(limit -> limit.isOver(generation));
    }

    /** As they are now, by id. */
    public List<LimitView> views() {
        return byId.values().stream()
                .map(LiveLimit::view)
                .sorted(Comparator.comparing(view -> view.limit().id()))
                .toList();
    }

    /** The process ends. */
    public void close() {
        byId.values().forEach(LiveLimit::close);
        byId.clear();
    }
}
