package dev.torii.control;

import dev.torii.config.source.Catalog;
import dev.torii.config.source.Source;
import dev.torii.control.identity.Identities;
import dev.torii.control.stream.Acks;
import dev.torii.control.stream.StreamServer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A running control: follows catalogs, serves proxies what they use of them, and, where it leads, has the leader's work done.
 * All methods may be called from any thread and none blocks.
 *
 * <p>Threads: its own one, {@code torii-control}, has all that is known of proxies and chooses what they are told; event loops
 * only read and write; {@code torii-review} compiles for statuses.
 */
public final class Control {

    private static final Logger LOG = System.getLogger("dev.torii.control");
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");
    private static final int LAST_WORDS_SECONDS = 2;

    /**
     * @param port 0 for any free one
     * @param adminPort 0 for any free one
     * @param limits of streams
     * @param drainDelay how long a draining control still serves, while it says that it is not ready
     */
    public record Options(
            String host, int port, String adminHost, int adminPort, StreamServer.Limits limits, Duration drainDelay) {}

    /**
     * What it is made of.
     *
     * @param keys to serve with; null for clear text
     * @param leadership among replicas; null where there is but one, which has nobody to write for
     * @param token by which this replica shows others who it is, read anew each time; may block
     * @param makers of the leader's work
     * @param last what is to be closed when all else is
     */
    public record Parts(
            Feed feed,
            Identities identities,
            @Nullable Keys keys,
            @Nullable Leadership leadership,
            Callable<String> token,
            List<LeaderWork.Maker> makers,
            AutoCloseable last) {

        public Parts {
            makers = List.copyOf(makers);
        }

        /** Of a control that is alone, and believes what proxies say. */
        public static Parts alone(Feed feed, Identities identities, @Nullable Keys keys) {
            return new Parts(feed, identities, keys, null, () -> "", List.of(), () -> {});
        }
    }

    private final Options options;
    private final Parts parts;
    private final Vertx vertx;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "torii-control");
        made.setDaemon(true);
        return made;
    });
    private final Acks acks = new Acks(System::nanoTime);
    private final Reviews reviews;
    private final ControlMetrics metrics;
    private final StreamServer streams;
    private final AdminPages admin;
    private final @Nullable Relay relay;
    // Not futures of this Vert.x: its event loops, which would have to deliver them, are the last thing to go.
    private final Promise<Control> started = Promise.promise();
    private final Promise<Void> stopped = Promise.promise();
    private final AtomicBoolean ending = new AtomicBoolean();
    private volatile @Nullable HttpServer server;
    private volatile Source.@Nullable Following source;
    private volatile boolean begun;
    private volatile boolean draining;
    private volatile int adminPort;

    private Control(Options options, Parts parts) {
        this.options = options;
        this.parts = parts;
        this.vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        this.reviews = new Reviews(acks, this::leads, parts.makers(), parts.leadership() == null);
        this.metrics = new ControlMetrics(reviews, () -> notReady().isEmpty(), this::leads);
        this.streams =
                new StreamServer(vertx, options.limits(), parts.identities(), this::later, acks, metrics.registry());
        this.admin = new AdminPages(vertx, this::notReady, metrics::page);
        this.relay = parts.leadership() == null
                ? null
                : new Relay(vertx, acks, parts.identities(), parts.leadership(), parts.token());
    }

    /**
     * Starts; streams are taken at once, and served as soon as there is a first catalog.
     *
     * @return fails with one line for people when a port cannot be opened or the certificate cannot be used
     */
    public static Future<Control> start(Options options, Parts parts) {
        Control control = new Control(options, parts);
        control.start();
        return control.started.future();
    }

    private void start() {
        admin.listen(options.adminHost(), options.adminPort())
                .recover(e -> Future.failedFuture(told("the admin port", options.adminHost(), options.adminPort(), e)))
                .compose(port -> {
                    adminPort = port;
                    return certified();
                })
                .recover(Future::failedFuture)
                .onSuccess(this::run)
                .onFailure(e -> end().onComplete(ended -> started.tryFail(e)));
    }

    /** Listens as soon as there is something to prove with who it is. */
    private Future<HttpServer> certified() {
        if (parts.keys() == null) {
            return listen(null);
        }
        Promise<HttpServer> listening = Promise.promise();
        parts.keys().follow(pair -> {
            if (relay != null && !pair.authorities().isEmpty()) {
                relay.trust(pair.authorities());
            }
            vertx.runOnContext(now -> prove(pair, listening));
        });
        return listening.future();
    }

    private void prove(Keys.Pair pair, Promise<HttpServer> listening) {
        HttpServer current = server;
        if (current == null) {
            listen(pair).onSuccess(listening::tryComplete).onFailure(listening::tryFail);
        } else {
            current.updateSSLOptions(tls(pair), true)
                    .onFailure(e -> LOG.log(Level.WARNING, "certificate not renewed: " + e.getMessage()));
        }
    }

    private Future<HttpServer> listen(Keys.@Nullable Pair keys) {
        HttpServerOptions http = StreamServer.options(options.limits());
        if (keys != null) {
            http.setSsl(true).setKeyCertOptions(identity(keys)).setEnabledSecureTransportProtocols(PROTOCOLS);
        }
        HttpServer made = vertx.createHttpServer(http)
                .webSocketHandshakeHandler(streams::shake)
                .webSocketHandler(streams::take)
                .requestHandler(this::request);
        server = made;
        return made.listen(options.port(), options.host())
                .recover(e -> Future.failedFuture(told("port", options.host(), options.port(), e)));
    }

    private void request(HttpServerRequest request) {
        if (relay != null && request.path().equals(Relay.PATH)) {
            relay.take(request);
        } else {
            request.response().setStatusCode(404).end();
        }
    }

    private static PemKeyCertOptions identity(Keys.Pair keys) {
        return new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(keys.certificate()))
                .addKeyValue(Buffer.buffer(keys.key()));
    }

    private static ServerSSLOptions tls(Keys.Pair keys) {
        return new ServerSSLOptions().setKeyCertOptions(identity(keys)).setEnabledSecureTransportProtocols(PROTOCOLS);
    }

    private static Throwable told(String what, String host, int port, Throwable cause) {
        String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        // the native transport's is no BindException
        return cause instanceof IOException || cause.getCause() instanceof IOException
                ? new BindException("cannot open " + what + " " + host + ":" + port + ": "
                        + why.substring(why.lastIndexOf(": ") + 1).strip())
                : new IllegalArgumentException("cannot serve: " + why);
    }

    private void run(HttpServer listening) {
        thread.scheduleWithFixedDelay(guarded(streams::count), 1, 1, TimeUnit.SECONDS);
        thread.scheduleWithFixedDelay(guarded(acks::sweep), 1, 1, TimeUnit.SECONDS);
        // a first read takes as long as there are files, or as a cluster is large
        vertx.executeBlocking(() -> {
                    source = parts.feed().follow(catalog -> later(() -> catalog(catalog)));
                    if (parts.leadership() != null) {
                        parts.leadership().run(this::won, reviews::follow);
                    }
                    return null;
                })
                .onSuccess(done -> started.tryComplete(this))
                .onFailure(e -> end().onComplete(ended -> started.tryFail(e)));
    }

    private void catalog(Catalog next) {
        metrics.catalog(next);
        streams.catalog(next);
        reviews.catalog(next);
        begun = true;
    }

    private void won() {
        acks.settle();
        reviews.lead();
    }

    private boolean leads() {
        return parts.leadership() != null && parts.leadership().leads();
    }

    /** On control's thread, unless control has ended. */
    private void later(Runnable work) {
        try {
            thread.execute(guarded(work));
        } catch (RejectedExecutionException ended) {
            LOG.log(Level.DEBUG, "after the end");
        }
    }

    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a bug in Torii's control", e);
            }
        };
    }

    private String notReady() {
        return draining ? "draining" : !begun ? "nothing has been read yet" : "";
    }

    /** Where streams are taken. */
    public int port() {
        HttpServer listening = server;
        return listening == null ? 0 : listening.actualPort();
    }

    /** Where the admin pages are. */
    public int adminPort() {
        return adminPort;
    }

    /** Is not ready any more; after the delay lets another replica lead, sends the proxies to others, and ends. */
    public Future<Void> drain() {
        draining = true;
        if (!ending.get()) {
            vertx.setTimer(Math.max(1, options.drainDelay().toMillis()), now -> end());
        }
        return stopped();
    }

    private Future<Void> end() {
        if (ending.compareAndSet(false, true)) {
            vertx.executeBlocking(() -> {
                        close(source);
                        close(parts.leadership());
                        reviews.close();
                        return null;
                    })
                    .eventually(() -> goodbye())
                    .onComplete(gone -> {
                        thread.shutdown();
                        close(parts.keys());
                        close(parts.last());
                        vertx.close().onComplete(ended -> stopped.tryComplete());
                    });
        }
        return stopped();
    }

    /** Proxies are told why before their connections are closed. */
    private Future<Void> goodbye() {
        Promise<Void> told = Promise.promise();
        later(() -> streams.close().onComplete(told));
        HttpServer listening = server;
        return listening == null
                ? Future.succeededFuture()
                : told.future()
                        .timeout(LAST_WORDS_SECONDS, TimeUnit.SECONDS)
                        .eventually(() -> listening.shutdown(LAST_WORDS_SECONDS, TimeUnit.SECONDS));
    }

    private static void close(@Nullable AutoCloseable part) {
        try {
            if (part != null) {
                part.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.log(Level.WARNING, "at the end: " + e.getMessage());
        }
    }

    /** Ends when it has been drained. */
    public Future<Void> stopped() {
        return stopped.future();
    }
}
