package dev.torii.proxy.upstream;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many may be in flight, and who waits for one of them to end. One for all event loops, so that the limits are those
 * of the process; whoever has waited longest comes next, wherever it waits. Safe on any thread, takes no lock.
 *
 * <p>No wake-up is lost: one that queues looks for a free slot after it has queued, and one that leaves looks for someone
 * queued after it has freed its slot, so that one of both sees the other. Nobody overtakes: as long as anyone waits,
 * newcomers queue too.
 */
final class Slots {

    private record Limits(int inFlight, int queue) {}

    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Queue<Ticket> queue = new ConcurrentLinkedQueue<>();
    private volatile Limits limits;

    /** A place in the queue. */
    static final class Ticket {

        private final Executor loop;
        private final Runnable granted;
        private final AtomicBoolean settled = new AtomicBoolean();

        private Ticket(Executor loop, Runnable granted) {
            this.loop = loop;
            this.granted = granted;
        }

        /** Whether the caller is the one that ends its waiting. */
        private boolean settle() {
            return settled.compareAndSet(false, true);
        }
    }

    Slots(int maxInFlight, int maxQueue) {
        limits = new Limits(maxInFlight, maxQueue);
    }

    /** Changes the limits, and keeps the counts: what is over a lower limit may end. */
    void limit(int maxInFlight, int maxQueue) {
        limits = new Limits(maxInFlight, maxQueue);
        serve();
    }

    int inFlight() {
        return inFlight.get();
    }

    int maxInFlight() {
        return limits.inFlight();
    }

    int waiting() {
        return waiting.get();
    }

    int maxWaiting() {
        return limits.queue();
    }

    /** Takes a slot if one is free and nobody waits for it; every slot needs one {@link #leave}. */
    boolean enter() {
        return waiting.get() == 0 && take();
    }

    private boolean take() {
        int most = limits.inFlight();
        int now = inFlight.get();
        while (now < most) {
            if (inFlight.compareAndSet(now, now + 1)) {
                return true;
            }
            now = inFlight.get();
        }
        return false;
    }

    /**
     * Queues for a slot.
     *
     * @param granted called on {@code loop}, never within another call, when a slot has been taken for it
     * @return null when the queue is full
     */
    @Nullable
    Ticket queue(Executor loop, Runnable granted) {
        int most = limits.queue();
        int now = waiting.get();
        while (now >= most || !waiting.compareAndSet(now, now + 1)) {
            if (now >= most) {
                return null;
            }
            now = waiting.get();
        }
        Ticket ticket = new Ticket(loop, granted);
        queue.add(ticket);
        serve();
        return ticket;
    }

    /** Gives a place in the queue up; false when it is too late, and a slot has been taken for it. */
    boolean withdraw(Ticket ticket) {
        if (!ticket.settle()) {
            return false;
        }
        waiting.decrementAndGet();
        queue.remove(ticket);
        return true;
    }

    void leave() {
        inFlight.decrementAndGet();
        if (waiting.get() > 0) {
            serve();
        }
    }

    /** Gives free slots to those that wait, in their order. */
    private void serve() {
        while (!queue.isEmpty() && take()) {
            Ticket first = first();
            if (first == null) {
                inFlight.decrementAndGet(); // and look again: one may have queued meanwhile and found this slot taken
            } else {
                first.loop.execute(first.granted);
            }
        }
    }

    private @Nullable Ticket first() {
        for (Ticket next = queue.poll(); next != null; next = queue.poll()) {
            if (next.settle()) {
                waiting.decrementAndGet();
                return next;
            }
        }
        return null;
    }
}
