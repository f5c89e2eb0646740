package dev.torii.proxy.stream;

import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** How much direct memory Netty has taken since the start. */
final class TestMemory {

    private final long before = used();

    long grown() {
        return used() - before;
    }

    /** The most that it had grown at any moment from now on. */
    long grownWithin(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        long most = grown();
        while (System.nanoTime() < end) {
            most = Math.max(most, grown());
            LockSupport.parkNanos(1_000_000);
        }
        return most;
    }

    private static long used() {
        long used = PlatformDependent.usedDirectMemory();
        if (used < 0) {
            throw new IllegalStateException("Netty does not count its direct memory here");
        }
        return used;
    }
}
