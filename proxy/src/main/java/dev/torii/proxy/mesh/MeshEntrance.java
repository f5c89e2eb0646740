package dev.torii.proxy.mesh;

import dev.torii.proxy.Channels;
import dev.torii.proxy.Discovery;
import dev.torii.proxy.Entrance;
import dev.torii.proxy.http.Door;
import dev.torii.proxy.http.HttpConnections;
import dev.torii.proxy.http.Plan;
import dev.torii.proxy.stream.Gate;
import dev.torii.proxy.stream.StreamConnections;
import dev.torii.proxy.upstream.Places;
import dev.torii.routing.Cluster;
import dev.torii.routing.Destination;
import dev.torii.routing.Endpoint;
import dev.torii.routing.InboundPort;
import dev.torii.routing.IpText;
import dev.torii.routing.Listener;
import dev.torii.routing.Mesh;
import dev.torii.routing.Speaks;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One of a sidecar's two ports, on one event loop: every connection is given to HTTP or passed on as bytes, by where it
 * was going and what is known of that place. Connections that come before the first configuration wait for it, as
 * {@link Waiting} says.
 */
public final class MeshEntrance implements Entrance {

    private static final String LOOPBACK = "127.0.0.1";
    private static final String LOOPBACK6 = "::1";
    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final int BACKLOG = 4096;

    /**
     * What is different between sidecars.
     *
     * @param outbound whether it carries what the app opens; else what is opened to the app
     * @param captured whether connections come redirected by netfilter; those that do not are for this proxy itself.
     *     Netfilter redirects IPv6 to IPv6: where the system has that, {@code 127.0.0.1} means {@code ::1} as well, and
     *     {@code 0.0.0.0} also {@code ::}
     * @param strict whether the app may call nothing but Services
     * @param appPort where an inbound connection goes that was not redirected; 0 for nowhere
     * @param discovery is asked for places that the app calls and the mesh does not know
     */
    public record Settings(boolean outbound, boolean captured, boolean strict, int appPort, Discovery discovery) {

        /** Where nobody knows more than the snapshot. */
        public Settings(boolean outbound, boolean captured, boolean strict, int appPort) {
            this(outbound, captured, strict, appPort, Discovery.NONE);
        }
    }

    private final Settings settings;
    private final HttpConnections http;
    private final StreamConnections streams;
    private final Vertx vertx;
    private final List<NetServer> servers = new ArrayList<>(2);
    private final Door proxy = Door.ofNames(new Outside());
    private final Waiting waiting;
    private int boundPort;
    private int asking;

    /** To be made on its worker's event loop. */
    public MeshEntrance(Vertx vertx, HttpConnections http, StreamConnections streams, Settings settings) {
        this.settings = settings;
        this.http = http;
        this.streams = streams;
        this.waiting = new Waiting(() -> streams.plan().generation() > 0);
        this.vertx = vertx;
    }

    @Override
    public Future<Integer> listen(String host, int bindPort) {
        String other = settings.captured() && hasIpv6() ? inIpv6(host) : "";
        return open(host, bindPort)
                .compose(port -> other.isEmpty() ? Future.succeededFuture(port) : open(other, port))
                .onSuccess(port -> boundPort = port);
    }

    private Future<Integer> open(String host, int port) {
        NetServer server = vertx.createNetServer(new NetServerOptions()
                        .setReusePort(true)
                        .setTcpNoDelay(true)
                        .setTcpKeepAlive(true)
                        .setAcceptBacklog(BACKLOG))
                .connectHandler(this::accept)
                // Broken connections are the clients' business; what matters of them is in the access log.
                .exceptionHandler(e -> {});
        servers.add(server);
        return Channels.open(vertx, () -> server.listen(port, host)).map(NetServer::actualPort);
    }

    private static String inIpv6(String host) {
        return switch (host) {
            case LOOPBACK -> LOOPBACK6;
            case "0.0.0.0" -> "::";
            default -> "";
        };
    }

    private static boolean hasIpv6() {
        try {
            return NetworkInterface.getByInetAddress(InetAddress.getByAddress(IPV6_LOOPBACK)) != null;
        } catch (SocketException | UnknownHostException none) {
            return false;
        }
    }

    @Override
    public Future<Void> shutdown(Duration timeout) {
        return Future.join(servers.stream().map(each -> each.shutdown(timeout)).toList())
                .mapEmpty();
    }

    private static Channel channel(NetSocket socket) {
        return ((NetSocketInternal) socket).channelHandlerContext().channel();
    }

    private void accept(NetSocket socket) {
        Endpoint original = settings.captured() ? OriginalDestination.of(channel(socket)) : null;
        waiting.enter(channel(socket), () -> enter(socket, original));
    }

    private void enter(NetSocket socket, @Nullable Endpoint original) {
        if (!settings.outbound()) {
            toApp(socket, original == null ? new Endpoint(LOOPBACK, settings.appPort()) : original);
        } else if (original == null) {
            http.accept(socket, proxy);
        } else {
            toPlace(socket, original);
        }
    }

    /** Of a place that is not known somebody else may know more: until then the connection waits with nothing read. */
    private void toPlace(NetSocket socket, Endpoint place) {
        Plan plan = streams.plan();
        Mesh mesh = plan.snapshot().mesh();
        Destination known = mesh.destination(place.host(), place.port());
        CompletionStage<Void> answer = known == null && asking < Waiting.MAX ? ask(mesh, place.host()) : null;
        if (answer == null) {
            toPlace(socket, plan, known, place.host(), place.port());
            return;
        }
        Channel channel = channel(socket);
        channel.config().setAutoRead(false);
        asking++;
        Discovery.await(answer, channel.eventLoop(), () -> {
            asking--;
            if (channel.isActive()) {
                channel.config().setAutoRead(true);
                toPlace(socket, place.host(), place.port());
            }
        });
    }

    private @Nullable CompletionStage<Void> ask(Mesh mesh, String host) {
        if (settings.discovery() == Discovery.NONE) {
            return null;
        }
        String unknown = mesh.unknown(host);
        return unknown == null ? null : settings.discovery().ask(unknown);
    }

    private void toPlace(NetSocket socket, String host, int port) {
        Plan plan = streams.plan();
        toPlace(socket, plan, plan.snapshot().mesh().destination(host, port), host, port);
    }

    /** The app called a place: a Service by its address or name, or, without a destination, something else. */
    private void toPlace(NetSocket socket, Plan plan, @Nullable Destination destination, String host, int port) {
        if (destination != null) {
            give(socket, plan, destination.listener(), destination.speaks(), Door.ofService(host, port));
        } else if (settings.strict()) {
            streams.accept(socket, plan, Gate.closed(), null, () -> http.accept(socket, Door.ofService(host, port)));
        } else {
            streams.accept(socket, plan, Gate.of(Places.of(host, port), Speaks.TCP), null, null);
        }
    }

    private void toApp(NetSocket socket, Endpoint original) {
        int port = original.port();
        Plan plan = streams.plan();
        InboundPort inbound = plan.snapshot().mesh().inbound(port);
        if (inbound != null) {
            give(socket, plan, inbound.listener(), inbound.speaks(), Door.ofApp(port));
        } else if (port == 0 || port == boundPort) {
            channel(socket).close();
        } else {
            Cluster place = Places.inPod(original);
            Gate gate = Gate.of(place, Speaks.ofPort(port));
            streams.accept(socket, plan, gate, null, () -> http.accept(socket, Door.ofPod(port, place)));
        }
    }

    private void give(NetSocket socket, Plan plan, Listener listener, Speaks speaks, Door door) {
        if (speaks == Speaks.HTTP) {
            http.accept(socket, door);
        } else {
            streams.accept(socket, plan, Gate.of(listener, speaks), null, () -> http.accept(socket, door));
        }
    }

    /** Places that are no Service, when the app asks this sidecar as its proxy. */
    private final class Outside implements Door.Strangers {

        @Override
        public @Nullable Cluster cluster(String host, int port) {
            return settings.strict() || isSelf(port) ? null : Places.of(IpText.canonical(host), port);
        }

        @Override
        public @Nullable CompletionStage<Void> ask(Mesh mesh, String host) {
            return MeshEntrance.this.ask(mesh, host);
        }

        @Override
        public void connected(NetSocket socket, String host, int port) {
            if (isSelf(port)) {
                channel(socket).close();
            } else {
                toPlace(socket, IpText.canonical(host), port);
            }
        }

        /**
         * A request for this very port would come back for ever. Its host does not matter: any name may stand for an
         * address of ours, and an address for us by many spellings.
         */
        private boolean isSelf(int port) {
            return port == boundPort;
        }
    }
}
