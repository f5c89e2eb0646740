package dev.torii.proxy.http;

import dev.torii.proxy.HeaderList;
import dev.torii.proxy.upstream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The request's body on its way from the client to whichever backend is chosen. While there is none, reading is paused
 * after the first piece; while the backend cannot take more, too. What has been sent is gone, unless it is to be kept for
 * another try.
 */
final class RequestBody {

    private static final long SMALL = 64 * 1024;

    /** How much is kept to be sent again. */
    static final int MOST_KEPT = 64 * 1024;

    private final HttpServerRequest request;
    private final ArrayDeque<Buffer> held = new ArrayDeque<>(2);
    private final Watcher watcher;
    private @Nullable UpstreamStream stream;
    private long limit;
    private long bytes;
    private boolean opened;
    private boolean ended;
    private boolean started;
    private boolean endPassed;
    private boolean dropped;
    private @Nullable List<ByteBuf> kept;
    private int keptBytes;

    /** Who follows the body beside the backend; told once, however often it is sent. */
    interface Watcher {

        /** Called once when the limit is passed. */
        void bodyTooLong();

        /** A piece that is being sent to the backend. */
        void bodyPiece(Buffer piece);

        /** The end that is being sent to the backend, with the trailers if there are any. */
        void bodyEnd(@Nullable HeaderList trailers);
    }

    RequestBody(HttpServerRequest request, Watcher watcher) {
        this.request = request;
        this.watcher = watcher;
    }

    /** There is none, or no more that could be read. */
    void none() {
        ended = true;
    }

    /** Begins to listen, as Vert.x demands, before the request's handler returns. */
    void open() {
        opened = true;
        request.handler(this::piece);
        request.endHandler(v -> end());
    }

    /**
     * Sets how much there may be. Some may have come already.
     *
     * @param most bytes; 0 for no limit
     * @return whether it is not too much yet
     */
    boolean limit(long most) {
        limit = most;
        return !isOverLimit();
    }

    private boolean isOverLimit() {
        return limit > 0 && bytes > limit;
    }

    boolean isEnded() {
        return ended;
    }

    /** Whether what is left can be read and forgotten, so that the connection can be used again. */
    boolean isSoonOver(long announced) {
        return ended || (announced >= 0 && announced <= SMALL);
    }

    boolean isEmpty() {
        return ended && bytes == 0;
    }

    /** Whether all that came can be sent, to a backend that has seen nothing of it: none has left, or all of that is kept. */
    boolean isWhole() {
        return !started || kept != null;
    }

    /**
     * From now on a copy of what is sent is kept, as long as that is not too much.
     *
     * @param announced its length, -1 when it is not known
     */
    void keep(long announced) {
        if (announced <= MOST_KEPT) {
            kept = new ArrayList<>(2);
        }
    }

    /** It will not be sent again. */
    void forget() {
        if (kept != null) {
            kept.forEach(ByteBuf::release);
            kept = null;
        }
    }

    long bytes() {
        return bytes;
    }

    private void piece(Buffer piece) {
        bytes += piece.length();
        if (dropped) {
            return;
        }
        if (isOverLimit()) {
            dropped = true;
            watcher.bodyTooLong();
            return;
        }
        if (stream == null) {
            held.addLast(piece);
            request.pause();
        } else {
            pass(stream, piece);
        }
    }

    private void pass(UpstreamStream to, Buffer piece) {
        ByteBuf bytes = ((BufferInternal) piece).getByteBuf();
        started = true;
        keepCopy(bytes);
        watcher.bodyPiece(piece);
        to.write(bytes);
        if (!to.isWritable()) {
            request.pause();
        }
    }

    private void keepCopy(ByteBuf bytes) {
        if (kept == null) {
            return;
        }
        keptBytes += bytes.readableBytes();
        if (keptBytes > MOST_KEPT) {
            forget();
        } else {
            kept.add(bytes.retainedDuplicate());
        }
    }

    private void end() {
        ended = true;
        if (stream != null) {
            passEnd(stream);
        }
    }

    private void passEnd(UpstreamStream to) {
        HeaderList trailers = Trailers.of(request);
        if (!endPassed) {
            endPassed = true;
            watcher.bodyEnd(trailers);
        }
        to.end(trailers);
    }

    /**
     * Sends what there is to a backend, and all that follows.
     *
     * @param expected whether the head that was sent announces a body, if only an empty one
     */
    void attach(UpstreamStream to, boolean expected) {
        if (!expected) {
            return;
        }
        stream = to;
        if (kept != null) {
            kept.forEach(piece -> to.write(piece.retainedDuplicate()));
        }
        for (Buffer piece = held.pollFirst(); piece != null; piece = held.pollFirst()) {
            pass(to, piece);
        }
        if (ended) {
            passEnd(to);
        } else if (to.isWritable()) {
            request.resume();
        }
    }

    /** The backend is lost: hold what comes. */
    void detach() {
        if (stream != null && !ended) {
            request.pause();
        }
        stream = null;
    }

    void writable() {
        if (stream != null && !ended) {
            request.resume();
        }
    }

    /** Nobody wants it any more: read it and forget it, so that the client can finish sending and read the answer. */
    void drop() {
        stream = null;
        dropped = true;
        held.clear();
        if (opened && !ended) {
            request.resume();
        }
    }
}
