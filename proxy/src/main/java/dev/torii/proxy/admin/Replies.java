package dev.torii.proxy.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** How every page of the admin port is sent. */
final class Replies {

    private Replies() {}

    /** One line of text; of a longer one only the first. */
    static void text(RoutingContext ctx, int status, String text) {
        String line = text.lines().findFirst().orElse("");
        send(ctx, status, "text/plain; charset=utf-8", Buffer.buffer(line + "\n"));
    }

    static void send(RoutingContext ctx, int status, String contentType, Buffer content) {
        if (ctx.response().closed() || ctx.response().ended()) {
            return;
        }
        head(ctx.response(), status, contentType).end(content);
    }

    static HttpServerResponse head(HttpServerResponse response, int status, String contentType) {
        return response.setStatusCode(status)
                .putHeader("content-type", contentType)
                .putHeader("cache-control", "no-store")
                .putHeader("x-content-type-options", "nosniff");
    }
}
