package io.netty.util.concurrent;

import java.util.Arrays;
import java.util.List;

/** Reads what Netty shows to its own package only: the timers of an event loop. */
public final class ArmedTimers {

    private ArmedTimers() {}

    /** What is scheduled; to be called on the event loop itself. */
    public static List<String> of(EventExecutor loop) {
        return Arrays.stream(((AbstractScheduledEventExecutor) loop)
                        .scheduledTaskQueue()
                        .toArray(new ScheduledFutureTask<?>[0]))
                .filter(task -> !task.isCancelled())
                .map(task -> task + " due in " + task.delayNanos() / 1_000_000 + " ms")
                .toList();
    }
}
