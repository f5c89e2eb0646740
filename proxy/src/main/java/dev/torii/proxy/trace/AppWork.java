package dev.torii.proxy.trace;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The requests that the app behind a sidecar works on, by their trace: what it calls meanwhile under the same trace is for
 * them, though it may carry no request id. One for both directions of a sidecar; safe on any thread; takes no lock that
 * anybody waits for.
 */
public final class AppWork {

    /** Beyond this many traces at a time the others' request ids are not remembered. */
    static final int MAX_TRACES = 10_000;

    /** @param count of requests in flight, for a trace may come more than once */
    private record Work(String requestId, int count) {}

    private final Map<String, Work> byTrace = new ConcurrentHashMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder lost = new LongAdder();

    /** The app is given a request. */
    public void begins(String traceId, String requestId) {
        inFlight.incrementAndGet();
        if (byTrace.size() < MAX_TRACES) {
            byTrace.compute(traceId, (id, known) -> new Work(requestId, known == null ? 1 : known.count + 1));
        }
    }

    /** It has answered. */
    public void ends(String traceId) {
        inFlight.decrementAndGet();
        byTrace.computeIfPresent(
                traceId, (id, work) -> work.count == 1 ? null : new Work(work.requestId, work.count - 1));
    }

    /** The id of a request of that trace that the app works on, or null. */
    public @Nullable String requestId(String traceId) {
        Work work = byTrace.get(traceId);
        return work == null ? null : work.requestId;
    }

    /** The app calls, and nothing tells for which request: that matters if it has one to answer. */
    public void unknownCall() {
        if (inFlight.get() > 0) {
            lost.increment();
        }
    }

    /** How often it was so, since the start. */
    public long lost() {
        return lost.sum();
    }
}
