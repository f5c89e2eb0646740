package dev.torii.demo;

import io.vertx.core.http.HttpServerRequest;

/** The few ways in which a service of the shop answers. Each repeats the request id it was called with. */
final class Replies {

    private Replies() {}

    static void json(HttpServerRequest request, String body) {
        send(request, 200, "application/json", body);
    }

    static void html(HttpServerRequest request, String body) {
        send(request, 200, "text/html; charset=utf-8", body);
    }

    static void notFound(HttpServerRequest request) {
        send(request, 404, "text/plain", "the shop has no such page\n");
    }

    static void badGateway(HttpServerRequest request, Throwable why) {
        send(request, 502, "text/plain", "the shop cannot reach its own services: " + why.getMessage() + "\n");
    }

    private static void send(HttpServerRequest request, int status, String type, String body) {
        String id = request.getHeader("x-request-id");
        if (id != null) {
            request.response().putHeader("x-seen-request-id", id);
        }
        request.response().setStatusCode(status).putHeader("content-type", type).end(body);
    }
}
