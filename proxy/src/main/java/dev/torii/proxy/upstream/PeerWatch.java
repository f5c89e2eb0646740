package dev.torii.proxy.upstream;

import java.util.concurrent.TimeUnit;

/**
 * When to ask a silent HTTP/2 backend whether it is still there, and when to give it up. Times are {@link
 * System#nanoTime()}.
 *
 * <p>Sparing, because gRPC servers end a connection that pings more than twice without a word of theirs between, unless
 * the pings are 5 minutes apart ({@code too_many_pings}): once soon, then as rarely as they permit.
 */
final class PeerWatch {

    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PONG_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long ASK_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(5);

    enum Verdict {
        WAIT,
        PING,
        GONE
    }

    private long heard;
    private long asked;
    private boolean askedSinceHeard;
    private boolean waiting;

    PeerWatch(long now) {
        heard = now;
    }

    /** A frame other than the answer to a ping came. */
    void heard(long now) {
        heard = now;
        askedSinceHeard = false;
        waiting = false;
    }

    /** Nothing but the answer to a ping came: the silence goes on. */
    void ponged() {
        waiting = false;
    }

    /** Called now and then while a request waits; a {@link Verdict#PING} has to be sent. */
    Verdict look(long now) {
        if (waiting) {
            return now - asked > PONG_WITHIN_NANOS ? Verdict.GONE : Verdict.WAIT;
        }
        if (askedSinceHeard ? now - asked < ASK_AGAIN_NANOS : now - heard < SILENT_NANOS) {
            return Verdict.WAIT;
        }
        asked = now;
        askedSinceHeard = true;
        waiting = true;
        return Verdict.PING;
    }
}
