package dev.torii.control.stream;

import dev.torii.config.Wording;
import dev.torii.config.source.Catalog;
import dev.torii.config.stream.Message;
import dev.torii.config.stream.Message.FromProxy;
import dev.torii.config.stream.Message.Hello;
import dev.torii.control.identity.Caller;
import dev.torii.control.identity.Identities;
import dev.torii.control.identity.Identities.Refused;
import dev.torii.control.stream.Connection.Code;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes proxies' streams, see {@link Message}: who is there, what was heard of them, and when it was enough. What they are
 * told is the business of {@link Streams}. Safe on any thread.
 */
public final class StreamServer {

    private static final Logger LOG = System.getLogger("dev.torii.control");

    private final Vertx vertx;
    private final Limits limits;
    private final Identities identities;
    private final Executor control;
    private final Streams streams;
    private final StreamMetrics metrics;
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean closing;

    /**
     * @param streams how many at a time
     * @param hello how long a proxy may take to say who it is, and before that to agree on TLS
     * @param silence after how long a proxy that says nothing, and does not even ping, is taken for dead
     */
    public record Limits(int streams, Duration hello, Duration silence) {

        public static final Limits USUAL = new Limits(10_000, Duration.ofSeconds(5), Duration.ofSeconds(40));
    }

    /** @param control one thread, the same as that which calls {@link #catalog} */
    public StreamServer(
            Vertx vertx,
            Limits limits,
            Identities identities,
            Executor control,
            Acks acks,
            PrometheusRegistry registry) {
        this.vertx = vertx;
        this.limits = limits;
        this.identities = identities;
        this.control = control;
        this.metrics = new StreamMetrics(registry);
        this.streams = new Streams(new World(), acks, metrics);
    }

    /** What the HTTP server must have so that limits hold. */
    public static HttpServerOptions options(Limits limits) {
        return new HttpServerOptions()
                .setWebSocketSubProtocols(List.of(Message.SUBPROTOCOL))
                .setMaxWebSocketFrameSize(Message.MOST_FROM_PROXY)
                .setMaxWebSocketMessageSize(Message.MOST_FROM_PROXY)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setSslHandshakeTimeout(limits.hello().toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setReadIdleTimeout((int) limits.silence().toMillis());
    }

    /** Only here is a WebSocket to be had. */
    public void shake(ServerWebSocketHandshake handshake) {
        if (handshake.path().equals(Message.PATH)) {
            handshake.accept();
        } else {
            handshake.reject(404);
        }
    }

    /** Takes a stream, on its event loop. */
    public void take(ServerWebSocket socket) {
        Guest guest = new Guest(socket, vertx.getOrCreateContext());
        if (open.incrementAndGet() > limits.streams()) {
            guest.refuse(Code.LATER, "too many streams");
        } else if (closing) {
            guest.refuse(Code.RESTART, "control restarts");
        } else if (!Message.SUBPROTOCOL.equals(socket.subProtocol())) {
            guest.refuse(Code.MALFORMED, "no subprotocol " + Message.SUBPROTOCOL);
        }
    }

    /** The next catalog; on control's thread. */
    public void catalog(Catalog next) {
        streams.catalog(next);
    }

    /** Looks who is there; every second or so, on control's thread. */
    public void count() {
        streams.count();
    }

    /**
     * Sends all proxies elsewhere, and takes no more; on control's thread.
     *
     * @return ends when all have been told, which one that does not read may keep from ending
     */
    public Future<Void> close() {
        closing = true;
        return streams.close();
    }

    /** One stream from its first to its last moment. On its event loop. */
    private final class Guest {

        private final Connection connection;
        private final long patience;
        private volatile boolean greeted;
        private volatile boolean refused;

        Guest(ServerWebSocket socket, Context loop) {
            connection = new Connection(socket, loop, this::heard, this::left);
            patience = vertx.setTimer(
                    limits.hello().toMillis(), late -> refuse(Code.MALFORMED, "no hello in " + limits.hello()));
        }

        private void heard(FromProxy message) {
            if (greeted) {
                control.execute(() -> streams.said(connection, message));
            } else if (!refused && message instanceof Hello hello) {
                greeted = true;
                vertx.cancelTimer(patience);
                greet(hello);
            } else {
                refuse(Code.MALFORMED, "hello first");
            }
        }

        private void greet(Hello hello) {
            if (hello.protocol() != Message.PROTOCOL) {
                refuse(Code.MALFORMED, "protocol " + hello.protocol() + " is not known here");
            } else if (hello.wants().size() > Message.MOST_WANTS) {
                refuse(Code.MALFORMED, "more than " + Message.MOST_WANTS + " wants");
            } else {
                identities.identify(connection.token(), hello).onComplete(known -> {
                    if (known.succeeded()) {
                        admit(known.result(), hello);
                    } else {
                        turnAway(known.cause(), hello);
                    }
                });
            }
        }

        private void admit(Caller caller, Hello hello) {
            control.execute(() -> streams.admit(connection, caller, hello));
        }

        private void turnAway(@Nullable Throwable cause, Hello hello) {
            String who = (hello.pod().isEmpty() ? "a proxy" : hello.pod()) + " at " + connection.remoteAddress();
            // as parameters, so that the log holds back what comes again and again
            LOG.log(
                    Level.WARNING,
                    "refused {0}: {1}",
                    Wording.shown(who),
                    Wording.shown(cause == null ? "" : String.valueOf(cause.getMessage())));
            if (cause instanceof Refused why) {
                refuse(why.isKnown() ? Code.FORBIDDEN : Code.STRANGER, String.valueOf(why.getMessage()));
            } else {
                refuse(Code.LATER, "who you are cannot be found out now");
            }
        }

        void refuse(Code code, String reason) {
            refused = true;
            metrics.refused(code);
            connection.close(code, reason);
        }

        private void left() {
            open.decrementAndGet();
            vertx.cancelTimer(patience);
            control.execute(() -> streams.left(connection));
        }
    }
}
