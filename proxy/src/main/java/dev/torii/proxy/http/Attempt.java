package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.upstream.ClusterState;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.Turn;
import dev.torii.proxy.upstream.UpgradedConnection;
import dev.torii.proxy.upstream.UpstreamEvents;
import dev.torii.proxy.upstream.UpstreamRequest;
import dev.torii.proxy.upstream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One try of an exchange: chooses an endpoint, holds the stream, its own timeout and its place in the endpoint's count,
 * and tells the exchange how it goes. Over once it was refused, succeeded, failed or was cancelled; what comes later is
 * ignored.
 */
final class Attempt implements UpstreamEvents, Turn.Holder {

    /** Of an answer that nobody wants: more costs more than a new connection. */
    private static final long MOST_READ = 16 * 1024;

    private static final long READ_MS = 1_000;

    /** Beside the time for a connection: that for its TLS handshake, which has a limit of its own, and a little more. */
    private static final long WAIT_MS = 5_500;

    private final HttpExchange exchange;
    private final ClusterState cluster;
    private final UpstreamRequest request;
    private final long timeoutMs;
    private final EventLoop loop;
    private final @Nullable Turn turn;
    private List<EndpointState> tried = List.of();
    private boolean fresh;
    private @Nullable EndpointState endpoint;
    private @Nullable ScheduledFuture<?> timeout;
    private @Nullable ScheduledFuture<?> waiting;
    private @Nullable UpstreamStream stream;
    private @Nullable ScheduledFuture<?> reading;
    private long unwanted;
    private boolean over;

    /** @param timeoutMs from the choice of an endpoint on; 0 for none */
    Attempt(HttpExchange exchange, ClusterState cluster, UpstreamRequest request, long timeoutMs, EventLoop loop) {
        this.exchange = exchange;
        this.cluster = cluster;
        this.request = request;
        this.timeoutMs = timeoutMs;
        this.loop = loop;
        this.turn = cluster.turn(this);
    }

    /**
     * Begins when it is its turn, and may be over before this returns.
     *
     * @param before endpoints that are not chosen again while there is another
     * @param onNew whether only a new connection will do
     */
    void start(List<EndpointState> before, boolean onNew) {
        tried = before;
        fresh = onNew;
        if (turn == null) {
            admitted();
        } else {
            turn.take();
        }
    }

    @Override
    public void refused(Fault why, String detail, int retryAfterSeconds) {
        over = true;
        exchange.attemptRefused(why, detail, retryAfterSeconds);
    }

    @Override
    public void admitted() {
        EndpointState chosen = choose();
        if (chosen == null) {
            return;
        }
        endpoint = chosen;
        chosen.enter();
        if (timeoutMs > 0) {
            timeout = loop.schedule(this::timedOut, timeoutMs, TimeUnit.MILLISECONDS);
        }
        exchange.attemptBegins(chosen);
        if (fresh) {
            chosen.acquireFresh(this);
        } else {
            chosen.acquire(this);
        }
        if (stream == null && !over) {
            long ms = cluster.cluster().connection().connectTimeoutMs() + WAIT_MS;
            waiting = loop.schedule(this::waitedTooLong, ms, TimeUnit.MILLISECONDS);
        }
    }

    /** All connections that the endpoint may have are in use, and none becomes free. */
    private void waitedTooLong() {
        cancel(Fault.UO);
        exchange.attemptFailed(Fault.UO, "connection_queue_timeout", true, false);
    }

    /** One whose own breaker lets it, or null when the try is over for want of one. */
    private @Nullable EndpointState choose() {
        List<EndpointState> passedOver = tried;
        EndpointState chosen = exchange.choose(cluster, passedOver);
        while (chosen != null && turn != null && !turn.uses(chosen)) {
            if (passedOver == tried) {
                passedOver = new ArrayList<>(tried);
            } else if (passedOver.lastIndexOf(chosen) >= tried.size()) {
                giveUp(Fault.UB, "endpoint_breakers_open", turn.refusedForSeconds());
                return null;
            }
            passedOver.add(chosen);
            chosen = exchange.choose(cluster, passedOver);
        }
        if (chosen == null) {
            giveUp(Fault.UH, "no_endpoint", 0);
        }
        return chosen;
    }

    private void giveUp(Fault why, String detail, int retryAfterSeconds) {
        if (turn != null) {
            turn.cancelled(why);
        }
        refused(why, detail, retryAfterSeconds);
    }

    @Override
    public boolean isHttp2() {
        return exchange.isHttp2();
    }

    /** Null while none is chosen. */
    @Nullable
    EndpointState endpoint() {
        return endpoint;
    }

    /**
     * Gives up; no event follows.
     *
     * @param why told to the client, or would be
     */
    void cancel(Fault why) {
        if (over) {
            return;
        }
        finish();
        UpstreamStream open = stream;
        if (turn != null) {
            turn.cancelled(waitsForClient() ? Fault.DC : why);
        }
        if (open != null) {
            open.cancel();
        } else if (endpoint != null) {
            endpoint.forget(this);
        }
    }

    /** The answer that has begun is not wanted. What is left of it is read if that is cheaper than a new connection. */
    void putAway(HttpHeaders headers, boolean bodyless) {
        UpstreamStream open = stream;
        if (over || open == null) {
            return;
        }
        finish();
        if (turn != null) {
            turn.cancelled(Fault.DC);
        }
        String announced = headers.get("content-length");
        long length = announced == null ? -1 : Characters.parseLength(announced);
        if (length > MOST_READ) {
            open.cancel();
        } else if (!bodyless) {
            reading = loop.schedule(open::cancel, READ_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void readPast(ByteBuf piece, boolean last) {
        unwanted += piece.readableBytes();
        piece.release();
        if (last || unwanted > MOST_READ) {
            stopReading();
        }
        if (!last && unwanted > MOST_READ && stream != null) {
            stream.cancel();
        }
    }

    /** What was put away has ended; its connection may serve another request by now. */
    private void stopReading() {
        if (reading != null) {
            reading.cancel(false);
        }
    }

    /** Whether it is the client that owes the next piece: the backend takes more than comes. */
    private boolean waitsForClient() {
        return stream != null && stream.isWritable() && !exchange.body().isEnded();
    }

    private void finish() {
        over = true;
        if (endpoint != null) {
            endpoint.leave();
        }
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    private void timedOut() {
        boolean unsent = stream == null;
        cancel(Fault.UT);
        exchange.attemptFailed(Fault.UT, "backend_timeout", unsent, false);
    }

    @Override
    public void onReady(UpstreamStream ready) {
        if (over) {
            ready.cancel();
            return;
        }
        stream = ready;
        if (waiting != null) {
            waiting.cancel(false);
        }
        exchange.attemptReady();
        ready.sendHead(request);
        exchange.body().attach(ready, !request.bodyless());
    }

    @Override
    public void onInterim(int status, HttpHeaders headers) {
        if (!over) {
            exchange.upstreamInterim(status, headers);
        }
    }

    @Override
    public void onHead(int status, HttpHeaders headers, boolean bodyless) {
        if (!over) {
            if (endpoint != null) {
                endpoint.answered(status, headers);
            }
            if (turn != null) {
                turn.answered(status, headers);
            }
            exchange.upstreamHead(status, headers, bodyless);
        }
    }

    @Override
    public void onData(ByteBuf piece, boolean last) {
        UpstreamStream from = stream;
        if (over || from == null) {
            readPast(piece, last);
            return;
        }
        if (last) {
            finish();
            ended(null);
        }
        exchange.upstreamData(piece, last, from);
    }

    @Override
    public void onEnd(@Nullable HttpHeaders trailers) {
        if (over) {
            stopReading();
        } else {
            finish();
            ended(trailers);
            exchange.upstreamEnd(trailers);
        }
    }

    private void ended(@Nullable HttpHeaders trailers) {
        if (turn != null) {
            turn.ended(trailers);
        }
    }

    @Override
    public void onReadComplete() {
        if (!over) {
            exchange.upstreamPaused();
        }
    }

    @Override
    public void onWritable() {
        if (!over) {
            exchange.body().writable();
        }
    }

    @Override
    public void onUpgrade(HttpHeaders headers, UpgradedConnection connection) {
        if (over) {
            connection.early().release();
            connection.channel().close();
            return;
        }
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (turn != null) {
            turn.connected();
        }
        exchange.upstreamUpgraded(headers, connection, () -> {
            if (!over) {
                finish();
                ended(null);
            }
        });
    }

    @Override
    public void onFailure(Fault fault, String detail, boolean unsent, boolean unanswered) {
        if (over) {
            stopReading();
        } else {
            finish();
            if (turn != null) {
                turn.failed(fault);
            }
            exchange.attemptFailed(fault, detail, unsent, unanswered);
        }
    }
}
