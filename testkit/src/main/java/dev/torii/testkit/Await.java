package dev.torii.testkit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waiting for what tells nobody when it happens. Everything else is waited for by a {@link Journal} or a future. */
public final class Await {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SETTLED_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final Duration NEVER_SETTLES = Duration.ofSeconds(30);

    private Await() {}

    /** Looks again and again until the condition holds; false when the time is up before. */
    public static boolean until(Duration limit, BooleanSupplier condition) {
        return until(limit, Duration.ofNanos(LOOK_NANOS), condition);
    }

    /** The same for a condition that costs something to look at. */
    public static boolean until(Duration limit, Duration betweenLooks, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() >= end) {
                return false;
            }
            LockSupport.parkNanos(betweenLooks.toNanos());
        }
        return true;
    }

    /** Waits until a number has not changed for a moment, as of bytes that nobody takes, and returns it. */
    public static long settled(LongSupplier number) {
        AtomicLong last = new AtomicLong(number.getAsLong());
        AtomicLong since = new AtomicLong(System.nanoTime());
        boolean settled = until(NEVER_SETTLES, () -> {
            long now = number.getAsLong();
            if (last.getAndSet(now) != now) {
                since.set(System.nanoTime());
            }
            return System.nanoTime() - since.get() > SETTLED_NANOS;
        });
        if (!settled) {
            throw new AssertionError("still changing after " + NEVER_SETTLES + ": " + last);
        }
        return last.get();
    }
}
