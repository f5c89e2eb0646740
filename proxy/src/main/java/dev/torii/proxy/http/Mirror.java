package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.HeaderList;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.UpgradedConnection;
import dev.torii.proxy.upstream.UpstreamEvents;
import dev.torii.proxy.upstream.UpstreamRequest;
import dev.torii.proxy.upstream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a request on its way to another backend, whose answer nobody reads. The original never waits for it: a copy
 * that falls behind by more than {@value #MAX_HELD} bytes, has no answer in time, or one of more than {@value #MAX_ANSWER}
 * bytes is dropped and counted; so is one that falls behind at all while all of this event loop's hold too much. It may
 * outlive its original.
 */
final class Mirror implements UpstreamEvents {

    private static final int MAX_HELD = 256 * 1024;

    /** What a piece costs beside its bytes, about: a client may send single ones. */
    private static final int PIECE = 256;

    /** To read more would cost the originals time. */
    private static final int MAX_ANSWER = 1024 * 1024;

    /** Where the rule has no timeout: an answer that nobody reads is not worth more. */
    private static final long DEFAULT_TIMEOUT_MS = 15_000;

    private final Worker worker;
    private final String service;
    private final EndpointState endpoint;
    private final UpstreamRequest request;
    private final ScheduledFuture<?> timeout;
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(2);
    private int heldBytes;
    private int answerBytes;
    private int status;
    private @Nullable UpstreamStream stream;
    private boolean bodyEnded;
    private @Nullable HeaderList trailers;
    private boolean endSent;
    private boolean over;

    /** @param timeoutMs 0 for the default */
    Mirror(Worker worker, String service, EndpointState endpoint, UpstreamRequest original, long timeoutMs) {
        this.worker = worker;
        this.service = service;
        this.endpoint = endpoint;
        this.request = new UpstreamRequest(
                original.method(),
                original.scheme(),
                original.authority(),
                original.target(),
                original.headers().copy(),
                original.bodyless(),
                original.chunked(),
                "");
        this.timeout = worker.eventLoop()
                .schedule(this::drop, timeoutMs > 0 ? timeoutMs : DEFAULT_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        endpoint.enter();
    }

    void start() {
        if (!over) {
            endpoint.acquire(this);
        }
    }

    void write(Buffer piece) {
        if (over) {
            return;
        }
        int cost = PIECE + piece.length();
        if (heldBytes + cost > MAX_HELD || !worker.holdsForMirrors(cost)) {
            drop();
            return;
        }
        // The same bytes are written to several channels.
        held.addLast(((BufferInternal) piece).getByteBuf().retainedDuplicate());
        heldBytes += cost;
        pass();
    }

    void end(@Nullable HeaderList behind) {
        bodyEnded = true;
        trailers = behind;
        pass();
    }

    /** The original failed before its end. */
    void cancel() {
        if (over) {
            return;
        }
        finish();
        if (stream != null) {
            stream.cancel();
        } else {
            endpoint.forget(this);
        }
    }

    private void drop() {
        if (!over) {
            cancel();
            worker.mirrorDropped();
        }
    }

    /** Sends what is held as far as the backend takes it. */
    private void pass() {
        UpstreamStream to = stream;
        if (over || to == null || request.bodyless()) {
            return;
        }
        while (!held.isEmpty() && to.isWritable()) {
            ByteBuf piece = held.removeFirst();
            release(PIECE + piece.readableBytes());
            to.write(piece);
        }
        if (held.isEmpty() && bodyEnded && !endSent) {
            endSent = true;
            to.end(trailers);
        }
    }

    private void release(int cost) {
        heldBytes -= cost;
        worker.holdsForMirrors(-cost);
    }

    private void finish() {
        over = true;
        timeout.cancel(false);
        endpoint.leave();
        worker.mirrorEnded(service, status);
        release(heldBytes);
        held.forEach(ByteBuf::release);
        held.clear();
    }

    @Override
    public void onReady(UpstreamStream ready) {
        if (over) {
            ready.cancel();
            return;
        }
        stream = ready;
        ready.sendHead(request);
        pass();
    }

    @Override
    public void onInterim(int status, HttpHeaders headers) {}

    @Override
    public void onHead(int code, HttpHeaders headers, boolean bodyless) {
        status = code;
    }

    @Override
    public void onData(ByteBuf piece, boolean last) {
        answerBytes += piece.readableBytes();
        piece.release();
        if (last && !over) {
            finish();
        } else if (answerBytes > MAX_ANSWER) {
            drop();
        }
    }

    @Override
    public void onEnd(@Nullable HttpHeaders trailers) {
        if (!over) {
            finish();
        }
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {
        pass();
    }

    @Override
    public void onUpgrade(HttpHeaders headers, UpgradedConnection connection) {
        connection.early().release();
        connection.channel().close();
        if (!over) {
            finish();
        }
    }

    @Override
    public void onFailure(Fault fault, String detail, boolean unsent, boolean unanswered) {
        if (!over) {
            finish();
        }
    }
}
