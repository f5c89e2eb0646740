package dev.torii.control.api;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What is to be looked at, each thing by one thread at a time and never lost: added while it is being looked at, it is
 * looked at again. What fails is tried again, ever more seldom; while the API server is away everything waits together.
 * Holds each thing once, however often it is added.
 *
 * @param <K> a thing, by which it is equal
 */
public final class Worklist<K> implements AutoCloseable {

    private static final Logger LOG = System.getLogger("dev.torii.control");
    private static final long LAST_REQUEST_SECONDS = 2;

    private final String name;
    private final Work<K> work;
    private final Pause pause;
    private final ScheduledThreadPoolExecutor threads;

    /** What waits, or is being looked at. Guarded by this. */
    private final Map<K, Item> items = new HashMap<>();

    /** One after the other without an answer. Guarded by this. */
    private int outages;

    /** By {@link System#nanoTime}. Guarded by this. */
    private long resumes = System.nanoTime();

    /** Looks at a thing. May wait; ends soon when its thread is interrupted, since then nothing more may be done. */
    public interface Work<K> {

        Next lookAt(K key) throws InterruptedException;
    }

    /**
     * How long to wait after a failure.
     *
     * @param first after the first; twice as long after each further one
     * @param longest but not longer
     */
    public record Pause(Duration first, Duration longest) {

        public static final Pause USUAL = new Pause(Duration.ofMillis(200), Duration.ofSeconds(10));

        /** Between one half of it and the whole, so that not all come back at once. */
        long nanos(int failures) {
            long doubled = first.toNanos() << Math.min(20, failures - 1);
            long whole = Math.min(longest.toNanos(), doubled);
            return whole / 2 + ThreadLocalRandom.current().nextLong(whole / 2 + 1);
        }
    }

    /** What is to become of a thing that has been looked at. */
    public record Next(Kind kind, Duration delay, String problem) {

        enum Kind {
            DONE,
            LATER,
            FAILED,
            OUTAGE
        }

        /** Until it is added again. */
        public static Next done() {
            return new Next(Kind.DONE, Duration.ZERO, "");
        }

        /** Nothing went wrong; it is to be looked at again then. */
        public static Next later(Duration delay) {
            return new Next(Kind.LATER, delay, "");
        }

        /** This one did not work. */
        public static Next failed(String problem) {
            return new Next(Kind.FAILED, Duration.ZERO, problem);
        }

        /** An answer that is not good. */
        public static Next after(Answer answer) {
            return answer.isOutage() ? outage(answer) : failed(answer.problem());
        }

        /** Nothing works now, and nothing is to be tried for a while, at least as long as was asked for. */
        static Next outage(Answer answer) {
            return new Next(Kind.OUTAGE, answer.retryAfter(), answer.problem());
        }
    }

    private static final class Item {
        boolean running;
        boolean again;
        int failures;

        @Nullable
        Future<?> next;
    }

    /** @param name of what is done, for people: {@code writing status} */
    public Worklist(String name, int threads, Pause pause, Work<K> work) {
        this.name = name;
        this.work = work;
        this.pause = pause;
        AtomicInteger number = new AtomicInteger();
        this.threads = new ScheduledThreadPoolExecutor(threads, body -> {
            Thread thread = new Thread(body, "torii-" + name.replace(' ', '-') + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.threads.setRemoveOnCancelPolicy(true);
    }

    /** Has it looked at as soon as possible. */
    public synchronized void add(K key) {
        Item item = items.computeIfAbsent(key, any -> new Item());
        if (item.running) {
            item.again = true;
        } else {
            schedule(key, item, 0);
        }
    }

    /** How many wait or are being looked at. */
    public synchronized int size() {
        return items.size();
    }

    /** Ends it; gives what is under way two seconds. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(LAST_REQUEST_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, name + " has been told to stop and goes on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void schedule(K key, Item item, long nanos) {
        if (item.next != null) {
            item.next.cancel(false);
        }
        long delay = Math.max(nanos, resumes - System.nanoTime());
        try {
            item.next = threads.schedule(() -> run(key, item), delay, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            items.remove(key);
        }
    }

    private void run(K key, Item item) {
        synchronized (this) {
            if (resumes > System.nanoTime()) {
                schedule(key, item, 0);
                return;
            }
            item.running = true;
            item.again = false;
        }
        Next next;
        try {
            next = work.lookAt(key);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, name + " of " + key, e);
            next = Next.failed(String.valueOf(e));
        }
        settle(key, item, next);
    }

    private synchronized void settle(K key, Item item, Next next) {
        item.running = false;
        item.failures = next.kind() == Next.Kind.FAILED ? item.failures + 1 : 0;
        if (next.kind() == Next.Kind.OUTAGE) {
            wait(next);
            schedule(key, item, 0);
            return;
        }
        if (outages > 0) {
            outages = 0;
            LOG.log(Level.INFO, name + ": the API server answers again");
        }
        if (item.again) {
            schedule(key, item, 0);
        } else if (next.kind() == Next.Kind.DONE) {
            items.remove(key);
        } else {
            if (item.failures == 1) {
                LOG.log(Level.WARNING, name + " of " + key + ": " + next.problem());
            }
            schedule(key, item, item.failures == 0 ? next.delay().toNanos() : pause.nanos(item.failures));
        }
    }

    /** Several that failed together are one outage. */
    private void wait(Next next) {
        long now = System.nanoTime();
        if (resumes > now) {
            return;
        }
        outages++;
        resumes = now + Math.max(next.delay().toNanos(), pause.nanos(outages));
        if (outages == 1) {
            LOG.log(Level.WARNING, name + " waits: " + next.problem());
        }
    }
}
