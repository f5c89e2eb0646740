package dev.torii.proxy.stream;

import dev.torii.proxy.Fault;
import dev.torii.proxy.http.HttpConnections;
import dev.torii.proxy.http.Plan;
import dev.torii.proxy.tls.ListenerIdentity;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.Hashing;
import dev.torii.proxy.upstream.Turn;
import dev.torii.routing.Cluster;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection from its accept to its end. Pins the plan it began with, so no configuration change touches it. Its stages:
 * the ClientHello is awaited, TLS is ended where the listener says so (and the connection given away if that is an HTTPS
 * listener), a backend is dialled, bytes flow. Reading is off while nobody could take what comes.
 */
final class StreamSession implements Turn.Holder {

    private static final long LONG_IDLE_MS = 3_600_000;
    private static final int MAX_ATTEMPTS = 2;

    /** A fatal TLS alert (RFC 8446, 6; RFC 6066, 3). */
    private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

    private enum Stage {
        HELLO,
        HANDSHAKE,
        DIAL,
        FLOW,
        OVER
    }

    private final StreamContext context;
    private final Plan plan;
    private final Gate gate;
    private final @Nullable ListenerIdentity identity;
    private final @Nullable Runnable toHttp;
    private final String address;
    private final SessionLog log;
    private final Side client;

    private Stage stage = Stage.HELLO;
    private String serverName = "";
    private @Nullable Listener listener;
    private @Nullable Cluster cluster;
    private @Nullable EndpointState endpoint;
    private @Nullable Turn turn;
    private List<EndpointState> tried = List.of();
    private @Nullable Side backend;
    private @Nullable ScheduledFuture<?> timer;
    private long lastActive;
    private long lastProgress;
    private boolean heard;
    private boolean draining;

    /**
     * Takes the connection over.
     *
     * @param gate how it begins
     * @param identity what to present where TLS ends here; null where it never does
     * @param toHttp hands the connection, its TLS ended, over to HTTP; null where that never happens
     */
    StreamSession(
            StreamContext context,
            Channel channel,
            String address,
            Plan plan,
            Gate gate,
            @Nullable ListenerIdentity identity,
            @Nullable Runnable toHttp) {
        this.context = context;
        this.plan = plan;
        this.gate = gate;
        this.identity = identity;
        this.toHttp = toHttp;
        this.address = address;
        this.log = new SessionLog(
                context.listener(),
                context.role(),
                gate.look() == Gate.Look.HELLO ? "TLS" : "TCP",
                address,
                plan.snapshot());
        this.client = Side.of(this, channel);
        channel.pipeline().addFirst("side", client);
    }

    void start() {
        switch (gate.look()) {
            case HELLO -> {
                client.channel().pipeline().addFirst("hello", new HelloPeek(this));
                arm(gate.limitMs(), () -> end(Fault.SI, "handshake_timeout"));
                client.open();
            }
            case ANYTHING -> sniff();
            case NOTHING -> go();
        }
    }

    private void sniff() {
        Sniffer sniffer = new Sniffer(this);
        client.channel().pipeline().addFirst("sniffer", sniffer);
        arm(gate.limitMs(), () -> {
            ChannelHandlerContext at = client.channel().pipeline().context(sniffer);
            if (at != null) {
                sniffer.giveUp(at);
            }
        });
        client.open();
    }

    /** It speaks TLS, and its hello is still coming. */
    void sniffedTls() {
        disarm();
        arm(ListenerSettings.DEFAULT.handshakeTimeoutMs(), () -> end(Fault.SI, "handshake_timeout"));
    }

    /** Whether a client that says nothing may be one that waits for the server. */
    boolean serverMayBegin() {
        return gate.serverMayBegin();
    }

    /** It speaks HTTP. */
    void sniffedHttp() {
        toHttp();
    }

    /** @param silent whether the client waits for the server to begin */
    void sniffedOther(boolean silent) {
        context.listener().unrecognised(silent);
        go();
    }

    /** It is known what there is to know: on to a backend. */
    private void go() {
        Cluster fixed = gate.fixed();
        Listener found = gate.listener(serverName);
        if (fixed != null) {
            cluster = fixed;
            log.chose(new StreamChoice(null, fixed, null, "", plan.snapshot().telemetry()));
            dial(List.of());
        } else if (found == null) {
            end(Fault.NR, "port_closed");
        } else if (choose(found)) {
            dial(List.of());
        }
    }

    private void toHttp() {
        Runnable handOver = toHttp;
        if (handOver == null) {
            end(Fault.IE, "no_http");
            return;
        }
        disarm();
        stage = Stage.OVER;
        client.leave();
        handOver.run();
    }

    /** Ends a connection that is one too many. */
    void refuse() {
        end(Fault.UO, "connection_limit");
    }

    /** The client has said something. */
    void heard() {
        heard = true;
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
        log.serverName(name);
        Listener found = gate.listener(name);
        if (gate.fixed() != null) {
            go();
        } else if (found == null) {
            refuseName();
        } else if (found.protocol() == Listener.Protocol.HTTPS) {
            listener = found;
            return handshake(HttpConnections.ALPN);
        } else if (choose(found)) {
            if (found.protocol() == Listener.Protocol.TLS_TERMINATE) {
                return handshake(List.of());
            }
            dial(List.of());
        }
        return null;
    }

    /** HTTPS clients are told by alert; where all is TLS (Gateway API conformance, TLSRoute) the connection just ends. */
    private void refuseName() {
        if (gate.isHttps()) {
            client.channel().writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME));
        }
        end(Fault.NR, "no_listener_for_server_name");
    }

    private @Nullable SslHandler handshake(List<String> alpn) {
        if (identity == null) {
            end(Fault.IE, "no_identity");
            return null;
        }
        stage = Stage.HANDSHAKE;
        SslHandler tls = identity.sslContext(alpn).newHandler(client.channel().alloc());
        tls.setHandshakeTimeoutMillis(0); // the timer that bounds the hello bounds this too
        return tls;
    }

    /** What came first is no ClientHello, though it may have begun like one. */
    void noHello() {
        if (gate.look() == Gate.Look.ANYTHING) {
            sniffedOther(false);
        } else {
            end(Fault.DPE, "not_tls");
        }
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
        } else if (listener != null && listener.protocol() == Listener.Protocol.HTTPS) {
            toHttp();
        } else {
            dial(List.of());
        }
    }

    /** Picks a route and a backend of the listener; false when the session is over for want of one. */
    private boolean choose(Listener found) {
        listener = found;
        StreamChoice choice = StreamChoice.of(
                plan.snapshot(), found, serverName, ThreadLocalRandom.current().nextInt());
        log.chose(choice);
        cluster = choice.cluster();
        Fault why = choice.fault();
        if (why != null) {
            end(why, choice.detail());
        }
        return why == null;
    }

    private void dial(List<EndpointState> before) {
        stage = Stage.DIAL;
        disarm();
        log.begin();
        client.shut();
        client.comeLast();
        Cluster to = cluster;
        tried = before;
        turn = to == null ? null : context.upstreams().of(to, plan.generation()).turn(this);
        if (turn == null) {
            admitted();
        } else {
            turn.take();
        }
    }

    @Override
    public void refused(Fault why, String detail, int retryAfterSeconds) {
        end(why, detail);
    }

    @Override
    public void admitted() {
        Cluster to = cluster;
        EndpointState chosen = to == null
                ? null
                : context.upstreams().of(to, plan.generation()).pick(Hashing.hash(address), tried);
        if (to == null || chosen == null) {
            end(Fault.UH, "no_endpoint");
        } else if (turn != null && !turn.uses(chosen)) {
            end(Fault.UB, "endpoint_breakers_open");
        } else if (chosen.inFlight() >= to.connection().maxPerEndpoint()) {
            end(Fault.UO, "endpoint_connection_limit");
        } else {
            log.attempt(chosen.name());
            endpoint = chosen;
            chosen.enter();
            context.loop()
                    .emit(
                            to,
                            it -> context.upstreams()
                                    .dial(it, chosen.endpoint(), this::connected, word -> connectFailed(chosen, word)));
        }
    }

    private void connectFailed(EndpointState failed, String word) {
        if (stage == Stage.OVER) {
            return;
        }
        failed.leave();
        endpoint = null;
        if (turn != null) {
            turn.failed(Fault.UF);
            turn = null;
        }
        if (log.attempts() < MAX_ATTEMPTS) {
            dial(List.of(failed));
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
        if (turn != null) {
            turn.connected();
        }
        log.connected();
        Side other = Side.of(this, channel);
        backend = other;
        channel.pipeline().addLast("side", other);
        lastActive = System.nanoTime();
        long idleMs = idleMs();
        arm(idleMs, () -> checkIdle(idleMs));
        client.joinTo(other);
        other.joinTo(client);
    }

    /** Databases and queues keep connections for long: only a limit that somebody set is short. */
    private long idleMs() {
        long standard = ListenerSettings.DEFAULT.idleTimeoutMs();
        long configured = listener == null ? standard : listener.settings().idleTimeoutMs();
        return configured == standard ? LONG_IDLE_MS : configured;
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
        if (from == backend) {
            log.heard();
        }
    }

    /** One direction of a side is over. */
    void ended() {
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
        if (cause instanceof ClosedChannelException) {
            closed(side);
        } else if (stage != Stage.OVER) {
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
        boolean wasHello = stage == Stage.HELLO && gate.look() != Gate.Look.NOTHING;
        stage = Stage.OVER;
        disarm();
        if (endpoint != null) {
            endpoint.leave();
        }
        if (turn != null) {
            turn.cancelled(why == null ? Fault.DC : why);
        }
        if (wasHello && !heard && why == Fault.DC) {
            return; // A load balancer looked whether the port is open: nothing to tell.
        }
        log.end(why, word, client.bytesRead(), backend == null ? 0 : backend.bytesRead());
    }
}
