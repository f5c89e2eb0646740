package dev.torii.proxy.telemetry;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to do. */
public final class Await {

    private Await() {}

    /** Returns as soon as the condition holds; fails after ten seconds. */
    public static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited for ten seconds in vain");
            }
            LockSupport.parkNanos(200_000);
        }
    }
}
