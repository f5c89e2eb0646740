package dev.torii.console.web;

import dev.torii.console.spans.TraceStore;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** All that a browser can ask of the console: the API below {@code /api/}, and the front end's files. */
public final class Site {

    private static final String CSP =
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

    private final Pages pages;
    private final Files files;
    private final Visitors visitors;
    private final TraceStore traces;

    /** Answers nothing yet. */
    public Site(Vertx vertx, Visitors visitors, TraceStore traces) {
        this.pages = new Pages(vertx);
        this.files = new Files(vertx);
        this.visitors = visitors;
        this.traces = traces;
    }

    /** Which page answers what. */
    public Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().handler(this::guard).failureHandler(ctx -> Pages.failed(ctx, ctx.failure()));
        router.route("/api/status").handler(this::status);
        router.route("/api/services").handler(this::services);
        router.route("/api/traces").handler(this::traces);
        router.route("/api/traces/:id").handler(this::trace);
        router.route("/api/*").handler(ctx -> Pages.error(ctx, 404, "no such page"));
        router.route().handler(files::send);
        return router;
    }

    private void guard(RoutingContext ctx) {
        ctx.response()
                .putHeader("content-security-policy", CSP)
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("x-frame-options", "DENY")
                .putHeader("referrer-policy", "no-referrer")
                .putHeader("cross-origin-resource-policy", "same-origin");
        String refusal = visitors.refusal(ctx.request());
        HttpMethod method = ctx.request().method();
        if (refusal != null) {
            Pages.error(ctx, 403, refusal);
        } else if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            ctx.response().putHeader("allow", "GET, HEAD");
            Pages.error(ctx, 405, "nothing here is changed: GET only");
        } else {
            ctx.next();
        }
    }

    private void status(RoutingContext ctx) {
        pages.json(ctx, () -> SpanJson.fill(traces.fill()));
    }

    private void services(RoutingContext ctx) {
        pages.json(
                ctx,
                () -> new JsonArray(traces.services().stream()
                        .map(SpanJson::service)
                        .limit(Query.MAX_LIMIT)
                        .toList()));
    }

    private void traces(RoutingContext ctx) {
        pages.json(
                ctx,
                () -> new JsonArray(traces.find(Query.traces(ctx.queryParams())).stream()
                        .map(SpanJson::summary)
                        .toList()));
    }

    private void trace(RoutingContext ctx) {
        String id = ctx.pathParam("id");
        pages.json(ctx, () -> {
            var spans = traces.trace(id);
            if (spans.isEmpty()) {
                throw new Pages.Missing("no trace " + id.substring(0, Math.min(id.length(), 32)) + " is kept here");
            }
            return SpanJson.trace(id, spans);
        });
    }
}
