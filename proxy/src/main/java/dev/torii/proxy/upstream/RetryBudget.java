package dev.torii.proxy.upstream;

import dev.torii.routing.Resilience;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How much load repeats may add to one cluster, so that a backend in trouble is not buried under them: a share of the
 * requests of the last ten seconds, and besides so many a second as are always allowed. One for all event loops of a
 * process; takes no lock. Times are of {@link System#nanoTime()}, and the caller's.
 *
 * <p>Over any time at all no more is given than the share of the requests made in it, plus {@code minPerSecond} for each
 * second and for one more: a request is never counted for two repeats.
 */
public final class RetryBudget {

    private static final int WINDOW_SECONDS = 10;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LongAdder requests = new LongAdder();
    /** Repeats that requests have paid for. */
    private final AtomicLong spent = new AtomicLong();
    /** When the next second of marks begins. */
    private final AtomicLong turn;
    /** The counts as they were at the beginning of each of the last seconds, by second. */
    private final AtomicReferenceArray<Mark> marks = new AtomicReferenceArray<>(WINDOW_SECONDS);
    /** Until when the always allowed ones are used up, counted at their steady pace. */
    private final AtomicLong pace;

    private record Mark(long requests, long spent) {}

    /** @param now since when it counts */
    public RetryBudget(long now) {
        turn = new AtomicLong(now + SECOND);
        pace = new AtomicLong(now - SECOND);
        for (int i = 0; i < WINDOW_SECONDS; i++) {
            marks.set(i, new Mark(0, 0));
        }
    }

    /** A request begins. */
    public void request(long now) {
        roll(now);
        requests.increment();
    }

    /** Takes one repeat, if there is one left. */
    public boolean take(Resilience.RetryBudget limits, long now) {
        roll(now);
        return takeShare(limits.percent()) || takeAlways(limits.minPerSecond(), now);
    }

    private boolean takeShare(int percent) {
        Mark since = oldest();
        while (true) {
            long before = spent.get();
            long allowed = (requests.sum() - since.requests()) * percent / 100;
            if (before - since.spent() >= allowed) {
                return false;
            }
            if (spent.compareAndSet(before, before + 1)) {
                return true;
            }
        }
    }

    /** One each {@code 1/perSecond}, of which a second's worth can be saved up. */
    private boolean takeAlways(int perSecond, long now) {
        if (perSecond <= 0) {
            return false;
        }
        long cost = SECOND / perSecond;
        while (true) {
            long before = pace.get();
            long after = (before - (now - SECOND) < 0 ? now - SECOND : before) + cost;
            if (after - now > 0) {
                return false;
            }
            if (pace.compareAndSet(before, after)) {
                return true;
            }
        }
    }

    private Mark oldest() {
        return marks.get(slot(turn.get()));
    }

    private static int slot(long time) {
        return (int) Math.floorMod(Math.floorDiv(time, SECOND), (long) WINDOW_SECONDS);
    }

    /** Whoever notices first that a second has passed marks it, and all that passed unnoticed. */
    private void roll(long now) {
        long due = turn.get();
        if (now - due < 0) {
            return;
        }
        long passed = (now - due) / SECOND + 1;
        if (turn.compareAndSet(due, due + passed * SECOND)) {
            // In this order: what is spent in between counts for the new window and not for both.
            long alreadySpent = spent.get();
            Mark mark = new Mark(requests.sum(), alreadySpent);
            for (long i = 0; i < Math.min(passed, WINDOW_SECONDS); i++) {
                marks.set(slot(due + (passed - 1 - i) * SECOND), mark);
            }
        }
    }
}
