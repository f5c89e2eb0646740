package dev.torii.proxy.upstream;

import dev.torii.proxy.Fault;
import dev.torii.proxy.upstream.engine.Breaker;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One try's way past a cluster's limits: a slot, for which it may have to wait, the breaker's permit, then the permit of
 * the endpoint that was chosen. Afterwards it tells both breakers, and who counts errors, how the try went, and gives the
 * slot back. Used on its event loop only.
 *
 * <p>A result counts when the try is over, but that of a half-open breaker's probe when its answer begins: else a stream
 * that never ends would keep everybody else out. How long a try took is the time to the head of its answer.
 */
public final class Turn {

    /** Who tries. Called at most once, perhaps within {@link Turn#take}. */
    public interface Holder {

        /** An endpoint may be chosen now; then {@link Turn#uses}. */
        void admitted();

        /**
         * The cluster takes no more; the turn is over.
         *
         * @param retryAfterSeconds when it may be worth to ask again
         */
        void refused(Fault why, String detail, int retryAfterSeconds);
    }

    private final Guard guard;
    private final EventLoop loop;
    private final Holder holder;
    private final @Nullable Slots slots;
    private final @Nullable Breaker breaker;
    private int permit = Breaker.REFUSED;
    private @Nullable Breaker ownBreaker;
    private int ownPermit = Breaker.REFUSED;
    private @Nullable EndpointGuard endpoint;
    private Slots.@Nullable Ticket ticket;
    private @Nullable ScheduledFuture<?> timer;
    private boolean holdsSlot;
    private boolean over;
    private boolean settled;
    private Verdict verdict = Verdict.NONE;
    private long began;
    private long took = -1;

    Turn(Guard guard, EventLoop loop, Holder holder) {
        this.guard = guard;
        this.loop = loop;
        this.holder = holder;
        this.slots = guard.slots();
        this.breaker = guard.breaker();
    }

    /** Asks for it. */
    public void take() {
        Slots wanted = slots;
        if (wanted == null || wanted.enter()) {
            holdsSlot = wanted != null;
            admit();
        } else if (breaker != null && breaker.state() == Breaker.State.OPEN) {
            refuse(breaker); // what waits in vain keeps others from waiting
        } else {
            queue(wanted);
        }
    }

    private void queue(Slots wanted) {
        Slots.Ticket place = wanted.queue(loop, this::granted);
        if (place == null) {
            refuse(Fault.UO, wanted.maxWaiting() == 0 ? "too_many_requests_in_flight" : "queue_full", 1);
            return;
        }
        ticket = place;
        timer = loop.schedule(() -> waitedEnough(wanted, place), guard.queueTimeoutMs(), TimeUnit.MILLISECONDS);
    }

    private void waitedEnough(Slots wanted, Slots.Ticket place) {
        if (wanted.withdraw(place)) {
            ticket = null;
            refuse(Fault.UO, "queue_timeout", 1);
        }
    }

    /** By another request that ended, on whichever event loop. */
    private void granted() {
        holdsSlot = true;
        ticket = null;
        disarm();
        if (over) {
            leave();
        } else {
            admit();
        }
    }

    private void admit() {
        Breaker service = breaker;
        if (service != null) {
            permit = service.acquire();
            if (permit == Breaker.REFUSED) {
                refuse(service);
                return;
            }
        }
        holder.admitted();
    }

    private void refuse(Breaker service) {
        refuse(Fault.UB, "service_breaker_open", seconds(service.opensInMs()));
    }

    private static int seconds(long ms) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, (ms + 999) / 1000));
    }

    private void refuse(Fault why, String detail, int retryAfterSeconds) {
        over();
        holder.refused(why, detail, retryAfterSeconds);
    }

    /**
     * An endpoint was chosen.
     *
     * @return false when its own breaker refuses: choose another
     */
    public boolean uses(EndpointState chosen) {
        EndpointGuard of = chosen.guard();
        Breaker own = of == null ? null : guard.breaker(of);
        if (own != null) {
            ownPermit = own.acquire();
            if (ownPermit == Breaker.REFUSED) {
                return false;
            }
        }
        ownBreaker = own;
        endpoint = of;
        began = guard.now();
        return true;
    }

    /** In how many seconds it may be worth to ask again, when every endpoint's own breaker has refused. */
    public int refusedForSeconds() {
        return seconds(guard.opensInMs());
    }

    /** The head of the final answer is there. */
    public void answered(int status, HttpHeaders headers) {
        took = guard.now() - began;
        verdict = Verdict.ofHead(status, headers);
        if (Breaker.isProbe(permit) || Breaker.isProbe(ownPermit)) {
            settle(verdict == Verdict.LATER ? Verdict.GOOD : verdict);
        }
    }

    /** A connection for raw bytes stands: that is all there is to know. */
    public void connected() {
        took = guard.now() - began;
        settle(Verdict.GOOD);
    }

    /** The answer is complete. */
    public void ended(@Nullable HttpHeaders trailers) {
        settle(verdict == Verdict.LATER ? Verdict.ofTrailers(trailers) : verdict);
        over();
    }

    /** The try has failed. */
    public void failed(Fault why) {
        settle(Verdict.ofFault(why));
        over();
    }

    /** The try is given up, for a reason that may say something about the endpoint if that still owed an answer. */
    public void cancelled(Fault why) {
        if (verdict == Verdict.BAD) {
            settle(verdict);
        } else if (took < 0 && endpoint != null) {
            settle(Verdict.ofFault(why));
        }
        over();
    }

    private void settle(Verdict result) {
        if (settled) {
            return;
        }
        settled = true;
        long time = took >= 0 ? took : guard.now() - began;
        settle(breaker, permit, result, time);
        settle(ownBreaker, ownPermit, result, time);
        EndpointGuard at = endpoint;
        if (at != null && result == Verdict.BAD) {
            guard.failed(at);
        } else if (at != null && result == Verdict.GOOD) {
            at.succeeded();
        }
    }

    private static void settle(@Nullable Breaker with, int permit, Verdict result, long time) {
        if (with == null || permit == Breaker.REFUSED) {
            return;
        }
        switch (result) {
            case GOOD -> with.succeeded(permit, time);
            case BAD -> with.failed(permit, time);
            default -> with.release(permit);
        }
    }

    private void over() {
        if (over) {
            return;
        }
        over = true;
        settle(Verdict.NONE);
        disarm();
        if (holdsSlot) {
            leave();
        } else if (ticket != null && slots != null) {
            slots.withdraw(ticket); // if that comes too late the slot is on its way here, and goes back
        }
    }

    private void leave() {
        holdsSlot = false;
        if (slots != null) {
            slots.leave();
        }
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
