package dev.torii.proxy.telemetry;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;

/**
 * Writes items as lines from one daemon thread, so that a stream which blocks holds up nobody but that thread. Any
 * thread may {@link #offer}; it costs an atomic step or two and never waits. What comes while the queue is full is
 * dropped and counted.
 *
 * <p>While there is work the thread looks every {@value #PAUSE_MS} ms and writes all it finds at once, so a busy caller
 * pays for no wake-up; after {@value #PAUSES_BEFORE_SLEEP} idle looks it sleeps until the next item wakes it.
 */
final class LineWriter<T> implements AutoCloseable {

    private static final int PAUSE_MS = 10;
    private static final int PAUSES_BEFORE_SLEEP = 10;
    private static final int WRITE_AT = 48 * 1024;

    private final OutputStream out;
    private final BiConsumer<T, JsonBuffer> encoder;
    private final ToIntFunction<T> weight;
    private final long maxWeight;
    private final Consumer<Exception> onFailure;
    private final MpscAtomicArrayQueue<T> queue;
    private final AtomicLong waiting = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closing;

    private final JsonBuffer batch = new JsonBuffer();
    private int batchLines;
    private long batchWeight;
    private boolean torn;

    /**
     * @param limits how much may wait
     * @param encoder appends one item without the line end; what it throws costs that item only
     * @param weight roughly the bytes an item keeps in memory
     * @param onFailure told of each failed write, on the writing thread
     */
    LineWriter(
            String threadName,
            OutputStream out,
            Limits limits,
            BiConsumer<T, JsonBuffer> encoder,
            ToIntFunction<T> weight,
            Consumer<Exception> onFailure) {
        this.out = out;
        this.encoder = encoder;
        this.weight = weight;
        this.maxWeight = limits.weight();
        this.onFailure = onFailure;
        this.queue = new MpscAtomicArrayQueue<>(limits.items());
        this.thread = new Thread(this::run, threadName);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * How much may wait to be written: many small items, or a few large ones.
     *
     * @param items rounded up to a power of two
     * @param weight in bytes, roughly
     */
    record Limits(int items, long weight) {}

    /** Takes an item, or drops and counts it when too much waits or the writer is closed. */
    boolean offer(T item) {
        int itemWeight = weight.applyAsInt(item);
        boolean fits = waiting.addAndGet(itemWeight) <= maxWeight;
        if (!fits || closing || !queue.offer(item)) {
            waiting.addAndGet(-itemWeight);
            dropped.increment();
            return false;
        }
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
        return true;
    }

    /** Items that were never written, since the start. */
    long dropped() {
        return dropped.sum();
    }

    private void run() {
        int idle = 0;
        while (true) {
            T item = queue.poll();
            if (item != null) {
                idle = 0;
                append(item);
                if (batch.size() >= WRITE_AT) {
                    write();
                }
                continue;
            }
            write();
            if (closing && queue.isEmpty()) {
                return;
            }
            rest(++idle);
        }
    }

    /**
     * The queue's producer index is moved by a compare-and-set before {@link #offer} reads {@code asleep}, and
     * {@code asleep} is set before the index is read here: one of the two sides always sees the other.
     */
    private void rest(int idle) {
        if (idle < PAUSES_BEFORE_SLEEP) {
            LockSupport.parkNanos(this, PAUSE_MS * 1_000_000L);
        } else {
            asleep = true;
            if (queue.isEmpty() && !closing) {
                LockSupport.park(this);
            }
            asleep = false;
        }
    }

    private void append(T item) {
        batchWeight += weight.applyAsInt(item);
        int start = batch.size();
        try {
            encoder.accept(item, batch);
            batch.raw('\n');
            batchLines++;
        } catch (RuntimeException e) {
            batch.cutTo(start);
            dropped.increment();
        }
    }

    /** After a failed write the next batch begins on a new line, so that at most the torn lines are lost. */
    private void write() {
        if (batchWeight == 0) {
            return;
        }
        try {
            if (torn) {
                out.write('\n');
                torn = false;
            }
            out.write(batch.bytes(), 0, batch.size());
            out.flush();
        } catch (IOException | RuntimeException e) {
            torn = true;
            dropped.add(batchLines);
            onFailure.accept(e);
        } finally {
            waiting.addAndGet(-batchWeight);
            batch.clear();
            batchLines = 0;
            batchWeight = 0;
        }
    }

    /** As {@link #close(Duration)}, with two seconds. */
    @Override
    public void close() {
        close(Duration.ofSeconds(2));
    }

    /**
     * Writes what waits, but waits for the stream no longer than {@code bound}; the rest is counted as dropped. For the
     * thread that ends the process, not for an event loop.
     */
    void close(Duration bound) {
        closing = true;
        LockSupport.unpark(thread);
        try {
            TimeUnit.MILLISECONDS.timedJoin(thread, Math.max(1, bound.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            dropped.add(queue.size());
        }
    }
}
