package dev.torii.proxy.admin;

import dev.torii.proxy.telemetry.Accept;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes large pages on one worker thread, compressed, and sends them. Only a few may wait for it; more are asked to come
 * back. Only a few may be read at a time; the one who has been reading longest gives way to the next. Confined to the
 * event loop of the admin server.
 */
final class Renderer {

    private static final int MAX_WAITING = 8;
    private static final int MAX_READERS = 8;

    private final WorkerExecutor worker;
    private final Deque<Sending> sending = new ArrayDeque<>();
    private int waiting;

    Renderer(Vertx vertx) {
        this.worker = vertx.createSharedWorkerExecutor("torii-admin", 1);
    }

    /** @param page written on the worker */
    void send(RoutingContext ctx, RenderedPage.Source page) {
        if (waiting == MAX_WAITING) {
            Replies.text(ctx, 503, "busy with other pages, try again");
            return;
        }
        waiting++;
        Future<@Nullable RenderedPage> rendered = worker.executeBlocking(() -> RenderedPage.of(page), false);
        rendered.onComplete(done -> waiting--)
                .onSuccess(made -> send(ctx, Objects.requireNonNull(made)))
                .onFailure(ctx::fail);
    }

    private void send(RoutingContext ctx, RenderedPage page) {
        HttpServerResponse response = ctx.response();
        if (response.closed() || response.ended()) {
            return;
        }
        String encodings = Objects.requireNonNullElse(ctx.request().getHeader("accept-encoding"), "");
        boolean gzip = Accept.quality(encodings, "gzip") > 0;
        if (gzip) {
            response.putHeader("content-encoding", "gzip");
        }
        response.putHeader("vary", "accept, accept-encoding");
        response.putHeader("content-length", Long.toString(page.length(gzip)));
        Replies.head(response, 200, page.contentType());
        if (ctx.request().method().equals(HttpMethod.HEAD)) {
            response.end();
            return;
        }
        try {
            start(new Sending(response, page.content(gzip)));
        } catch (IOException e) {
            ctx.fail(e);
        }
    }

    private void start(Sending next) {
        if (sending.size() == MAX_READERS) {
            sending.element().cut();
        }
        sending.add(next);
        next.start().onComplete(done -> sending.remove(next));
    }

    Future<Void> close() {
        return worker.close();
    }
}
