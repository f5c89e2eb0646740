package dev.torii.proxy.telemetry.spans;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Stands before an exporter: bounds what waits for it, counts what became of it, and leaves a collector that fails alone for
 * a while, during which spans cost nothing but their count. Safe on any thread; {@link #admit} never waits.
 */
final class Delivery implements SpanExporter {

    private static final Logger LOG = System.getLogger(Delivery.class.getName());
    private static final long FIRST_REST_NANOS = 1_000_000_000L;
    private static final int MAX_DOUBLINGS = 5;

    private final SpanExporter exporter;
    private final int maxSpans;
    private final long maxBytes;
    private final LongSupplier clock;
    private final AtomicInteger waitingSpans = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final LongAdder exported = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private volatile boolean resting;
    private volatile long restUntil;
    private int failures;

    /** @param clock as {@link System#nanoTime()} */
    Delivery(SpanExporter exporter, int maxSpans, long maxBytes, LongSupplier clock) {
        this.exporter = exporter;
        this.maxSpans = maxSpans;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /** Whether there is room for these; when not, they are counted as dropped. */
    boolean admit(int spans, long bytes) {
        if (isResting() || waitingSpans.get() + spans > maxSpans || waitingBytes.get() + bytes > maxBytes) {
            dropped.add(spans);
            return false;
        }
        waitingSpans.addAndGet(spans);
        waitingBytes.addAndGet(bytes);
        return true;
    }

    private boolean isResting() {
        return resting && clock.getAsLong() - restUntil < 0;
    }

    long exported() {
        return exported.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        int count = spans.size();
        long bytes = 0;
        for (SpanData span : spans) {
            bytes += ((ExchangeSpan) span).weight();
        }
        long weight = bytes;
        boolean tried = !isResting();
        CompletableResultCode result = tried ? exporter.export(spans) : CompletableResultCode.ofFailure();
        result.whenComplete(() -> {
            waitingSpans.addAndGet(-count);
            waitingBytes.addAndGet(-weight);
            (result.isSuccess() ? exported : dropped).add(count);
            if (tried) {
                told(result);
            }
        });
        return result;
    }

    private synchronized void told(CompletableResultCode result) {
        if (result.isSuccess()) {
            if (failures > 0) {
                LOG.log(Level.INFO, "spans are delivered again");
            }
            failures = 0;
            resting = false;
            return;
        }
        long rest = FIRST_REST_NANOS << Math.min(failures, MAX_DOUBLINGS);
        restUntil = clock.getAsLong() + rest;
        resting = true;
        if (failures++ == 0) {
            LOG.log(Level.WARNING, "spans cannot be delivered{0}: dropped and counted until they can", why(result));
        }
    }

    private static String why(CompletableResultCode result) {
        Throwable why = result.getFailureThrowable();
        while (why != null && why.getCause() != null) {
            why = why.getCause();
        }
        return why == null
                ? ""
                : " (" + String.valueOf(why.getMessage()).lines().findFirst().orElse("") + ")";
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
