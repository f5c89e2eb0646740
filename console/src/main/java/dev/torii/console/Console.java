package dev.torii.console;

import dev.torii.console.log.LogBook;
import dev.torii.console.log.LogTails;
import dev.torii.console.mesh.AdminClient;
import dev.torii.console.mesh.Mesh;
import dev.torii.console.otlp.OtlpReceiver;
import dev.torii.console.spans.TraceStore;
import dev.torii.console.web.Site;
import dev.torii.console.web.Visitors;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import java.net.BindException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * One console: takes spans, watches proxies, and serves the page that shows it all. Methods may be called on any thread.
 *
 * <p>One event loop has the page, the log and the requests to proxies; what computes runs on workers.
 */
public final class Console {

    private static final int MAX_URL_BYTES = 16 * 1024;
    private static final int IDLE_SECONDS = 60;
    private static final int EVENT_LOOPS = 2;

    /** Of the heap, what spans may take, what bodies on their way may, and what the log may. */
    private static final int STORE_SHARE = 3;

    private static final int PENDING_SHARE = 16;
    private static final int LOG_SHARE = 12;
    private static final int LOG_LINES = 20_000;

    private final Vertx vertx;
    private final Context context;
    private final Runnable end;
    private final Promise<Void> stopped = Promise.promise();
    private final int port;
    private final int otlpPort;

    /**
     * How a console runs.
     *
     * @param listen where the page is; port 0 for any free one
     * @param otlp where spans come in; port 0 for any free one
     * @param proxies their admin endpoints; a name with many addresses is all of them
     * @param hosts names that browsers may ask by, beside {@code listen}'s, localhost and addresses
     * @param lookEvery how often proxies are asked how they are
     * @param maxSpans how many spans are held
     */
    public record Options(
            HostAndPort listen,
            HostAndPort otlp,
            List<HostAndPort> proxies,
            List<String> hosts,
            Duration lookEvery,
            int maxSpans) {

        public Options {
            proxies = List.copyOf(proxies);
            hosts = List.copyOf(hosts);
        }
    }

    private Console(Vertx vertx, Context context, Runnable end, HttpServer site, HttpServer otlp) {
        this.vertx = vertx;
        this.context = context;
        this.end = end;
        this.port = site.actualPort();
        this.otlpPort = otlp.actualPort();
    }

    /**
     * Opens both ports.
     *
     * @return fails with one clear line when a port cannot be opened
     */
    public static Future<Console> start(Options options) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(EVENT_LOOPS));
        long heap = Runtime.getRuntime().maxMemory();
        TraceStore traces = new TraceStore(options.maxSpans(), heap / STORE_SHARE);
        LogBook log = new LogBook(LOG_LINES, heap / LOG_SHARE);
        AdminClient client = new AdminClient(vertx);
        Mesh mesh = new Mesh(vertx, client, options.proxies(), InstantSource.system());
        LogTails tails = new LogTails(client, mesh::addresses, log);
        Site site = new Site(vertx, visitors(options), traces, mesh, log);
        OtlpReceiver receiver = new OtlpReceiver(vertx, traces, heap / PENDING_SHARE);
        // Not a future of this Vert.x: a failure is told when its event loops, which would deliver it, are closed.
        Promise<Console> started = Promise.promise();
        Router router = site.router();
        // The page and the log share an event loop: what a server opens there is served there.
        Context context = vertx.getOrCreateContext();
        context.runOnContext(v -> listen(vertx, options.listen(), "the console's port", router)
                .compose(page -> listen(vertx, options.otlp(), "the port for spans", receiver)
                        .map(otlp -> new Console(vertx, context, () -> end(mesh, tails), page, otlp)))
                .onSuccess(console -> {
                    mesh.watch(vertx, options.lookEvery());
                    tails.follow(vertx);
                    started.complete(console);
                })
                .onFailure(e -> vertx.close().onComplete(closed -> started.fail(e))));
        return started.future();
    }

    private static void end(Mesh mesh, LogTails tails) {
        mesh.end();
        tails.end();
    }

    private static Visitors visitors(Options options) {
        List<String> hosts = new ArrayList<>(options.hosts());
        hosts.add(options.listen().host());
        return new Visitors(hosts);
    }

    private static Future<HttpServer> listen(
            Vertx vertx, HostAndPort at, String what, Handler<HttpServerRequest> handler) {
        HttpServerOptions options = new HttpServerOptions()
                .setMaxInitialLineLength(MAX_URL_BYTES)
                .setIdleTimeout(IDLE_SECONDS)
                .setHttp2ClearTextEnabled(false);
        return vertx.createHttpServer(options)
                .requestHandler(handler)
                .listen(at.port(), at.host())
                .recover(e -> Future.failedFuture(cannotListen(at, what, e)));
    }

    private static BindException cannotListen(HostAndPort at, String what, Throwable cause) {
        String reason = String.valueOf(cause.getMessage());
        String host = at.host().indexOf(':') >= 0 ? "[" + at.host() + "]" : at.host();
        BindException failure = new BindException("cannot open " + what + " " + host + ":" + at.port() + ": "
                + reason.substring(reason.lastIndexOf(": ") + 1).strip());
        failure.initCause(cause);
        return failure;
    }

    /** Where the page is. */
    public int port() {
        return port;
    }

    /** Where spans come in. */
    public int otlpPort() {
        return otlpPort;
    }

    /** Ends when the console has been closed, whoever asked for it. */
    public Future<Void> stopped() {
        return stopped.future();
    }

    /** Closes everything now. May be called again. */
    public Future<Void> close() {
        context.runOnContext(v -> {
            end.run();
            // Not a future of this Vert.x: its event loops, which would have to deliver it, are the last thing to go.
            vertx.close().onComplete(closed -> stopped.tryComplete());
        });
        return stopped.future();
    }
}
