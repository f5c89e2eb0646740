package dev.torii.proxy.http;

import dev.torii.proxy.Channels;
import dev.torii.proxy.Entrance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.time.Duration;

/** A port that speaks HTTP in clear, on one event loop. All workers listen on the same port. */
public final class HttpEntrance implements Entrance {

    private static final int BACKLOG = 4096;

    private final Vertx vertx;
    private final NetServer server;

    /** @param door what its connections come in by */
    public HttpEntrance(Vertx vertx, HttpConnections connections, Door door) {
        this.vertx = vertx;
        this.server = vertx.createNetServer(new NetServerOptions()
                        .setReusePort(true)
                        .setTcpNoDelay(true)
                        .setAcceptBacklog(BACKLOG))
                .connectHandler(socket -> connections.accept(socket, door))
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
}
