package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeRecord;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplars;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts durations in the buckets of OpenTelemetry's HTTP conventions. Every event loop counts in a stripe of its own,
 * a cache line or two, so that an observation is two uncontended atomic additions; reading adds the stripes up.
 */
final class DurationHistogram {

    /** Upper bounds in seconds. Source: OpenTelemetry semantic conventions, HTTP metrics. */
    private static final double[] BOUNDS = {
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, Double.POSITIVE_INFINITY
    };

    private static final long[] BOUNDS_NANOS = new long[BOUNDS.length];
    private static final int SUM = BOUNDS.length;
    private static final int STRIDE = 16;

    static {
        for (int i = 0; i < BOUNDS.length; i++) {
            BOUNDS_NANOS[i] = Math.round(BOUNDS[i] * 1e9);
        }
    }

    private final AtomicLongArray cells;
    private final RecentTraces traces;
    private final int traceCells;

    /** @param traces where it tells the traced ones */
    DurationHistogram(int stripes, RecentTraces traces) {
        this.cells = new AtomicLongArray(stripes * STRIDE);
        this.traces = traces;
        this.traceCells = traces.cells(BOUNDS.length);
    }

    /** @param exchange that took so long, in whatever respect */
    void observe(int stripe, long nanos, ExchangeRecord exchange) {
        int bucket = 0;
        while (nanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        int first = stripe * STRIDE;
        cells.getAndIncrement(first + bucket);
        cells.getAndAdd(first + SUM, nanos);
        if (exchange.trace() != null) {
            traces.saw(traceCells + bucket, nanos, exchange);
        }
    }

    /** How many were observed in each bucket, not added up. */
    ClassicHistogramBuckets buckets() {
        long[] counts = new long[BOUNDS.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = total(i);
        }
        return ClassicHistogramBuckets.of(BOUNDS, counts);
    }

    /** A traced one for each bucket that has any. */
    Exemplars exemplars() {
        return traces.of(traceCells, BOUNDS.length);
    }

    double sumSeconds() {
        return total(SUM) / 1e9;
    }

    long count() {
        long count = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            count += total(i);
        }
        return count;
    }

    private long total(int cell) {
        long total = 0;
        for (int at = cell; at < cells.length(); at += STRIDE) {
            total += cells.get(at);
        }
        return total;
    }
}
