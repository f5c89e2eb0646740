package dev.torii.proxy.admin;

import dev.torii.proxy.telemetry.LogTail;
import dev.torii.proxy.telemetry.LogTails;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * The page {@code /log}: the access log as it is written, until the reader leaves. An empty line now and then keeps a quiet
 * one open, and tells when its reader is gone.
 */
final class LogPage {

    private static final long HEARTBEAT_MS = 20_000;

    private final Vertx vertx;
    private final LogTails tails;

    LogPage(Vertx vertx, LogTails tails) {
        this.vertx = vertx;
        this.tails = tails;
    }

    void handle(RoutingContext ctx) {
        HttpServerResponse response = ctx.response();
        if (ctx.request().method().equals(HttpMethod.HEAD)) {
            Replies.head(response, 200, "application/x-ndjson").end();
            return;
        }
        Context loop = vertx.getOrCreateContext();
        LogTail tail = tails.open(more -> loop.runOnContext(v -> send(response, more)));
        if (tail == null) {
            Replies.text(ctx, 503, LogTails.MAX_READERS + " others read the log already");
            return;
        }
        long heartbeat = vertx.setPeriodic(HEARTBEAT_MS, id -> {
            if (!response.writeQueueFull()) {
                response.write("\n");
            }
        });
        response.closeHandler(v -> {
            vertx.cancelTimer(heartbeat);
            tail.close();
        });
        response.drainHandler(v -> send(response, tail));
        Replies.head(response, 200, "application/x-ndjson").setChunked(true).writeHead();
    }

    private static void send(HttpServerResponse response, LogTail tail) {
        while (!response.closed() && !response.writeQueueFull()) {
            byte[] lines = tail.poll();
            if (lines == null) {
                return;
            }
            response.write(Buffer.buffer(lines));
        }
    }
}
