package dev.torii.injector;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystem;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The admission webhook: {@code POST /inject} over TLS 1.2 or newer, {@code GET /ready} and {@code /live} for probes. It
 * keeps nothing between requests, so any number of them may serve a cluster.
 *
 * <p>Threads: {@link #start} and {@link #close} may be called from any; neither blocks.
 */
public final class Webhook {

    private static final Logger LOG = System.getLogger(Webhook.class.getName());

    /** An object in etcd is at most 1.5 MiB; a review holds two of them and more. */
    private static final long MOST_BYTES = 8L * 1024 * 1024;

    private static final int IDLE_SECONDS = 60;
    private static final long RENEW_MS = 10_000;
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

    /** A review takes milliseconds, and API servers keep idle connections. */
    private static final int LAST_ANSWERS_SECONDS = 2;

    private final Vertx vertx;
    private final HttpServer server;
    private final Options options;
    /** When the certificate that is served was written; 0 before the first look. */
    private long certifiedAt;

    private final Promise<Void> stopped = Promise.promise();

    /**
     * @param port 0 for any free one
     * @param certificate chain, PEM
     * @param key of it, PEM
     */
    public record Options(String host, int port, Path certificate, Path key, InjectorSettings settings) {}

    private Webhook(Vertx vertx, HttpServer server, Options options) {
        this.vertx = vertx;
        this.server = server;
        this.options = options;
        vertx.setPeriodic(0, RENEW_MS, id -> renew());
    }

    /** Starts it; fails with one line for people when the port is taken or the certificate cannot be used. */
    public static Future<Webhook> start(Options options) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        // Not a future of this Vert.x: a failure is told when its event loops, which would deliver it, are closed.
        Promise<Webhook> started = Promise.promise();
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                .setSsl(true)
                .setUseAlpn(true)
                .setIdleTimeout(IDLE_SECONDS)
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setKeyCertOptions(identity(options)));
        server.requestHandler(routes(vertx, new Review(new Injector(options.settings()))))
                .listen()
                .onSuccess(listening -> started.complete(new Webhook(vertx, listening, options)))
                .onFailure(e -> vertx.close().onComplete(closed -> started.fail(told(options, e))));
        return started.future();
    }

    private static PemKeyCertOptions identity(Options options) {
        return new PemKeyCertOptions()
                .addCertPath(options.certificate().toString())
                .addKeyPath(options.key().toString());
    }

    private static ServerSSLOptions tls(Options options) {
        return new ServerSSLOptions()
                .setKeyCertOptions(identity(options))
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setUseAlpn(true)
                .setApplicationLayerProtocols(List.of("h2", "http/1.1"));
    }

    private static Throwable told(Options options, Throwable cause) {
        String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        String what = cause instanceof BindException || cause.getCause() instanceof BindException
                ? "cannot listen on " + options.host() + ":" + options.port()
                : "cannot serve with " + options.certificate() + " and " + options.key();
        return new IllegalArgumentException(what + ": " + why);
    }

    /** A certificate that was renewed is served from the next handshake on; one that cannot be used is told and not taken. */
    private void renew() {
        FileSystem files = vertx.fileSystem();
        String certificate = options.certificate().toString();
        files.props(certificate)
                .compose(props -> {
                    if (props.lastModifiedTime() == certifiedAt) {
                        return Future.succeededFuture();
                    }
                    boolean first = certifiedAt == 0;
                    certifiedAt = props.lastModifiedTime();
                    return first ? Future.succeededFuture() : server.updateSSLOptions(tls(options), true);
                })
                .onFailure(e -> LOG.log(Level.WARNING, "not renewed: " + certificate + ": " + e.getMessage()));
    }

    private static Router routes(Vertx vertx, Review review) {
        Router router = Router.router(vertx);
        router.get("/ready").handler(Webhook::well);
        router.get("/live").handler(Webhook::well);
        router.post("/inject")
                .handler(BodyHandler.create(false).setBodyLimit(MOST_BYTES))
                .handler(context -> answer(context, review));
        router.errorHandler(413, context -> say(context, 413, "the body is longer than " + MOST_BYTES + " bytes"));
        router.errorHandler(404, context -> say(context, 404, "only POST /inject, GET /ready and GET /live are here"));
        router.errorHandler(405, context -> say(context, 405, "only POST /inject, GET /ready and GET /live are here"));
        router.errorHandler(500, context -> {
            LOG.log(Level.ERROR, "review", context.failure());
            say(context, 500, "a bug in Torii's injector: its log has the trace");
        });
        return router;
    }

    private static void well(RoutingContext context) {
        context.response()
                .putHeader("content-type", "text/plain; charset=utf-8")
                .end("ok\n");
    }

    private static void answer(RoutingContext context, Review review) {
        Buffer body = context.body().buffer();
        try {
            byte[] answer = review.answer(body == null ? new byte[0] : body.getBytes());
            context.response().putHeader("content-type", "application/json").end(Buffer.buffer(answer));
        } catch (Review.NotAReview e) {
            say(context, 400, String.valueOf(e.getMessage()));
        }
    }

    private static void say(RoutingContext context, int status, String line) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "text/plain; charset=utf-8")
                .end("torii: " + line + "\n");
    }

    /** Where it listens. */
    public int port() {
        return server.actualPort();
    }

    /** Takes no more connections, finishes what it has, ends. */
    public Future<Void> close() {
        // Not a future of this Vert.x: its event loops, which would have to deliver it, are the last thing to go.
        server.shutdown(LAST_ANSWERS_SECONDS, TimeUnit.SECONDS)
                .onComplete(done -> vertx.close().onComplete(ended -> stopped.tryComplete()));
        return stopped.future();
    }

    /** Ends when it has been closed. */
    public Future<Void> stopped() {
        return stopped.future();
    }
}
