package dev.torii.proxy.stream;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.http.Plan;
import dev.torii.proxy.tls.ListenerIdentity;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.Hashing;
import dev.torii.routing.Cluster;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Port;
import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection from its accept to its end: server name, listener, route, endpoint, bytes, record. Pins the plan it began
 * with, so no configuration change touches it. Its stages: the ClientHello is awaited, TLS is ended where the listener
 * says so, a backend is dialled, bytes flow. Reading is off while nobody could take what comes.
 */
final class StreamSession {

    private static final long LONG_IDLE_MS = 3_600_000;
    private static final int MAX_ATTEMPTS = 2;

    private enum Stage {
        HELLO,
        HANDSHAKE,
        DIAL,
        FLOW,
        OVER
    }

    private final StreamContext context;
    private final ContextInternal loop;
    private final Plan plan;
    private final String address;
    private final int portNumber;
    private final @Nullable ListenerIdentity identity;
    private final Side client;
    private final long startNanos = System.nanoTime();
    private final long startEpochMs = System.currentTimeMillis();

    private Stage stage = Stage.HELLO;
    private String serverName = "";
    private ListenerSettings settings = ListenerSettings.DEFAULT;
    private @Nullable StreamChoice choice;
    private @Nullable EndpointState endpoint;
    private String endpointName = "";
    private @Nullable Side backend;
    private int attempts;
    private @Nullable ScheduledFuture<?> timer;
    private long lastActive = startNanos;
    private long lastProgress;
    private long flowNanos;
    private long upstreamNanos = -1;
    private boolean draining;

    /**
     * Takes the connection over.
     *
     * @param loop where Vert.x shall call back
     */
    StreamSession(
            StreamContext context,
            ContextInternal loop,
            Channel channel,
            String address,
            int portNumber,
            @Nullable ListenerIdentity identity) {
        this.context = context;
        this.loop = loop;
        this.plan = context.plan().get();
        this.address = address;
        this.portNumber = portNumber;
        this.identity = identity;
        this.client = Side.of(this, channel);
        channel.pipeline().addFirst("side", client);
    }

    void start() {
        context.listener().started();
        Port port = plan.port(portNumber);
        if (port == null) {
            end(Fault.NR, "port_closed");
        } else if (port.wire() == Port.Wire.TLS) {
            client.channel().pipeline().addFirst("hello", new HelloPeek(this));
            arm(ListenerIdentity.handshakeTimeoutMs(port), () -> end(Fault.SI, "handshake_timeout"));
            client.open();
        } else if (choose(port.listeners().get(0))) {
            dial(null);
        }
    }

    /** Ends a connection that is one too many. */
    void refuse() {
        context.listener().started();
        end(Fault.UO, "connection_limit");
    }

    /**
     * The client said which server it wants.
     *
     * @param name lower case; {@code ""} when it did not say
     * @return what ends TLS here; null when the bytes go on as they are, or nowhere
     */
    @Nullable
    SslHandler hello(String name) {
        serverName = name;
        Port port = plan.port(portNumber);
        Listener listener = port == null ? null : port.listenerFor(name);
        if (listener == null) {
            end(Fault.NR, "no_listener_for_server_name");
        } else if (choose(listener)) {
            if (listener.protocol() == Listener.Protocol.TLS_TERMINATE && identity != null) {
                stage = Stage.HANDSHAKE;
                SslHandler tls = identity.sslContext(List.of())
                        .newHandler(client.channel().alloc());
                tls.setHandshakeTimeoutMillis(0); // the timer that bounds the hello bounds this too
                return tls;
            }
            disarm();
            dial(null);
        }
        return null;
    }

    /** What came first is no ClientHello. */
    @Nullable
    SslHandler noHello() {
        end(Fault.DPE, "not_tls");
        return null;
    }

    void helloFailed(Throwable cause) {
        boolean tooLong = cause instanceof TooLongFrameException;
        end(tooLong ? Fault.TL : Fault.DPE, tooLong ? "client_hello_too_large" : "malformed_client_hello");
    }

    /** @param cause null when all went well */
    void handshaken(@Nullable Throwable cause) {
        if (stage != Stage.HANDSHAKE) {
            return;
        }
        if (cause != null) {
            end(Fault.DPE, "tls_handshake_failed");
        } else {
            disarm();
            dial(null);
        }
    }

    /** Picks a route and a backend of the listener; false when the session is over for want of one. */
    private boolean choose(Listener listener) {
        settings = listener.settings();
        StreamChoice chosen = StreamChoice.of(
                plan.snapshot(),
                listener,
                serverName,
                ThreadLocalRandom.current().nextInt());
        choice = chosen;
        Fault why = chosen.fault();
        if (why != null) {
            end(why, chosen.detail());
        }
        return why == null;
    }

    private void dial(@Nullable EndpointState avoid) {
        stage = Stage.DIAL;
        client.shut();
        Cluster cluster = choice == null ? null : choice.cluster();
        EndpointState chosen = cluster == null
                ? null
                : context.upstreams().of(cluster, plan.generation()).pick(Hashing.hash(address), avoid);
        if (cluster == null || chosen == null) {
            end(Fault.UH, "no_endpoint");
        } else if (chosen.inFlight() >= cluster.connection().maxPerEndpoint()) {
            end(Fault.UO, "endpoint_connection_limit");
        } else {
            attempts++;
            endpoint = chosen;
            endpointName = chosen.name();
            chosen.enter();
            loop.emit(
                    cluster,
                    to -> context.upstreams()
                            .dial(to, chosen.endpoint(), this::connected, word -> connectFailed(chosen, word)));
        }
    }

    private void connectFailed(EndpointState failed, String word) {
        if (stage == Stage.OVER) {
            return;
        }
        failed.leave();
        endpoint = null;
        if (attempts < MAX_ATTEMPTS) {
            dial(failed);
        } else {
            end(Fault.UF, word);
        }
    }

    private void connected(Channel channel) {
        if (stage == Stage.OVER || !channel.isActive()) {
            channel.close();
            end(Fault.UC, "upstream_closed");
            return;
        }
        stage = Stage.FLOW;
        Side other = Side.of(this, channel);
        backend = other;
        channel.pipeline().addLast("side", other);
        flowNanos = System.nanoTime();
        lastActive = flowNanos;
        long idleMs = idleMs();
        arm(idleMs, () -> checkIdle(idleMs));
        client.joinTo(other);
        other.joinTo(client);
    }

    /** Databases and queues keep connections for long: only a limit that somebody set is short. */
    private long idleMs() {
        long configured = settings.idleTimeoutMs();
        return configured == ListenerSettings.DEFAULT.idleTimeoutMs() ? LONG_IDLE_MS : configured;
    }

    /** A peer that takes bytes is not idle, even if none came since. */
    private void checkIdle(long idleMs) {
        long progress = client.progress() + (backend == null ? 0 : backend.progress() * 31);
        long quietMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastActive);
        if (quietMs < idleMs) {
            arm(idleMs - quietMs, () -> checkIdle(idleMs));
        } else if (progress != lastProgress) {
            arm(idleMs, () -> checkIdle(idleMs));
        } else {
            end(Fault.SI, "idle_timeout");
        }
        lastProgress = progress;
    }

    private void arm(long ms, Runnable then) {
        disarm();
        if (ms > 0 && stage != Stage.OVER) {
            timer = client.channel().eventLoop().schedule(then, ms, TimeUnit.MILLISECONDS);
        }
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    boolean isOver() {
        return stage == Stage.OVER;
    }

    /** Bytes came. */
    void read(Side from) {
        lastActive = System.nanoTime();
        if (from == backend && upstreamNanos < 0) {
            upstreamNanos = lastActive - flowNanos;
        }
    }

    /** One direction of a side is over. */
    void ended(Side side) {
        if (stage == Stage.HELLO || stage == Stage.HANDSHAKE) {
            end(Fault.DC, "client_closed");
        } else if (client.isDone() && backend != null && backend.isDone()) {
            end(null, "");
        }
    }

    /** The process leaves; the connection may finish until it is closed. */
    void drain() {
        draining = true;
    }

    /** A side is gone in both directions at once, without having said so. */
    void closed(Side side) {
        if (draining) {
            end(null, "drain_timeout");
        } else if (side == client) {
            end(Fault.DC, "client_closed");
        } else {
            end(Fault.UC, "upstream_closed");
        }
    }

    /** A side was reset, or its TLS is broken: the other side shall know that this was no orderly end. */
    void broken(Side side, Throwable cause) {
        if (stage == Stage.OVER) {
            return;
        }
        if (cause instanceof ClosedChannelException) {
            closed(side);
            return;
        }
        boolean isTls = cause instanceof SSLException || cause instanceof DecoderException;
        if (!isTls && !(cause instanceof IOException)) {
            finish(Fault.IE, "bug");
        } else if (side == client) {
            finish(isTls ? Fault.DPE : Fault.DC, isTls ? "tls_error" : "client_reset");
        } else {
            finish(isTls ? Fault.UPE : Fault.UC, isTls ? "upstream_tls_error" : "upstream_reset");
        }
        client.reset();
        if (backend != null) {
            backend.reset();
        }
    }

    private void end(@Nullable Fault why, String word) {
        if (stage == Stage.OVER) {
            return;
        }
        finish(why, word);
        client.close();
        if (backend != null) {
            backend.close();
        }
    }

    private void finish(@Nullable Fault why, String word) {
        stage = Stage.OVER;
        disarm();
        if (endpoint != null) {
            endpoint.leave();
        }
        context.listener().ended(record(why, word));
    }

    private ExchangeRecord record(@Nullable Fault why, String word) {
        StreamChoice chosen = choice;
        return new ExchangeRecord(
                context.role(),
                startEpochMs,
                System.nanoTime() - startNanos,
                upstreamNanos,
                "",
                "",
                "",
                serverName,
                "",
                identity == null ? "TCP" : "TLS",
                0,
                -1,
                why,
                word,
                client.bytesRead(),
                backend == null ? 0 : backend.bytesRead(),
                chosen == null || chosen.route() == null ? "" : chosen.route().name(),
                chosen == null || chosen.cluster() == null
                        ? ""
                        : chosen.cluster().service(),
                endpointName,
                attempts,
                address,
                "",
                plan.snapshot().version(),
                List.of(),
                List.of());
    }
}
