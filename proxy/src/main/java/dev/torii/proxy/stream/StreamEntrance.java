package dev.torii.proxy.stream;

import dev.torii.proxy.Channels;
import dev.torii.proxy.Entrance;
import dev.torii.proxy.tls.ListenerIdentity;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A port that speaks TCP, or TLS of which some is not HTTP, on one event loop. All workers listen on the same port. */
public final class StreamEntrance implements Entrance {

    /** Sessions of one event loop; what comes beyond is closed at once. */
    private static final int MAX_SESSIONS = 32 * 1024;

    private final StreamContext context;
    private final int port;
    private final @Nullable ListenerIdentity identity;
    private final int maxSessions;
    private final NetServer server;
    private int sessions;

    /**
     * @param port as configured, which may differ from the one bound
     * @param identity what to present where TLS ends here; null when the port's wire is TCP
     */
    public StreamEntrance(Vertx vertx, StreamContext context, int port, @Nullable ListenerIdentity identity) {
        this(vertx, context, port, identity, MAX_SESSIONS);
    }

    StreamEntrance(Vertx vertx, StreamContext context, int port, @Nullable ListenerIdentity identity, int maxSessions) {
        this.context = context;
        this.port = port;
        this.identity = identity;
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
        String client = socket.remoteAddress() == null
                ? "unknown"
                : String.valueOf(socket.remoteAddress().hostAddress());
        Channel channel = Channels.bare(socket);
        StreamSession session = new StreamSession(context, ContextInternal.current(), channel, client, port, identity);
        if (sessions >= maxSessions) {
            session.refuse();
            return;
        }
        sessions++;
        channel.closeFuture().addListener(closed -> sessions--);
        session.start();
    }
}
