package dev.torii.console.spans;

import dev.torii.console.spans.Trace.Retention;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The traces of the last while, in memory, bounded by spans and by bytes. A trace is all its spans, in whatever order they
 * come. When room gets short, whole traces leave, oldest first: traces with errors only when they take more than
 * {@value #ERROR_PERCENT} % of the room, those slow for their route only beyond {@value #SLOW_PERCENT} %, and else
 * ordinary ones.
 *
 * <p>Safe on any thread, under one lock that a search holds for some milliseconds: never call it on an event loop.
 */
public final class TraceStore {

    private static final int ERROR_PERCENT = 40;
    private static final int SLOW_PERCENT = 20;

    /** So that no single trace pushes out all others. */
    private static final int TRACE_SHARE = 10;

    private static final Comparator<Trace> NEWEST_FIRST =
            Comparator.comparingLong(Trace::startMicros).reversed().thenComparing(Trace::id);

    private final int maxSpans;
    private final long maxBytes;
    private final Map<String, Trace> byId = new HashMap<>();
    private final TreeSet<Trace> newestFirst = new TreeSet<>(NEWEST_FIRST);
    private final Map<String, Set<Trace>> byRequestId = new HashMap<>();
    private final Map<Retention, Kept> kept = new EnumMap<>(Retention.class);
    private final Map<String, Integer> spansByService = new TreeMap<>();
    private final RouteDurations durations = new RouteDurations();
    private int spans;
    private long bytes;
    private long evicted;
    private long received;
    private long refused;

    /** The traces of one class, oldest first, and how much they are. */
    private static final class Kept {
        private final Set<Trace> oldestFirst = new LinkedHashSet<>();
        private int spans;
        private long bytes;
    }

    /**
     * How full it is.
     *
     * @param capacity spans that it holds at most
     * @param evicted spans that have left since the start, to make room
     * @param received spans that came in
     * @param refused of these, those that could not be taken
     */
    public record Fill(int spans, int traces, int capacity, long evicted, long received, long refused) {}

    /** A service and how many spans of it are held. */
    public record ServiceSpans(String name, int spans) {}

    /** Empty. */
    public TraceStore(int maxSpans, long maxBytes) {
        this.maxSpans = maxSpans;
        this.maxBytes = maxBytes;
        for (Retention retention : Retention.values()) {
            kept.put(retention, new Kept());
        }
    }

    /**
     * Takes spans.
     *
     * @param unreadable how many others came with them that are none
     * @return how many had no room in their trace
     */
    public synchronized int add(Collection<Span> batch, int unreadable) {
        int crowded = 0;
        for (Span span : batch) {
            crowded += add(span) ? 0 : 1;
        }
        received += batch.size() + unreadable;
        refused += unreadable + crowded;
        return crowded;
    }

    private boolean add(Span span) {
        Trace trace = byId.computeIfAbsent(span.traceId(), Trace::new);
        if (trace.size() >= Math.max(1, maxSpans / TRACE_SHARE) || trace.bytes() > maxBytes / TRACE_SHARE) {
            return false;
        }
        take(trace);
        boolean added = trace.add(span);
        if (added) {
            spansByService.merge(span.service(), 1, Integer::sum);
            Retention worth = worth(span);
            if (worth.compareTo(trace.retention()) > 0) {
                kept(trace.retention()).oldestFirst.remove(trace);
                trace.retain(worth);
            }
        }
        put(trace);
        String requestId = span.requestId();
        if (added && !requestId.isEmpty()) {
            byRequestId.computeIfAbsent(requestId, id -> new LinkedHashSet<>(2)).add(trace);
        }
        makeRoom();
        return true;
    }

    private Retention worth(Span span) {
        boolean slow = span.isEntry() && durations.isSlow(routeOf(span), span.durationMicros());
        if (span.status() == Span.Status.ERROR) {
            return Retention.ERROR;
        }
        return slow ? Retention.SLOW : Retention.ORDINARY;
    }

    private static String routeOf(Span span) {
        String route = span.attributes().text(Span.ROUTE);
        return span.service() + ' ' + (route.isEmpty() ? span.name() : route);
    }

    private void put(Trace trace) {
        Kept in = kept(trace.retention());
        newestFirst.add(trace);
        in.oldestFirst.add(trace);
        in.spans += trace.size();
        in.bytes += trace.bytes();
        spans += trace.size();
        bytes += trace.bytes();
    }

    /** Before it changes, and with it its place. */
    private void take(Trace trace) {
        Kept in = kept(trace.retention());
        newestFirst.remove(trace);
        in.spans -= trace.size();
        in.bytes -= trace.bytes();
        spans -= trace.size();
        bytes -= trace.bytes();
    }

    private Kept kept(Retention retention) {
        return Objects.requireNonNull(kept.get(retention));
    }

    private void makeRoom() {
        while (spans > maxSpans || bytes > maxBytes) {
            evict(leastMissed());
        }
    }

    private Trace leastMissed() {
        Retention from = isOver(Retention.ERROR, ERROR_PERCENT)
                ? Retention.ERROR
                : isOver(Retention.SLOW, SLOW_PERCENT) ? Retention.SLOW : Retention.ORDINARY;
        return Stream.of(from, Retention.ORDINARY, Retention.SLOW, Retention.ERROR)
                .flatMap(retention -> kept(retention).oldestFirst.stream().limit(1))
                .findFirst()
                .orElseThrow();
    }

    private boolean isOver(Retention retention, int percent) {
        Kept in = kept(retention);
        return in.spans > (long) maxSpans * percent / 100 || in.bytes > maxBytes / 100 * percent;
    }

    private void evict(Trace trace) {
        take(trace);
        kept(trace.retention()).oldestFirst.remove(trace);
        byId.remove(trace.id());
        evicted += trace.size();
        for (String requestId : trace.requestIds()) {
            Set<Trace> traces = byRequestId.getOrDefault(requestId, new LinkedHashSet<>());
            traces.remove(trace);
            if (traces.isEmpty()) {
                byRequestId.remove(requestId);
            }
        }
        for (Span span : trace.spans()) {
            spansByService.computeIfPresent(span.service(), (name, count) -> count == 1 ? null : count - 1);
        }
    }

    /** The traces that a query asks for, newest first. */
    public synchronized List<TraceSummary> find(TraceQuery query) {
        Collection<Trace> candidates = newestFirst;
        if (!query.requestId().isEmpty()) {
            Set<Trace> sorted = new TreeSet<>(NEWEST_FIRST);
            sorted.addAll(byRequestId.getOrDefault(query.requestId(), Set.of()));
            candidates = sorted;
        }
        List<TraceSummary> found = new ArrayList<>();
        for (Trace trace : candidates) {
            if (found.size() >= query.limit() || trace.startMicros() < query.fromMicros()) {
                break;
            }
            if (trace.startMicros() <= query.toMicros() && trace.matches(query)) {
                found.add(trace.summary());
            }
        }
        return found;
    }

    /** The spans of a trace by their start; empty when it is not held. */
    public synchronized List<Span> trace(String traceId) {
        Trace trace = byId.get(traceId);
        return trace == null ? List.of() : trace.spans();
    }

    /** Every service that spans are held of, by name. */
    public synchronized List<ServiceSpans> services() {
        return spansByService.entrySet().stream()
                .map(entry -> new ServiceSpans(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** How full it is now. */
    public synchronized Fill fill() {
        return new Fill(spans, byId.size(), maxSpans, evicted, received, refused);
    }
}
