package dev.torii.proxy.admin;

import dev.torii.proxy.Channels;
import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ControlContact;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import dev.torii.proxy.telemetry.MetricsPage;
import dev.torii.routing.Snapshot;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The admin pages of a proxy on a port of their own, for operators and probes. Small pages are answered on the event
 * loop; large ones are rendered by a worker, so that neither traffic nor memory suffers from eager scrapers.
 *
 * <p>Every refusal is one line of text. Loopback is the sensible address: nothing here asks who is calling, but see
 * {@link AccessRule}. Methods may be called on any thread.
 */
public final class AdminServer {

    private static final Logger LOG = System.getLogger(AdminServer.class.getName());
    private static final List<HttpMethod> READ = List.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final int MAX_URL_BYTES = 16 * 1024;
    private static final int MAX_BODY_BYTES = 1024;
    private static final int IDLE_SECONDS = 60;

    private final AdminSources sources;
    private final Renderer renderer;
    private final LogPage log;
    private final Vertx vertx;
    private final HttpServer server;
    private @Nullable AccessRule access;

    private record Page(String path, List<HttpMethod> methods, String says, Handler<RoutingContext> handler) {

        String allow() {
            return methods.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        }
    }

    /** Opens nothing yet. */
    public AdminServer(Vertx vertx, AdminSources sources) {
        this.vertx = vertx;
        this.sources = sources;
        this.renderer = new Renderer(vertx);
        this.log = new LogPage(vertx, sources.log());
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setMaxInitialLineLength(MAX_URL_BYTES)
                        .setIdleTimeout(IDLE_SECONDS)
                        .setHttp2ClearTextEnabled(false))
                .requestHandler(router(vertx));
    }

    /**
     * Opens the port; once in a server's life.
     *
     * @param host an address to bind, usually {@code 127.0.0.1}
     * @param port 0 for any free one
     * @return the port, or a failure whose message is one clear line
     */
    public Future<Integer> listen(String host, int port) {
        access = new AccessRule(host);
        return Channels.open(vertx, () -> server.listen(port, host))
                .map(HttpServer::actualPort)
                .recover(e -> Future.failedFuture(cannotListen(host, port, e)));
    }

    /** Closes the port and what is open on it. */
    public Future<Void> close() {
        return server.close().eventually(renderer::close);
    }

    private static BindException cannotListen(String host, int port, Throwable cause) {
        String reason = String.valueOf(cause.getMessage());
        String at = host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
        BindException failure = new BindException("cannot open the admin port " + at + ": "
                + reason.substring(reason.lastIndexOf(": ") + 1).strip());
        failure.initCause(cause);
        return failure;
    }

    private List<Page> pages() {
        return List.of(
                new Page("/ready", READ, "200 when traffic should come here, else 503 and why not", this::ready),
                new Page("/live", READ, "200 as long as the process works", ctx -> Replies.text(ctx, 200, "live")),
                new Page("/metrics", READ, "for Prometheus, also as OpenMetrics", this::metrics),
                new Page("/snapshot", READ, "the configuration being served, secrets blanked", this::snapshot),
                new Page(
                        "/clusters",
                        READ,
                        "backends: endpoints, health, breakers, current and limit; rate limits",
                        this::clusters),
                new Page(
                        "/explain",
                        READ,
                        "what would happen to a request: ?method=GET&url=http://…&header=name:value",
                        this::explain),
                new Page("/control", READ, "whether control is heard, and when it last was", this::control),
                new Page("/log", READ, "the access log as it is written, until you leave", log::handle),
                new Page(
                        "/log-level",
                        List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT),
                        "how much is told; PUT error, warn, info, debug or trace",
                        this::logLevel),
                new Page("/drain", List.of(HttpMethod.POST), "leave: stop taking traffic, finish, exit", this::drain),
                new Page(
                        "/quit",
                        List.of(HttpMethod.POST),
                        "leave at once: finish what is in flight, exit",
                        this::quit));
    }

    private Router router(Vertx vertx) {
        List<Page> pages = pages();
        Router router = Router.router(vertx);
        router.route().handler(this::guard).failureHandler(AdminServer::failed);
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        add(router, new Page("/", READ, "", ctx -> index(ctx, pages)));
        pages.forEach(page -> add(router, page));
        router.errorHandler(404, ctx -> Replies.text(ctx, 404, "no such page, / lists them"));
        return router;
    }

    private static void add(Router router, Page page) {
        router.route(page.path()).handler(ctx -> {
            if (page.methods().contains(ctx.request().method())) {
                page.handler().handle(ctx);
            } else {
                ctx.response().putHeader("allow", page.allow());
                Replies.text(ctx, 405, page.path() + " takes " + page.allow());
            }
        });
    }

    private void guard(RoutingContext ctx) {
        AccessRule rule = access;
        String refusal = rule == null ? null : rule.refusal(ctx.request());
        if (refusal == null) {
            ctx.next();
        } else {
            Replies.text(ctx, 403, refusal);
        }
    }

    private static void failed(RoutingContext ctx) {
        Throwable failure = ctx.failure();
        if (failure instanceof IllegalArgumentException) {
            Replies.text(ctx, 400, String.valueOf(failure.getMessage()));
        } else if (ctx.statusCode() >= 400 && ctx.statusCode() < 500) {
            Replies.text(ctx, ctx.statusCode(), "refused: status " + ctx.statusCode());
        } else {
            LOG.log(Level.ERROR, "admin page " + ctx.normalizedPath() + " failed", failure);
            Replies.text(ctx, 500, "internal error, the log says more");
        }
    }

    private static void index(RoutingContext ctx, List<Page> pages) {
        String text = pages.stream()
                .map(page -> String.format(Locale.ROOT, "%-10s  %-15s  %s%n", page.path(), page.allow(), page.says()))
                .collect(Collectors.joining());
        Replies.send(ctx, 200, "text/plain; charset=utf-8", Buffer.buffer(text));
    }

    private void ready(RoutingContext ctx) {
        Optional<String> reason = sources.notReady().get();
        Replies.text(
                ctx,
                reason.isPresent() ? 503 : 200,
                reason.map(why -> "not ready: " + why).orElse("ready"));
    }

    /** Without the clusters that nobody has used yet: in a mesh of thousands they would be most of the page. */
    private void metrics(RoutingContext ctx) {
        String accept = Optional.ofNullable(ctx.request().getHeader("accept")).orElse("");
        withClusters(ctx, (used, all, out) -> {
            Set<String> keys = used.stream().map(ClusterView::key).collect(Collectors.toSet());
            List<ClusterView> shown =
                    all.stream().filter(cluster -> keys.contains(cluster.key())).toList();
            MetricsPage page = sources.metrics().apply(accept, shown);
            page.writeTo(out);
            return page.contentType();
        });
    }

    private void clusters(RoutingContext ctx) {
        withClusters(ctx, (used, all, out) -> {
            JsonObject page = new JsonObject()
                    .put("clusters", ClustersJson.of(all))
                    .put("limits", LimitsJson.of(sources.limits().get()));
            return json(out, page);
        });
    }

    private interface OfClusters {
        String write(List<ClusterView> used, List<ClusterView> all, OutputStream out) throws IOException;
    }

    /** What nobody has used yet, clusters and endpoints, has no live state; {@code all} has it nevertheless. */
    private void withClusters(RoutingContext ctx, OfClusters page) {
        Snapshot snapshot = sources.snapshot().get();
        sources.clusters()
                .get()
                .onSuccess(used -> renderer.send(ctx, out -> {
                    List<ClusterView> unused = snapshot.clusters().values().stream()
                            .sorted(Comparator.comparing(cluster -> cluster.key()))
                            .map(ClusterView::unused)
                            .toList();
                    return page.write(used, ClusterView.sum(List.of(unused, used)), out);
                }))
                .onFailure(ctx::fail);
    }

    private void control(RoutingContext ctx) {
        ControlContact contact = sources.control().get();
        if (contact == null) {
            Replies.text(ctx, 404, "the configuration is not from control");
            return;
        }
        JsonObject page = new JsonObject().put("connected", contact.connected());
        if (!Double.isNaN(contact.heardSeconds())) {
            page.put("heard_seconds", contact.heardSeconds());
        }
        Replies.send(ctx, 200, "application/json", page.toBuffer());
    }

    private void snapshot(RoutingContext ctx) {
        Snapshot snapshot = sources.snapshot().get();
        renderer.send(ctx, out -> json(out, SnapshotJson.of(snapshot)));
    }

    private static String json(OutputStream out, JsonObject page) throws IOException {
        out.write(page.toBuffer().getBytes());
        out.write('\n');
        return "application/json";
    }

    private void explain(RoutingContext ctx) {
        List<String> urls = ctx.queryParam("url");
        List<String> methods = ctx.queryParam("method");
        if (urls.size() != 1 || methods.size() > 1) {
            Replies.text(ctx, 400, "give one url and at most one method: /explain?url=http://shop.example/cart");
            return;
        }
        List<ExplainQuery.Header> headers = ctx.queryParam("header").stream()
                .map(ExplainQuery.Header::parse)
                .toList();
        ExplainQuery query = new ExplainQuery(methods.isEmpty() ? "GET" : methods.get(0), urls.get(0), headers);
        renderer.send(ctx, out -> {
            out.write(sources.explain().apply(query).getBytes(StandardCharsets.UTF_8));
            return "text/plain; charset=utf-8";
        });
    }

    private void logLevel(RoutingContext ctx) {
        if (ctx.request().method().equals(HttpMethod.PUT)) {
            String wanted = ctx.body().asString();
            Verbosity verbosity = Verbosity.of(wanted == null ? "" : wanted.strip());
            sources.setLogLevel().accept(verbosity);
            LOG.log(Level.INFO, "log level set to {0}", verbosity);
        }
        Replies.text(ctx, 200, sources.logLevel().get().toString());
    }

    private void drain(RoutingContext ctx) {
        sources.drain().run();
        Replies.text(ctx, 202, "draining");
    }

    private void quit(RoutingContext ctx) {
        sources.quit().run();
        Replies.text(ctx, 202, "quitting");
    }
}
