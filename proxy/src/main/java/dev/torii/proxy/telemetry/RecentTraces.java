package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeRecord;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * For each bucket of each histogram a trace that shows what fell into it: the exemplars of OpenMetrics. Seeing one takes
 * no lock, and allocates once a second for each bucket at most. Safe on any thread.
 *
 * <p>There is a fixed number of places, which cells take turn by turn. So the first few hundred histograms have places of
 * their own, and with more of them some exemplars give way to others': they are samples, and memory has a bound.
 */
final class RecentTraces {

    /** A power of two. */
    static final int PLACES = 4096;

    /** A place changes that often at most. Scrapers need no more, and want times that only grow. */
    static final long EACH_MS = 1_000;

    private final AtomicReferenceArray<@Nullable Seen> places = new AtomicReferenceArray<>(PLACES);
    private final AtomicInteger nextCell = new AtomicInteger();

    private record Seen(int cell, String traceId, String spanId, double seconds, long endMs) {}

    /** Cells for so many buckets: the first one's number. */
    int cells(int buckets) {
        return nextCell.getAndAdd(buckets);
    }

    /** @param nanos the duration that fell into the bucket of this cell */
    void saw(int cell, long nanos, ExchangeRecord traced) {
        long endMs = traced.startEpochMs() + TimeUnit.NANOSECONDS.toMillis(traced.durationNanos());
        int place = place(cell);
        Seen before = places.get(place);
        if (before == null || endMs - before.endMs >= EACH_MS) {
            Seen now = new Seen(cell, traced.traceId(), traced.spanId(), nanos / 1e9, endMs);
            places.compareAndSet(place, before, now);
        }
    }

    /** Of the buckets whose cells these are. */
    Exemplars of(int first, int buckets) {
        List<Exemplar> found = new ArrayList<>();
        for (int cell = first; cell < first + buckets; cell++) {
            Seen seen = places.get(place(cell));
            if (seen != null && seen.cell == cell) {
                Labels ids = Labels.of(Exemplar.TRACE_ID, seen.traceId, Exemplar.SPAN_ID, seen.spanId);
                found.add(new Exemplar(seen.seconds, ids, seen.endMs));
            }
        }
        return found.isEmpty() ? Exemplars.EMPTY : Exemplars.of(found);
    }

    private static int place(int cell) {
        return cell & PLACES - 1;
    }
}
