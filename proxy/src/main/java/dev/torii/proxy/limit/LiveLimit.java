package dev.torii.proxy.limit;

import dev.torii.routing.RateLimit;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.RequestView;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One limit over time: its buckets and what they said. The newest words that it was configured in hold. */
final class LiveLimit {

    final LongAdder allowed = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder shadowed = new LongAdder();
    final LongAdder errors = new LongAdder();

    private final Buckets.Factory shared;
    private final LongSupplier nanos;
    private volatile State state;
    private long generation;

    private record State(
            RateLimit limit,
            Quota quota,
            Buckets buckets,
            @Nullable LocalBuckets whenUnknown) {}

    LiveLimit(RateLimit limit, long generation, Buckets.Factory shared, LongSupplier nanos) {
        this.shared = shared;
        this.nanos = nanos;
        this.generation = generation;
        this.state = open(limit);
    }

    private State open(RateLimit limit) {
        RateLimit.Store store = limit.store();
        if (store == null) {
            return new State(limit, Quota.of(limit), new LocalBuckets(limit, nanos), null);
        }
        LocalBuckets whenUnknown = store.denyOnError() ? null : new LocalBuckets(limit, nanos);
        return new State(limit, Quota.of(limit), shared.open(limit), whenUnknown);
    }

    /** It is configured like this in that snapshot. */
    synchronized void configured(RateLimit limit, long inGeneration) {
        if (inGeneration < generation) {
            return;
        }
        generation = inGeneration;
        State before = state;
        if (limit.equals(before.limit)) {
            return;
        }
        if (!Objects.equals(limit.store(), before.limit.store())) {
            state = open(limit);
            before.buckets.close();
            return;
        }
        if (changesRate(before.limit, limit)) {
            before.buckets.change(limit);
            if (before.whenUnknown != null) {
                before.whenUnknown.change(limit);
            }
        }
        state = new State(limit, Quota.of(limit), before.buckets, before.whenUnknown);
    }

    private static boolean changesRate(RateLimit one, RateLimit other) {
        return one.requests() != other.requests() || one.perMs() != other.perMs() || one.burst() != other.burst();
    }

    /** Closes it when it was not configured since and nothing is lost with it. */
    synchronized boolean isOver(long before) {
        if (generation >= before || !state.buckets.isFull()) {
            return false;
        }
        state.buckets.close();
        return true;
    }

    void close() {
        state.buckets.close();
    }

    RateLimit limit() {
        return state.limit;
    }

    Quota quota() {
        return state.quota;
    }

    boolean isShadow() {
        return state.limit.shadow();
    }

    /** Whether the request is one that it counts. */
    boolean isFor(RequestView request) {
        List<RequestMatch> matches = state.limit.matches();
        for (int i = 0; i < matches.size(); i++) {
            if (matches.get(i).matches(request)) {
                return true;
            }
        }
        return matches.isEmpty();
    }

    Buckets buckets() {
        return state.buckets;
    }

    /**
     * What is asked while the store cannot tell: this process alone, so that without the store each lets the whole
     * limit pass and no more. Null when requests are to be refused then.
     */
    @Nullable
    LocalBuckets whenUnknown() {
        return state.whenUnknown;
    }

    LimitView view() {
        State now = state;
        return new LimitView(
                now.limit,
                now.buckets.keys(),
                now.buckets.crowded(),
                allowed.sum(),
                refused.sum(),
                shadowed.sum(),
                errors.sum());
    }
}
