package dev.torii.proxy.stream;

import dev.torii.proxy.http.Plan;
import dev.torii.proxy.tls.ListenerIdentity;
import dev.torii.routing.IpText;
import io.netty.channel.Channel;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Takes accepted connections and carries their bytes, on one event loop; bounded in number. */
public final class StreamConnections {

    private final StreamContext context;
    private final int max;
    private int open;

    /** @param max what comes beyond is closed at once */
    public StreamConnections(StreamContext context, int max) {
        this.context = context;
        this.max = max;
    }

    /** The newest plan, to be pinned by a connection. */
    public Plan plan() {
        return context.plan().get();
    }

    /** Connections that are open now. */
    int open() {
        return open;
    }

    /**
     * Takes a connection.
     *
     * @param plan what it pins
     * @param gate how it begins
     * @param identity what to present where TLS ends here; null where it never does
     * @param toHttp hands the connection over when it turns out to be HTTP; null where that never happens
     */
    public void accept(
            NetSocket socket, Plan plan, Gate gate, @Nullable ListenerIdentity identity, @Nullable Runnable toHttp) {
        Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
        SocketAddress remote = socket.remoteAddress();
        String address =
                remote == null || remote.hostAddress() == null ? "unknown" : IpText.canonical(remote.hostAddress());
        StreamSession session = new StreamSession(context, channel, address, plan, gate, identity, toHttp);
        if (open >= max) {
            session.refuse();
            return;
        }
        open++;
        channel.closeFuture().addListener(closed -> open--);
        session.start();
    }
}
