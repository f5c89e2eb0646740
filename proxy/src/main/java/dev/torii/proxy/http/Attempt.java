package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.upstream.ClusterState;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.UpgradedConnection;
import dev.torii.proxy.upstream.UpstreamEvents;
import dev.torii.proxy.upstream.UpstreamRequest;
import dev.torii.proxy.upstream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One try of an exchange: chooses an endpoint, holds the stream, its own timeout and its place in the endpoint's count,
 * and tells the exchange how it goes. Over once it was refused, succeeded, failed or was cancelled; what comes later is
 * ignored.
 */
final class Attempt implements UpstreamEvents {

    /** Of an answer that nobody wants: more costs more than a new connection. */
    private static final long MOST_READ = 16 * 1024;

    private static final long READ_MS = 1_000;

    private final HttpExchange exchange;
    private final ClusterState cluster;
    private final UpstreamRequest request;
    private final long timeoutMs;
    private final EventLoop loop;
    private @Nullable EndpointState endpoint;
    private @Nullable ScheduledFuture<?> timeout;
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
    }

    /**
     * Begins, and may be over before this returns.
     *
     * @param tried endpoints that are not chosen again while there is another
     * @param fresh whether only a new connection will do
     */
    void start(List<EndpointState> tried, boolean fresh) {
        EndpointState chosen = exchange.choose(cluster, tried);
        if (chosen == null) {
            over = true;
            exchange.attemptRefused(Fault.UH, "no_endpoint", 0);
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

    private void finish() {
        over = true;
        if (endpoint != null) {
            endpoint.leave();
        }
        if (timeout != null) {
            timeout.cancel(false);
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
        }
        exchange.upstreamData(piece, last, from);
    }

    @Override
    public void onEnd(@Nullable HttpHeaders trailers) {
        if (over) {
            stopReading();
        } else {
            finish();
            exchange.upstreamEnd(trailers);
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
        exchange.upstreamUpgraded(headers, connection, () -> {
            if (!over) {
                finish();
            }
        });
    }

    @Override
    public void onFailure(Fault fault, String detail, boolean unsent, boolean unanswered) {
        if (over) {
            stopReading();
        } else {
            finish();
            exchange.attemptFailed(fault, detail, unsent, unanswered);
        }
    }
}
