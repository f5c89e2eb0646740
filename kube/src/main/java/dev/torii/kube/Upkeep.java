package dev.torii.kube;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Keeps something right by looking at it: soon after each change, once for a burst of them, and again later when a look
 * failed. The pause bounds what two parties can do that want different things and undo each other's.
 */
final class Upkeep implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Upkeep.class.getName());
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration LATER = Duration.ofSeconds(5);
    private static final Duration LAST_WORK = Duration.ofSeconds(5);

    private final ScheduledExecutorService thread;
    private final BooleanSupplier look;

    /** Whether a look is on its way: what happens until then is seen by it. */
    private final AtomicBoolean asked = new AtomicBoolean();

    /** @param look false when it failed; called on one thread of this one's own */
    Upkeep(String name, BooleanSupplier look) {
        this.thread = Threads.daemon(name);
        this.look = look;
    }

    /** Something may have changed. On any thread. */
    void poke() {
        after(SOON);
    }

    boolean isClosed() {
        return thread.isShutdown();
    }

    private void after(Duration pause) {
        if (asked.compareAndSet(false, true)) {
            try {
                thread.schedule(this::run, pause.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closed) {
                // somebody else's turn
            }
        }
    }

    private void run() {
        asked.set(false);
        boolean done = false;
        try {
            done = look.getAsBoolean();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "upkeep", e);
        }
        if (!done && !isClosed()) {
            after(LATER);
        }
    }

    /** Waits for the look that is under way. */
    @Override
    public void close() {
        thread.shutdownNow();
        Threads.await(thread, LAST_WORK);
    }
}
