package dev.torii.proxy.upstream;

import dev.torii.proxy.Channels;
import dev.torii.proxy.ConnectFailures;
import dev.torii.proxy.tls.ClientTls;
import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import dev.torii.routing.UpstreamTls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.Vertx;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Opens TCP and TLS connections on this event loop. What the backend chose of {@code alpn} is not looked at. */
final class Connector {

    /** What to negotiate for HTTP/2. */
    static final List<String> H2 = List.of("h2");

    /** HTTP/1.1 is what is spoken then whatever the backend would like better. */
    static final List<String> NOTHING_TO_NEGOTIATE = List.of();

    private static final long HANDSHAKE_MS = 5_000;

    private final Vertx vertx;
    /** By the address that its connections come from. */
    private final Map<String, NetClient> clients = new HashMap<>();

    private final Function<UpstreamTls, @Nullable ClientTls> clientTls;

    Connector(Vertx vertx, Function<UpstreamTls, @Nullable ClientTls> clientTls) {
        this.vertx = vertx;
        this.clientTls = clientTls;
    }

    private NetClient client(String source) {
        return clients.computeIfAbsent(source, from -> {
            NetClientOptions options = new NetClientOptions().setTcpNoDelay(true);
            return vertx.createNetClient(from.isEmpty() ? options : options.setLocalAddress(from));
        });
    }

    /** Ends in exactly one of the callbacks, on the event loop; the failure is one lower_snake word. */
    void connect(
            Cluster cluster,
            Endpoint endpoint,
            List<String> alpn,
            Consumer<Channel> connected,
            Consumer<String> failed) {
        UpstreamTls wanted = cluster.tls();
        ClientTls tls = wanted == null ? null : clientTls.apply(wanted);
        if (wanted != null && tls == null) {
            failed.accept("tls_not_usable");
            return;
        }
        ConnectOptions options = new ConnectOptions()
                .setRemoteAddress(SocketAddress.inetSocketAddress(endpoint.port(), endpoint.host()))
                .setTimeout((int) cluster.connection().connectTimeoutMs());
        client(Places.source(cluster, endpoint)).connect(options).onComplete(done -> {
            if (done.failed()) {
                failed.accept(ConnectFailures.of(done.cause()));
            } else if (tls == null) {
                connected.accept(Channels.bare(done.result()));
            } else {
                Channel channel = Channels.bare(done.result());
                SslHandler handler = tls.handler(channel.alloc(), endpoint.host(), endpoint.port(), alpn);
                handshake(channel, handler, connected, failed);
            }
        });
    }

    private static void handshake(
            Channel channel, SslHandler handler, Consumer<Channel> connected, Consumer<String> failed) {
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MS);
        Quiet quiet = new Quiet();
        channel.pipeline().addFirst("tls", handler).addLast(quiet);
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                channel.pipeline().remove(quiet);
                connected.accept(channel);
            } else {
                channel.close();
                boolean late = done.cause() instanceof SslHandshakeTimeoutException;
                failed.accept(late ? "tls_handshake_timeout" : "tls_handshake_failed");
            }
        });
    }

    /** The promise tells of a failed handshake; Netty would log the exception that comes as well. */
    private static final class Quiet extends ChannelInboundHandlerAdapter {

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {}
    }
}
