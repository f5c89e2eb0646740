package dev.torii.proxy.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes large pages on one worker thread, compressed for whoever takes that, and sends them. Only a few may wait for
 * it; more are asked to come back.
 */
final class Renderer {

    private static final int MAX_WAITING = 8;

    private final WorkerExecutor worker;
    private final AtomicInteger waiting = new AtomicInteger();

    Renderer(Vertx vertx) {
        this.worker = vertx.createSharedWorkerExecutor("torii-admin", 1);
    }

    /** A page to be written; runs on the worker. */
    interface Page {

        /**
         * Writes the page.
         *
         * @return its media type
         * @throws IllegalArgumentException with a sentence for the user, who asked for something that makes no sense
         */
        String writeTo(OutputStream out) throws IOException;
    }

    private record Rendered(String contentType, Buffer content) {}

    void send(RoutingContext ctx, Page page) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            Replies.text(ctx, 503, "busy with other pages, try again");
            return;
        }
        boolean gzip = takesGzip(ctx);
        Future<@Nullable Rendered> rendered = worker.executeBlocking(() -> render(page, gzip), false);
        rendered.onComplete(done -> waiting.decrementAndGet())
                .onSuccess(made -> send(ctx, Objects.requireNonNull(made), gzip))
                .onFailure(ctx::fail);
    }

    private static Rendered render(Page page, boolean gzip) throws IOException {
        Buffer content = Buffer.buffer();
        try (OutputStream plain = new BufferStream(content);
                OutputStream out = gzip ? new GZIPOutputStream(plain, 16 * 1024) : plain) {
            String contentType = page.writeTo(out);
            return new Rendered(contentType, content);
        }
    }

    private static void send(RoutingContext ctx, Rendered made, boolean gzip) {
        if (gzip) {
            ctx.response().putHeader("content-encoding", "gzip");
        }
        ctx.response().putHeader("vary", "accept, accept-encoding");
        Replies.send(ctx, 200, made.contentType(), made.content());
    }

    private static boolean takesGzip(RoutingContext ctx) {
        String accepted = ctx.request().getHeader("accept-encoding");
        return accepted != null && accepted.contains("gzip") && !accepted.contains("gzip;q=0");
    }

    Future<Void> close() {
        return worker.close();
    }

    private static final class BufferStream extends OutputStream {

        private final Buffer content;

        BufferStream(Buffer content) {
            this.content = content;
        }

        @Override
        public void write(int b) {
            content.appendByte((byte) b);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            content.appendBytes(bytes, from, length);
        }
    }
}
