package dev.torii.console.web;

import dev.torii.console.log.LogBook;
import dev.torii.console.log.LogFilter;
import dev.torii.console.log.LogLine;
import dev.torii.console.mesh.AdminClient.Answer;
import dev.torii.console.mesh.Mesh;
import dev.torii.console.spans.Span;
import dev.torii.console.spans.TraceQuery;
import dev.torii.console.spans.TraceStore;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * All that a browser can ask of the console: the API below {@code /api/}, and the front end's files. Belongs to the event
 * loop of the log.
 */
public final class Site {

    private static final String CSP =
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

    private final Vertx vertx;
    private final Pages pages;
    private final Files files;
    private final Visitors visitors;
    private final TraceStore traces;
    private final Mesh mesh;
    private final LogBook log;

    /** Answers nothing yet. */
    public Site(Vertx vertx, Visitors visitors, TraceStore traces, Mesh mesh, LogBook log) {
        this.vertx = vertx;
        this.pages = new Pages(vertx);
        this.files = new Files(vertx);
        this.visitors = visitors;
        this.traces = traces;
        this.mesh = mesh;
        this.log = log;
    }

    /** Which page answers what. */
    public Router router() {
        Router router = Router.router(vertx);
        router.route().handler(this::guard).failureHandler(ctx -> Pages.failed(ctx, ctx.failure()));
        router.route("/api/status").handler(this::status);
        router.route("/api/services").handler(this::services);
        router.route("/api/traces").handler(this::traces);
        router.route("/api/traces/:id").handler(this::trace);
        router.route("/api/graph").handler(this::graph);
        router.route("/api/routes").handler(this::routes);
        router.route("/api/breakers").handler(this::breakers);
        router.route("/api/limits").handler(this::limits);
        router.route("/api/proxies").handler(this::proxies);
        router.route("/api/proxies/:address/snapshot").handler(ctx -> proxyPage(ctx, "/snapshot"));
        router.route("/api/proxies/:address/clusters").handler(ctx -> proxyPage(ctx, "/clusters"));
        router.route("/api/log").handler(this::log);
        router.route("/api/log/live").handler(this::liveLog);
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
        int logLines = log.size();
        pages.json(ctx, () -> SpanJson.fill(traces.fill()).put("logLines", logLines));
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
        TraceQuery query = Query.traces(ctx.queryParams());
        pages.json(
                ctx,
                () -> new JsonArray(
                        traces.find(query).stream().map(SpanJson::summary).toList()));
    }

    private void trace(RoutingContext ctx) {
        String id = ctx.pathParam("id").toLowerCase(Locale.ROOT);
        pages.json(ctx, () -> {
            List<Span> spans = traces.trace(id);
            if (spans.isEmpty()) {
                throw new Pages.Missing("no trace " + id.substring(0, Math.min(id.length(), 32)) + " is kept here");
            }
            return SpanJson.trace(id, spans);
        });
    }

    private void graph(RoutingContext ctx) {
        int window = new Query(ctx.queryParams(), Set.of("window")).window();
        pages.json(ctx, () -> mesh.graph(window));
    }

    private void routes(RoutingContext ctx) {
        Query query = new Query(ctx.queryParams(), Set.of("window", "limit"));
        int window = query.window();
        int limit = query.limit(Query.MAX_LIMIT);
        pages.json(ctx, () -> mesh.routes(window, limit));
    }

    private void breakers(RoutingContext ctx) {
        int limit = new Query(ctx.queryParams(), Set.of("limit")).limit(Query.MAX_LIMIT);
        pages.json(ctx, () -> mesh.breakers(limit));
    }

    private void limits(RoutingContext ctx) {
        int limit = new Query(ctx.queryParams(), Set.of("limit")).limit(Query.MAX_LIMIT);
        pages.json(ctx, () -> mesh.limits(limit));
    }

    private void proxies(RoutingContext ctx) {
        pages.json(ctx, mesh::proxies);
    }

    private void proxyPage(RoutingContext ctx, String path) {
        String address = ctx.pathParam("address");
        if (!mesh.addresses().contains(address)) {
            throw new Pages.Missing("no such proxy is watched");
        }
        mesh.page(address, path)
                .onSuccess(answer -> pages.json(ctx, () -> proxyAnswer(address, answer)))
                .onFailure(e -> Pages.error(ctx, 502, address + " does not answer: " + e.getMessage()));
    }

    private static Buffer proxyAnswer(String address, Answer answer) {
        if (answer.status() != 200) {
            throw new Pages.Missing(address + " answers " + answer.status());
        }
        return answer.body();
    }

    private void log(RoutingContext ctx) {
        Query query = new Query(ctx.queryParams(), Set.of("filter", "limit"));
        LogFilter filter = LogFilter.parse(query.text("filter"));
        int limit = query.limit(Query.DEFAULT_LIMIT);
        List<LogLine> lines = log.newestFirst();
        pages.json(ctx, () -> {
            Buffer list = Buffer.buffer("[");
            lines.stream()
                    .filter(filter::test)
                    .limit(limit)
                    .forEach(line ->
                            list.appendString(list.length() == 1 ? "" : ",").appendString(line.text()));
            return list.appendString("]");
        });
    }

    private void liveLog(RoutingContext ctx) {
        Query query = new Query(ctx.queryParams(), Set.of("filter"));
        LiveLog.open(vertx, ctx, log, LogFilter.parse(query.text("filter")));
    }
}
