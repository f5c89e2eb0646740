package dev.torii.sidecar;

import dev.torii.proxy.DataPlane;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * How the two directions of a sidecar leave: inbound first, while the app may still need others to finish its work. Its calls
 * are served until it makes none for a moment, but each answer asks for a new connection, so that in the end there is none
 * that could be closed under a request.
 */
final class Departure {

    private static final int QUIET_LOOKS = 5;
    private static final long LOOK_MILLIS = 200;

    private final Vertx vertx;
    private final DataPlane inbound;
    private final DataPlane outbound;

    Departure(Vertx vertx, DataPlane inbound, DataPlane outbound) {
        this.vertx = vertx;
        this.inbound = inbound;
        this.outbound = outbound;
    }

    /**
     * @param accept how long inbound connections are still taken
     * @param finish how long what is in flight may take after that, in each direction
     */
    Future<Void> drain(Duration accept, Duration finish) {
        return inbound.drain(accept, finish)
                .otherwiseEmpty()
                .compose(v -> outbound.askToLeave())
                .compose(v -> quiet(finish))
                .compose(v -> outbound.drain(Duration.ZERO, finish));
    }

    /** Both at once: there is no app any more that could need anybody. */
    Future<Void> quit(Duration finish) {
        Future<Void> in = inbound.drain(Duration.ZERO, finish);
        Future<Void> out = outbound.drain(Duration.ZERO, finish);
        return Future.join(in, out).mapEmpty();
    }

    /** Ends when nothing outbound has been in flight for a moment, or the time is up. */
    private Future<Void> quiet(Duration limit) {
        Promise<Void> done = Promise.promise();
        look(0, System.nanoTime() + limit.toNanos(), done);
        return done.future();
    }

    private void look(int quietLooks, long end, Promise<Void> done) {
        if (quietLooks >= QUIET_LOOKS || System.nanoTime() - end > 0) {
            done.complete();
            return;
        }
        outbound.live()
                .onFailure(done::fail)
                .onSuccess(live -> vertx.setTimer(LOOK_MILLIS, id -> look(live == 0 ? quietLooks + 1 : 0, end, done)));
    }
}
