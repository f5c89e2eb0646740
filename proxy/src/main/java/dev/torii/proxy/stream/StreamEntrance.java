package dev.torii.proxy.stream;

import dev.torii.proxy.Entrance;
import dev.torii.proxy.http.HttpConnections;
import dev.torii.proxy.tls.ListenerIdentity;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A port that speaks TCP or TLS, on one event loop. All workers listen on the same port. Connections that turn out to be
 * for an HTTPS listener go on to an {@link HttpConnections}, so that listeners of all kinds come and go behind an open port.
 */
public final class StreamEntrance implements Entrance {

    /** Connections of one event loop; what comes beyond is closed at once. */
    private static final int MAX_SESSIONS = 32 * 1024;

    private final StreamContext context;
    private final int port;
    private final @Nullable ListenerIdentity identity;
    private final @Nullable HttpConnections http;
    private final int maxSessions;
    private final NetServer server;
    private int sessions;

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
        this.context = context;
        this.port = port;
        this.identity = identity;
        this.http = http;
        this.maxSessions = maxSessions;
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
        return server.listen(bindPort, host).map(NetServer::actualPort);
    }

    @Override
    public Future<Void> shutdown(Duration timeout) {
        return server.shutdown(timeout);
    }

    /** Sessions that are open now. */
    int sessions() {
        return sessions;
    }

    private void accept(NetSocket socket) {
        Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
        SocketAddress remote = socket.remoteAddress();
        String address = remote == null || remote.hostAddress() == null ? "unknown" : remote.hostAddress();
        HttpConnections toHttp = http;
        StreamSession session = new StreamSession(
                context,
                ContextInternal.current(),
                channel,
                address,
                port,
                identity,
                toHttp == null ? null : () -> toHttp.accept(socket));
        if (sessions >= maxSessions) {
            session.refuse();
            return;
        }
        sessions++;
        channel.closeFuture().addListener(closed -> sessions--);
        session.start();
    }
}
