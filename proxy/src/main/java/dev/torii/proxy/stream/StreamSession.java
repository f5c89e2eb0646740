package dev.torii.proxy.stream;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.http.Plan;
import dev.torii.proxy.tls.ListenerIdentity;
import dev.torii.proxy.upstream.ClusterState;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.Hashing;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Port;
import dev.torii.routing.StreamRoute;
import dev.torii.routing.Target;
import dev.torii.routing.WeightedPick;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection from its accept to its end: which listener (by server name), which route, which endpoint, bytes, record.
 * Pins the plan it began with, so no configuration change touches it.
 */
final class StreamSession {

    private static final long LONG_IDLE_MS = 3_600_000;

    private final StreamContext context;
    private final Plan plan;
    private final Channel client;
    private final String address;
    private final int portNumber;
    private final @Nullable ListenerIdentity identity;
    private final long startNanos = System.nanoTime();
    private final long startEpochMs = System.currentTimeMillis();
    private String serverName = "";
    private @Nullable StreamRoute route;
    private @Nullable Cluster cluster;
    private @Nullable EndpointState endpoint;
    private ListenerSettings settings = ListenerSettings.DEFAULT;
    private int attempts;
    private @Nullable Fault fault;
    private String detail = "";
    private long in;
    private long out;
    private boolean ended;

    StreamSession(
            StreamContext context,
            Channel client,
            String address,
            int portNumber,
            @Nullable ListenerIdentity identity) {
        this.context = context;
        this.plan = context.plan().get();
        this.client = client;
        this.address = address;
        this.portNumber = portNumber;
        this.identity = identity;
    }

    void start() {
        context.listener().started();
        client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        client.config().setAutoRead(false);
        client.closeFuture().addListener(closed -> end());
        Port port = plan.port(portNumber);
        if (port == null) {
            refuse(Fault.NR, "port_closed");
        } else if (port.wire() == Port.Wire.TLS) {
            client.pipeline().addLast("sni", new SniPeek(this, ListenerIdentity.handshakeTimeoutMs(port)));
            client.config().setAutoRead(true);
        } else {
            route(port.listeners().get(0), "", this::join);
        }
    }

    /**
     * The client said which server it wants.
     *
     * @param name lower case; {@code ""} when it did not say
     * @param connected told when a backend is connected, with its channel; not called when the session is refused
     */
    void route(String name, Consumer<Channel> connected) {
        Port port = plan.port(portNumber);
        Listener listener = port == null ? null : port.listenerFor(name);
        if (listener == null) {
            serverName = name;
            refuse(Fault.NR, "no_listener_for_server_name");
        } else {
            route(listener, name, connected);
        }
    }

    private void route(Listener listener, String name, Consumer<Channel> connected) {
        serverName = name;
        settings = listener.settings();
        StreamRoute found = listener.streams().find(name);
        route = found;
        if (found == null) {
            refuse(Fault.NR, "route_not_found");
            return;
        }
        int at = WeightedPick.of(found.backends())
                .pick(ThreadLocalRandom.current().nextInt());
        Backend backend = at < 0 ? null : found.backends().get(at);
        if (backend == null || !(backend.target() instanceof Target.ToCluster to)) {
            refuse(Fault.NC, backend == null ? "no_backend" : ((Target.Invalid) backend.target()).detail());
            return;
        }
        Cluster target = plan.snapshot().clusters().get(to.key());
        cluster = target;
        if (target == null || target.invalid() != null) {
            refuse(Fault.UH, target == null ? "backend_not_found" : String.valueOf(target.invalid()));
        } else {
            dial(target, null, connected);
        }
    }

    private void dial(Cluster target, @Nullable EndpointState avoid, Consumer<Channel> connected) {
        ClusterState state = context.upstreams().of(target, plan.generation());
        EndpointState chosen = state.pick(Hashing.hash(address), avoid);
        if (chosen == null) {
            refuse(Fault.UH, "no_endpoint");
            return;
        }
        endpoint = chosen;
        attempts++;
        chosen.enter();
        context.upstreams()
                .dial(
                        target,
                        chosen.endpoint(),
                        channel -> {
                            if (ended) {
                                channel.close();
                                return;
                            }
                            channel.config().setAutoRead(false);
                            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
                            connected.accept(channel);
                        },
                        word -> {
                            chosen.leave();
                            endpoint = null;
                            if (attempts < 2 && !ended) {
                                dial(target, chosen, connected);
                            } else {
                                refuse(Fault.UF, word);
                            }
                        });
    }

    /** Lets the bytes flow. */
    void join(Channel backend) {
        Relay.join(client, backend, idleMs(), new Relay.Counter() {
            @Override
            public void toBackend(int bytes) {
                in += bytes;
            }

            @Override
            public void toClient(int bytes) {
                out += bytes;
            }
        });
    }

    /** Databases and queues keep connections for long: only a limit that somebody set is short. */
    private long idleMs() {
        long configured = settings.idleTimeoutMs();
        return configured == ListenerSettings.DEFAULT.idleTimeoutMs() ? LONG_IDLE_MS : configured;
    }

    /** What ends TLS here, or null when the listener for the name passes it on. */
    @Nullable
    ListenerIdentity terminates(String name) {
        Port port = plan.port(portNumber);
        Listener listener = port == null ? null : port.listenerFor(name);
        return listener != null && listener.protocol() == Listener.Protocol.TLS_TERMINATE ? identity : null;
    }

    /** Ends the connection as a client of a raw protocol understands it: by closing. */
    void refuse(Fault why, String word) {
        if (fault == null) {
            fault = why;
            detail = word;
        }
        client.close();
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (endpoint != null) {
            endpoint.leave();
        }
        context.listener().ended(record());
    }

    private ExchangeRecord record() {
        return new ExchangeRecord(
                context.role(),
                startEpochMs,
                System.nanoTime() - startNanos,
                -1,
                "",
                "",
                "",
                serverName,
                "",
                identity == null ? "TCP" : "TLS",
                0,
                -1,
                fault,
                detail,
                in,
                out,
                route == null ? "" : route.name(),
                cluster == null ? "" : cluster.service(),
                endpoint == null ? "" : endpoint.name(),
                attempts,
                address,
                "",
                plan.snapshot().version(),
                List.of(),
                List.of());
    }
}
