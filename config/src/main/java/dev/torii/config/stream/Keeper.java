package dev.torii.config.stream;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the newest copy, off the thread that serves, and not so often that it matters: its thread {@code torii-copy} is
 * there only while something has to be written. Safe on any thread.
 */
final class Keeper implements AutoCloseable {

    private static final long SHORTEST_PAUSE_MILLIS = 500;
    /** What may be missing after a kill. */
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    /** Writing may take one in so many parts of the time. */
    private static final long SHARE = 50;

    private final Copy copy;
    private final Rest rest = new Rest();
    private Copy.@Nullable Kept next;
    private @Nullable Thread writing;
    private boolean closed;

    Keeper(Copy copy) {
        this.copy = copy;
    }

    /** Never waits. */
    synchronized void keep(Copy.Kept newest) {
        next = newest;
        if (writing == null && !closed) {
            Thread thread = new Thread(this::run, "torii-copy");
            thread.setDaemon(true);
            writing = thread;
            thread.start();
        }
    }

    private void run() {
        for (Copy.Kept kept = take(); kept != null; kept = take()) {
            long start = System.nanoTime();
            copy.write(kept);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            long pause = Math.min(LONGEST_PAUSE_MILLIS, Math.max(SHORTEST_PAUSE_MILLIS, SHARE * took));
            rest.take(pause);
        }
    }

    private synchronized Copy.@Nullable Kept take() {
        Copy.Kept taken = next;
        next = null;
        if (taken == null) {
            writing = null;
        }
        return taken;
    }

    /** Writes what is left, and returns when that is done. */
    @Override
    public void close() {
        Thread last;
        synchronized (this) {
            closed = true;
            rest.end();
            last = writing;
        }
        try {
            if (last != null) {
                last.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
