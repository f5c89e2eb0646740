package dev.torii.proxy.upstream;

import dev.torii.proxy.Channels;
import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import dev.torii.routing.UpstreamTls;
import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import java.util.function.Consumer;
import java.util.function.Function;

/** Opens TCP and TLS connections on this event loop. */
final class Connector {

    private final NetClient client;
    private final Function<UpstreamTls, ClientSSLOptions> tlsOptions;

    Connector(Vertx vertx, Function<UpstreamTls, ClientSSLOptions> tlsOptions) {
        this.client = vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true));
        this.tlsOptions = tlsOptions;
    }

    /** Ends in exactly one of the callbacks, on the event loop; the failure is one lower_snake word. */
    void connect(Cluster cluster, Endpoint endpoint, Consumer<Channel> connected, Consumer<String> failed) {
        ConnectOptions options = new ConnectOptions()
                .setRemoteAddress(SocketAddress.inetSocketAddress(endpoint.port(), endpoint.host()))
                .setTimeout((int) cluster.connection().connectTimeoutMs());
        UpstreamTls tls = cluster.tls();
        if (tls != null) {
            ClientSSLOptions ssl;
            try {
                ssl = tlsOptions.apply(tls);
            } catch (RuntimeException invalid) {
                failed.accept("tls_options_invalid");
                return;
            }
            options.setSsl(true)
                    .setSslOptions(ssl)
                    .setHost(tls.serverName())
                    .setPort(endpoint.port())
                    .setSniServerName(tls.serverName());
        }
        client.connect(options).onComplete(done -> {
            if (done.succeeded()) {
                connected.accept(Channels.bare(done.result()));
            } else {
                failed.accept(Failures.ofConnect(done.cause()));
            }
        });
    }
}
