package dev.torii.control;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/** {@code /ready}, {@code /live} and {@code /metrics} of control, on a port of their own. */
final class AdminPages {

    private static final int IDLE_SECONDS = 60;
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;

    /** @param notReady why proxies should not come here, one line; empty when they should */
    AdminPages(Vertx vertx, Supplier<String> notReady, Supplier<String> metrics) {
        Router router = Router.router(vertx);
        router.get("/ready").handler(context -> {
            String why = notReady.get();
            say(context, why.isEmpty() ? 200 : 503, TEXT, why.isEmpty() ? "ready\n" : why + "\n");
        });
        router.get("/live").handler(context -> say(context, 200, TEXT, "live\n"));
        // tens of kilobytes, but of a large mesh all kinds are counted for it
        router.get("/metrics").blockingHandler(context -> say(context, 200, METRICS, metrics.get()), false);
        router.errorHandler(404, context -> say(context, 404, TEXT, "only /ready, /live and /metrics are here\n"));
        server = vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
                .requestHandler(router);
    }

    private static void say(RoutingContext context, int status, String type, String text) {
        HttpServerResponse response = context.response();
        response.setStatusCode(status).putHeader("content-type", type).end(text);
    }

    Future<Integer> listen(String host, int port) {
        return server.listen(port, host).map(HttpServer::actualPort);
    }
}
