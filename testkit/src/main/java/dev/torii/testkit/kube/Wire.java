package dev.torii.testkit.kube;

import dev.torii.testkit.FreePort;
import dev.torii.testkit.Listening;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Carries bytes from a port of its own to another, as long as it is whole. */
final class Wire implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private final int port = FreePort.find();
    private final int to;
    private @Nullable NetServer server;

    Wire(int to) {
        this.to = to;
        mend();
    }

    int port() {
        return port;
    }

    /** Nobody listens any more, and what was open is reset. */
    void cut() {
        NetServer listening = server;
        if (listening != null) {
            listening.close().await();
            server = null;
        }
        breakConnections();
    }

    /** All that is open is closed; new connections go through. */
    void breakConnections() {
        open.forEach(NetSocket::close);
    }

    /** What is open carries nothing any more, and nobody is told; new connections go through. */
    void freeze() {
        open.forEach(NetSocket::pause);
    }

    void mend() {
        if (server == null) {
            server = vertx.createNetServer(
                            new NetServerOptions().setHost(Listening.HOST).setPort(port))
                    .connectHandler(this::carry);
            server.listen().await();
        }
    }

    private void carry(NetSocket from) {
        from.pause();
        open.add(from);
        client.connect(to, Listening.HOST)
                .onSuccess(other -> {
                    open.add(other);
                    join(from, other);
                    join(other, from);
                    from.resume();
                })
                .onFailure(e -> from.close());
    }

    private void join(NetSocket from, NetSocket to) {
        from.pipeTo(to);
        from.closeHandler(v -> {
            open.remove(from);
            to.close();
        });
    }

    @Override
    public void close() {
        cut();
        vertx.close().await();
    }
}
