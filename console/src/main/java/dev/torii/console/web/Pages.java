package dev.torii.console.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/** Makes answers on workers, a few at a time, and sends them with what a browser should know. */
final class Pages {

    private static final Logger LOG = System.getLogger(Pages.class.getName());
    private static final int THREADS = 2;
    private static final int MAX_WAITING = 64;
    private static final int WORTH_PACKING = 1_400;

    private final WorkerExecutor workers;
    private final AtomicInteger waiting = new AtomicInteger();

    Pages(Vertx vertx) {
        this.workers = vertx.createSharedWorkerExecutor("torii-pages", THREADS);
    }

    private record Made(Buffer content, boolean packed) {}

    /** What there is none of; becomes a 404. */
    static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1;

        Missing(String what) {
            super(what, null, false, false);
        }
    }

    /**
     * Sends JSON.
     *
     * @param page makes a JsonObject, a JsonArray, or a Buffer that holds JSON; runs on a worker. An
     *     IllegalArgumentException of it is the asker's fault
     */
    void json(RoutingContext ctx, Callable<Object> page) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            error(ctx, 503, "busy with other pages, try again");
            return;
        }
        boolean gzip = takesGzip(ctx);
        Future<Made> making = workers.executeBlocking(() -> made(page.call(), gzip), false);
        making.onComplete(v -> waiting.decrementAndGet())
                .onSuccess(made -> sendJson(ctx, made))
                .onFailure(e -> failed(ctx, e));
    }

    private static void sendJson(RoutingContext ctx, Made made) {
        if (made.packed()) {
            ctx.response().putHeader("content-encoding", "gzip");
        }
        ctx.response().putHeader("vary", "accept-encoding").putHeader("cache-control", "no-store");
        send(ctx, 200, "application/json", made.content());
    }

    static void failed(RoutingContext ctx, Throwable e) {
        if (e instanceof IllegalArgumentException) {
            error(ctx, 400, String.valueOf(e.getMessage()));
        } else if (e instanceof Missing) {
            error(ctx, 404, String.valueOf(e.getMessage()));
        } else {
            LOG.log(Level.ERROR, ctx.request().path() + " failed", e);
            error(ctx, 500, "internal error, the log says more");
        }
    }

    /** One line, as {@code {"error": …}}. */
    static void error(RoutingContext ctx, int status, String why) {
        String line = why.lines().findFirst().orElse("");
        ctx.response().putHeader("cache-control", "no-store");
        send(
                ctx,
                status,
                "application/json",
                new JsonObject().put("error", line).toBuffer());
    }

    static void send(RoutingContext ctx, int status, String contentType, Buffer content) {
        if (!ctx.response().closed() && !ctx.response().ended()) {
            ctx.response()
                    .setStatusCode(status)
                    .putHeader("content-type", contentType)
                    .end(content);
        }
    }

    static boolean takesGzip(RoutingContext ctx) {
        String accepted = ctx.request().getHeader("accept-encoding");
        return accepted != null && accepted.contains("gzip") && !accepted.contains("gzip;q=0");
    }

    private static Made made(Object page, boolean gzip) throws IOException {
        Buffer plain = page instanceof Buffer buffer ? buffer : Json.encodeToBuffer(page);
        boolean pack = gzip && plain.length() > WORTH_PACKING;
        return new Made(pack ? packed(plain) : plain, pack);
    }

    static Buffer packed(Buffer plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(plain.length() / 4);
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain.getBytes());
        }
        return Buffer.buffer(bytes.toByteArray());
    }
}
