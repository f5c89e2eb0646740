package dev.torii.proxy.limit.redis;

import dev.torii.proxy.limit.Grant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One key of one limit as one proxy sees it: the permits that it holds of the bucket in Redis. Requests take from these at
 * once. Redis is asked when they run low, before anybody has to wait if the key is in steady use; requests that find none wait
 * for the one question that is under way. How many are leased follows from how many were used of late: none for a key
 * that is seldom used, which then costs one question a request.
 *
 * <p>What is exact. The bucket in Redis gives no more than {@code burst + rate × t} permits in any time {@code t}, and a
 * request is admitted by a permit only: all proxies together never admit more than that since the bucket was first used. In a
 * window of time {@code w} somewhere later, they admit at most
 *
 * <pre>burst + rate × (w + 20 ms) + proxies × hold,    hold = max(1, min(rate × 500 ms, burst) / 20)</pre>
 *
 * because each may use in it what it was given before: what is on its way to requests that wait, and what it holds. Permits
 * that are not used within {@link #LIFE_NANOS} are lost, at most {@code hold} for each proxy and lease. So under more requests
 * than are allowed they admit at least {@code rate × w × (1 - proxies / 20)}, and that little only if every proxy drops every
 * lease; in steady use none is lost. Beyond this: a Redis that loses its data begins with full buckets, and one that does not
 * answer does not count ({@code onStoreError}).
 *
 * <p>Any thread; a short lock for each key.
 */
final class Lease {

    static final long LIFE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    static final int MAX_WAITING = 1024;

    private record Waiter(long since, Consumer<Grant> later) {}

    private final String key;
    private final LongSupplier clock;
    private final StoreCounts counts;
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>(1);
    private @Nullable Ask asking;
    private long asked;
    private long used;
    private long held;
    private long heldUntil;
    /** What the lease aims at, by the use of late. */
    private long aim;

    private long left;
    private long emptyUntil;
    private long fullAt;

    /**
     * @param key of the bucket in Redis
     * @param clock in ns, as {@link System#nanoTime}
     */
    Lease(String key, LongSupplier clock, StoreCounts counts) {
        this.key = key;
        this.clock = clock;
        this.counts = counts;
        long now = clock.getAsLong();
        asked = now - TimeUnit.HOURS.toNanos(1);
        heldUntil = now;
        emptyUntil = now;
        fullAt = now;
    }

    String key() {
        return key;
    }

    /**
     * See {@link dev.torii.proxy.limit.Buckets#take}.
     *
     * @param later called by whoever calls {@link #answered} or {@link #unanswered}
     */
    @Nullable
    Grant take(Budget budget, Terms terms, Consumer<Grant> later) {
        Grant grant;
        Ask ask;
        synchronized (this) {
            long now = clock.getAsLong();
            grant = atOnce(budget, now);
            if (grant == null) {
                waiting.add(new Waiter(now, later));
                ask = asking == null ? ask(terms, now, now) : null;
            } else {
                ask = runsLow(budget, now) ? ask(terms, now, now) : null;
            }
        }
        if (ask != null) {
            budget.ask(ask);
        }
        return grant;
    }

    private @Nullable Grant atOnce(Budget budget, long now) {
        expire(now);
        if (held > 0) {
            held--;
            used++;
            return Grant.admitted(held + left, untilFull(now));
        }
        if (emptyUntil - now > 0) {
            return Grant.refused(emptyUntil - now, untilFull(now));
        }
        if (!budget.answers() || waiting.size() >= MAX_WAITING) {
            return Grant.UNKNOWN;
        }
        return null;
    }

    private void expire(long now) {
        if (held > 0 && heldUntil - now <= 0) {
            counts.lost(held);
            held = 0;
        }
    }

    private boolean runsLow(Budget budget, long now) {
        return aim > 0 && held <= aim / 2 && asking == null && emptyUntil - now <= 0 && budget.answers();
    }

    /**
     * A question, unless nothing is wanted. Aims at what was used of late in half a lease's life, at most twice as much as
     * before.
     */
    private @Nullable Ask ask(Terms terms, long since, long now) {
        long usual = (long) ((used + waiting.size()) * (LIFE_NANOS / 2.0) / Math.max(1, now - asked));
        aim = Math.min(Math.min(usual, 2 * aim + 1), terms.hold());
        used = 0;
        asked = now;
        long extra = Math.max(0, aim - held);
        if (waiting.isEmpty() && extra == 0) {
            return null;
        }
        asking = new Ask(this, terms, waiting.size(), extra, since);
        return asking;
    }

    /**
     * @param sent when it was asked, by the lease's clock: from then on the permits count as held
     */
    void answered(Budget budget, Ask ask, Answer answer, long sent) {
        List<Waiter> admitted = new ArrayList<>();
        List<Waiter> refused = new ArrayList<>();
        Grant yes;
        Grant no;
        Ask next = null;
        synchronized (this) {
            long now = clock.getAsLong();
            expire(now);
            boolean current = asking == ask;
            asking = current ? null : asking;
            left = answer.left();
            fullAt = now + TimeUnit.MICROSECONDS.toNanos(answer.fullMicros());
            long rest = answer.granted();
            for (; rest > 0 && !waiting.isEmpty(); rest--) {
                admitted.add(waiting.remove());
            }
            used += admitted.size();
            hold(rest, ask.terms(), sent);
            if (current && answer.granted() < ask.needed()) {
                long wait = TimeUnit.MICROSECONDS.toNanos(answer.waitMicros());
                emptyUntil = now + Math.max(wait, ask.terms().pauseNanos());
                refused.addAll(waiting);
                waiting.clear();
            }
            yes = Grant.admitted(held + left, untilFull(now));
            no = Grant.refused(Math.max(1, emptyUntil - now), untilFull(now));
            Waiter first = waiting.peek();
            if (first != null && asking == null) {
                next = ask(ask.terms(), first.since(), now);
            }
        }
        admitted.forEach(waiter -> waiter.later().accept(yes));
        refused.forEach(waiter -> waiter.later().accept(no));
        if (next != null) {
            budget.ask(next);
        }
    }

    private void hold(long more, Terms terms, long sent) {
        long room = Math.max(0, Math.max(1, terms.hold()) - held);
        long kept = Math.min(more, room);
        counts.lost(more - kept);
        if (kept > 0) {
            held += kept;
            heldUntil = sent + LIFE_NANOS;
        }
    }

    /** The store did not answer in time, or cannot be asked. */
    void unanswered(Ask ask) {
        List<Waiter> unknown = List.of();
        synchronized (this) {
            if (asking == ask) {
                asking = null;
                unknown = List.copyOf(waiting);
                waiting.clear();
            }
        }
        unknown.forEach(waiter -> waiter.later().accept(Grant.UNKNOWN));
    }

    synchronized void giveBack(Terms terms) {
        used = Math.max(0, used - 1);
        hold(1, terms, clock.getAsLong());
    }

    /** Whether its bucket is full again as far as is known, and nothing is held of it. */
    synchronized boolean isFull() {
        long now = clock.getAsLong();
        expire(now);
        return held == 0 && asking == null && waiting.isEmpty() && fullAt - now <= 0;
    }

    private long untilFull(long now) {
        return Math.max(0, fullAt - now);
    }
}
