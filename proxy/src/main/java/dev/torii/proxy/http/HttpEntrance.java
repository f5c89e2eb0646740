package dev.torii.proxy.http;

import dev.torii.proxy.Entrance;
import dev.torii.proxy.Fault;
import dev.torii.proxy.tls.ListenerIdentity;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TcpServerConfig;
import io.vertx.core.net.impl.tcp.NetServerBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A port that speaks HTTP, on one event loop: HTTP/1 and HTTP/2, in clear (prior knowledge and upgrade) or over TLS. All
 * workers listen on the same port. To be made on its worker's event loop.
 */
public final class HttpEntrance implements Entrance {

    private static final int BACKLOG = 4096;

    private final Worker worker;
    private final int port;
    private final HttpPipeline pipeline;
    private final NetServer server;

    /**
     * @param port as configured, which may differ from the one bound
     * @param identity what to present over TLS; null for clear text
     */
    public HttpEntrance(Vertx vertx, Worker worker, int port, @Nullable ListenerIdentity identity) {
        this.worker = worker;
        this.port = port;
        this.pipeline = new HttpPipeline((ContextInternal) vertx.getOrCreateContext(), this::handle, this::refuse);
        TcpServerConfig config = new TcpServerConfig(new NetServerOptions()
                .setReusePort(true)
                .setTcpNoDelay(true)
                .setAcceptBacklog(BACKLOG)
                .setSsl(identity != null));
        ServerSSLOptions tls = identity == null
                ? new ServerSSLOptions()
                : identity.serverOptions().setApplicationLayerProtocols(HttpPipeline.ALPN);
        NetServerBuilder builder = new NetServerBuilder((VertxInternal) vertx, config, tls);
        if (identity != null) {
            builder.sslEngine(identity.engineOptions());
        }
        // Broken connections are the clients' business; what matters of them is in the access log.
        this.server = builder.build().exceptionHandler(e -> {}).connectHandler(this::accept);
    }

    @Override
    public Future<Integer> listen(String host, int bindPort) {
        return server.listen(SocketAddress.inetSocketAddress(bindPort, host)).map(NetServer::actualPort);
    }

    @Override
    public Future<Void> shutdown(Duration timeout) {
        return server.shutdown(timeout);
    }

    private void accept(NetSocket socket) {
        ClientConnection client = ClientConnection.of(socket, port);
        worker.accepted(client);
        pipeline.install(client);
    }

    private void handle(HttpServerRequest request) {
        new HttpExchange(worker, ClientConnection.of(request), request).start();
    }

    /** The decoder could not make sense of a head. */
    private void refuse(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        HttpExchange exchange = new HttpExchange(worker, ClientConnection.of(request), request);
        if (cause instanceof TooLongHttpLineException) {
            exchange.refuse(Fault.TL, 414, "uri_too_long");
        } else if (cause instanceof TooLongHttpHeaderException) {
            exchange.refuse(Fault.TL, 431, "headers_too_large");
        } else if (cause instanceof Http1Decoder.UnsupportedVersion) {
            exchange.refuse(Fault.DPE, 505, "unsupported_version");
        } else {
            exchange.refuse(Fault.DPE, 400, "malformed_head");
        }
    }
}
