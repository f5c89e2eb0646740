package dev.torii.proxy.stream;

import dev.torii.proxy.Channels;
import dev.torii.proxy.Entrance;
import dev.torii.proxy.http.Door;
import dev.torii.proxy.http.HttpConnections;
import dev.torii.proxy.http.Plan;
import dev.torii.proxy.tls.ListenerIdentity;
import dev.torii.routing.Port;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A port that speaks TCP or TLS, on one event loop. All workers listen on the same port. Connections that turn out to be
 * for an HTTPS listener go on to an {@link HttpConnections}, so that listeners of all kinds come and go behind an open port.
 */
public final class StreamEntrance implements Entrance {

    /** Connections of one event loop; what comes beyond is closed at once. */
    private static final int MAX_SESSIONS = 32 * 1024;

    private final StreamConnections connections;
    private final int port;
    private final @Nullable ListenerIdentity identity;
    private final @Nullable HttpConnections http;
    private final Vertx vertx;
    private final NetServer server;

    /**
     * @param port as configured, which may differ from the one bound
     * @param identity what to present where TLS ends here; null when the port's wire is TCP
     * @param http takes the connections of HTTPS listeners, their TLS ended; null when the port's wire is TCP
     */
    public StreamEntrance(
            Vertx vertx,
            StreamContext context,
            int port,
            @Nullable ListenerIdentity identity,
            @Nullable HttpConnections http) {
        this(vertx, context, port, identity, http, MAX_SESSIONS);
    }

    StreamEntrance(
            Vertx vertx,
            StreamContext context,
            int port,
            @Nullable ListenerIdentity identity,
            @Nullable HttpConnections http,
            int maxSessions) {
        this.connections = new StreamConnections(context, maxSessions);
        this.port = port;
        this.identity = identity;
        this.http = http;
        this.vertx = vertx;
        this.server = vertx.createNetServer(new NetServerOptions()
                        .setReusePort(true)
                        .setTcpNoDelay(true)
                        .setTcpKeepAlive(true)
                        .setAcceptBacklog(4096))
                .connectHandler(this::accept)
                // Broken connections are the clients' business; what matters of them is in the access log.
                .exceptionHandler(e -> {});
    }

    @Override
    public Future<Integer> listen(String host, int bindPort) {
        return Channels.open(vertx, () -> server.listen(bindPort, host)).map(NetServer::actualPort);
    }

    @Override
    public Future<Void> shutdown(Duration timeout) {
        return server.shutdown(timeout);
    }

    /** Sessions that are open now. */
    int sessions() {
        return connections.open();
    }

    private void accept(NetSocket socket) {
        Plan plan = connections.plan();
        Port current = plan.port(port);
        if (current == null) {
            socket.close(); // the port is being closed
            return;
        }
        HttpConnections toHttp = http;
        connections.accept(
                socket,
                plan,
                Gate.of(current),
                identity,
                toHttp == null ? null : () -> toHttp.accept(socket, Door.ofGateway(port)));
    }
}
