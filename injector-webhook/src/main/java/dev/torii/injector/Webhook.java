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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The admission webhook, over TLS 1.2 or newer: {@code POST /inject}, {@code GET /ready} and {@code /live} for probes. It
 * keeps nothing between requests, so any number of them may serve a cluster.
 *
 * <p>A review does not tell what the pod's namespace says of sidecars, so the path does: {@code /inject/enabled} and
 * {@code /inject/disabled} are for namespaces whose label {@code torii.dev/inject} says so, {@code /inject} is for others.
 * The webhook configuration's selectors, which see the label, choose the path; what a selector lets through by mistake is
 * still looked at here.
 *
 * <p>Threads: {@link #start} and {@link #close} may be called from any; neither blocks.
 */
public final class Webhook {

    private static final Logger LOG = System.getLogger(Webhook.class.getName());

    /** An object in etcd is at most 1.5 MiB; a review holds two of them and more. */
    private static final long MOST_BYTES = 8L * 1024 * 1024;

    private static final String NOT_HERE =
            "only POST /inject, /inject/enabled and /inject/disabled, GET /ready and GET /live are here";
    private static final int IDLE_SECONDS = 60;
    private static final long RENEW_MS = 10_000;
    private static final Map<String, Injector.NamespaceSays> PATHS = Map.of(
            "/inject", Injector.NamespaceSays.NOTHING,
            "/inject/enabled", Injector.NamespaceSays.ENABLED,
            "/inject/disabled", Injector.NamespaceSays.DISABLED);
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

    /** A review takes milliseconds, and API servers keep idle connections. */
    private static final int LAST_ANSWERS_SECONDS = 2;

    private final Vertx vertx;
    private final HttpServer server;
    /** When the certificate that is served was written, if it is in a file; 0 before the first look. */
    private long certifiedAt;

    private final Promise<Void> stopped = Promise.promise();

    /** @param port 0 for any free one */
    public record Options(String host, int port, Credentials credentials, InjectorSettings settings) {}

    /** A certificate chain and its key, both PEM. */
    public sealed interface Credentials {

        /** In files, which are looked at again and again. */
        record Files(Path certificate, Path key) implements Credentials {

            @Override
            public PemKeyCertOptions pem() {
                return new PemKeyCertOptions()
                        .addCertPath(certificate.toString())
                        .addKeyPath(key.toString());
            }

            @Override
            public String toString() {
                return certificate + " and " + key;
            }
        }

        /** As they are; {@link Webhook#serve} takes others. */
        record Text(String certificate, String key) implements Credentials {

            @Override
            public PemKeyCertOptions pem() {
                return new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(certificate))
                        .addKeyValue(Buffer.buffer(key));
            }

            /** Without the key. */
            @Override
            public String toString() {
                return "its own certificate";
            }
        }

        /** As Vert.x wants them. */
        PemKeyCertOptions pem();
    }

    private Webhook(Vertx vertx, HttpServer server, Options options) {
        this.vertx = vertx;
        this.server = server;
        if (options.credentials() instanceof Credentials.Files files) {
            vertx.setPeriodic(0, RENEW_MS, id -> renew(files));
        }
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
                .setKeyCertOptions(options.credentials().pem()));
        server.requestHandler(routes(vertx, new Review(new Injector(options.settings()))))
                .listen()
                .onSuccess(listening -> started.complete(new Webhook(vertx, listening, options)))
                .onFailure(e -> vertx.close().onComplete(closed -> started.fail(told(options, e))));
        return started.future();
    }

    private static ServerSSLOptions tls(Credentials credentials) {
        return new ServerSSLOptions()
                .setKeyCertOptions(credentials.pem())
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setUseAlpn(true)
                .setApplicationLayerProtocols(List.of("h2", "http/1.1"));
    }

    /** Serves with these from the next handshake on; what cannot be used is not taken, and the future fails. */
    public Future<Void> serve(Credentials.Text credentials) {
        return server.updateSSLOptions(tls(credentials), true).mapEmpty();
    }

    private static Throwable told(Options options, Throwable cause) {
        String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        String what = cause instanceof BindException || cause.getCause() instanceof BindException
                ? "cannot listen on " + options.host() + ":" + options.port()
                : "cannot serve with " + options.credentials();
        return new IllegalArgumentException(what + ": " + why);
    }

    /** A certificate that was renewed is served from the next handshake on; one that cannot be used is told and not taken. */
    private void renew(Credentials.Files files) {
        FileSystem disk = vertx.fileSystem();
        String certificate = files.certificate().toString();
        disk.props(certificate)
                .compose(props -> {
                    if (props.lastModifiedTime() == certifiedAt) {
                        return Future.succeededFuture();
                    }
                    boolean first = certifiedAt == 0;
                    certifiedAt = props.lastModifiedTime();
                    return first ? Future.succeededFuture() : server.updateSSLOptions(tls(files), true);
                })
                .onFailure(e -> LOG.log(Level.WARNING, "not renewed: " + certificate + ": " + e.getMessage()));
    }

    private static Router routes(Vertx vertx, Review review) {
        Router router = Router.router(vertx);
        router.get("/ready").handler(Webhook::well);
        router.get("/live").handler(Webhook::well);
        PATHS.forEach((path, says) -> router.post(path)
                .handler(BodyHandler.create(false).setBodyLimit(MOST_BYTES))
                .handler(context -> answer(context, review, says)));
        router.errorHandler(413, context -> say(context, 413, "the body is longer than " + MOST_BYTES + " bytes"));
        router.errorHandler(404, context -> say(context, 404, NOT_HERE));
        router.errorHandler(405, context -> say(context, 405, NOT_HERE));
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

    private static void answer(RoutingContext context, Review review, Injector.NamespaceSays says) {
        Buffer body = context.body().buffer();
        try {
            byte[] answer = review.answer(body == null ? new byte[0] : body.getBytes(), says);
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
