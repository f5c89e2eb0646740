package dev.torii.proxy.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** When a request is to be answered, whatever it waits for until then: one for all its tries. */
final class Deadline {

    /** Longer ones are none. */
    private static final long MOST_MS = TimeUnit.DAYS.toMillis(365);

    private final long at;
    private final ScheduledFuture<?> timer;

    private Deadline(long ms, EventLoop loop, Runnable passed) {
        at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        timer = loop.schedule(passed, ms, TimeUnit.MILLISECONDS);
    }

    /**
     * The smaller of two, from now on; null when there is none.
     *
     * @param ruleMs the rule's timeout for the request; 0 for none
     * @param clientMs how long its client waits; 0 when it did not say
     */
    static @Nullable Deadline of(long ruleMs, long clientMs, EventLoop loop, Runnable passed) {
        long ms = ruleMs == 0 || clientMs == 0 ? Math.max(ruleMs, clientMs) : Math.min(ruleMs, clientMs);
        return ms <= 0 || ms > MOST_MS ? null : new Deadline(ms, loop, passed);
    }

    /** What is left, begun milliseconds counted whole; at least 1. */
    long leftMs() {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(at - System.nanoTime() + 999_999));
    }

    void cancel() {
        timer.cancel(false);
    }
}
