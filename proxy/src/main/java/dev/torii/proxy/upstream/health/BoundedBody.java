package dev.torii.proxy.upstream.health;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.codec.BodyCodec;
import io.vertx.ext.web.codec.spi.BodyStream;
import org.jspecify.annotations.Nullable;

/** Keeps the beginning of a body; the web client's own codecs, {@code none()} too, keep all of it. */
final class BoundedBody implements BodyCodec<Buffer>, BodyStream<Buffer> {

    /** As many bytes of an answer are read, as kubelet does about; a page for people may be longer. */
    private static final int MAX_BYTES = 10 * 1024;

    private final Buffer kept = Buffer.buffer();
    private final Promise<Buffer> whole = Promise.promise();
    private final Runnable full;

    /** @param full called when more comes than is read: nobody should wait for the rest */
    BoundedBody(Runnable full) {
        this.full = full;
    }

    @Override
    public BodyStream<Buffer> stream() {
        return this;
    }

    @Override
    public Future<Buffer> result() {
        return whole.future();
    }

    @Override
    public void handle(Throwable cause) {
        whole.tryFail(cause);
    }

    @Override
    public Future<Void> write(Buffer piece) {
        if (kept.length() + piece.length() > MAX_BYTES) {
            full.run();
        } else {
            kept.appendBuffer(piece);
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        whole.tryComplete(kept);
        return Future.succeededFuture();
    }

    @Override
    public BoundedBody exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }

    @Override
    public BoundedBody setWriteQueueMaxSize(int size) {
        return this;
    }

    @Override
    public boolean writeQueueFull() {
        return false;
    }

    @Override
    public BoundedBody drainHandler(@Nullable Handler<Void> handler) {
        return this;
    }
}
