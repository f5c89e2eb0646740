package dev.torii.proxy.http;

import dev.torii.proxy.Entrance;
import dev.torii.proxy.Fault;
import dev.torii.proxy.tls.ListenerIdentity;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerBuilder;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A port that speaks HTTP, on one event loop: HTTP/1 and HTTP/2, in clear (prior knowledge and upgrade) or over TLS. All
 * workers listen on the same port.
 */
public final class HttpEntrance implements Entrance {

    /** Where the decoder gives up; the listener's own limits lie below and have their own answers. */
    private static final int HARD_LINE_LIMIT = 64 * 1024;

    private static final int HARD_HEADER_LIMIT = 256 * 1024;

    private final Worker worker;
    private final int port;
    private final HttpServer server;

    /**
     * @param port as configured, which may differ from the one bound
     * @param identity what to present over TLS; null for clear text
     */
    public HttpEntrance(Vertx vertx, Worker worker, int port, @Nullable ListenerIdentity identity) {
        this.worker = worker;
        this.port = port;
        HttpServerOptions options = harden(new HttpServerOptions().setSsl(identity != null));
        HttpServerBuilder builder = vertx.httpServerBuilder().with(new HttpServerConfig(options));
        if (identity != null) {
            builder.with(identity.serverOptions()).with(identity.engineOptions());
        }
        this.server = builder.build()
                .connectionHandler(this::accept)
                .requestHandler(this::handle)
                .invalidRequestHandler(this::handleInvalid)
                // Broken connections are the clients' business; what matters of them is in the access log.
                .exceptionHandler(e -> {});
    }

    private static HttpServerOptions harden(HttpServerOptions options) {
        return options.setUseAlpn(true)
                .setReusePort(true)
                .setTcpNoDelay(true)
                .setAcceptBacklog(4096)
                .setStrictThreadMode(true)
                .setHandle100ContinueAutomatically(false)
                .setMaxInitialLineLength(HARD_LINE_LIMIT)
                .setMaxHeaderSize(HARD_HEADER_LIMIT)
                .setHttp2ConnectionWindowSize(1024 * 1024)
                .setHttp2RstFloodMaxRstFramePerWindow(200)
                .setHttp2RstFloodWindowDuration(30)
                .setHttp2MaxSmallContinuationFrames(16)
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(256)
                        .setInitialWindowSize(256 * 1024)
                        .setMaxHeaderListSize(HARD_HEADER_LIMIT));
    }

    @Override
    public Future<Integer> listen(String host, int bindPort) {
        return server.listen(SocketAddress.inetSocketAddress(bindPort, host)).map(HttpServer::actualPort);
    }

    @Override
    public Future<Void> shutdown(Duration timeout) {
        return server.shutdown(timeout);
    }

    private void accept(HttpConnection connection) {
        ClientConnection client = new ClientConnection(connection, port, System.nanoTime());
        if (connection.protocolVersion() != HttpVersion.HTTP_2) {
            Http1Pipeline.install(connection, client);
        }
        worker.accepted(client);
    }

    private void handle(HttpServerRequest request) {
        new HttpExchange(worker, worker.client(request, port), request).start();
    }

    /** The decoder could not make sense of a head. */
    private void handleInvalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        HttpExchange exchange = new HttpExchange(worker, worker.client(request, port), request);
        if (cause instanceof TooLongHttpLineException) {
            exchange.refuse(Fault.TL, 414, "uri_too_long");
        } else if (cause instanceof TooLongHttpHeaderException) {
            exchange.refuse(Fault.TL, 431, "headers_too_large");
        } else {
            exchange.refuse(Fault.DPE, 400, "malformed_head");
        }
    }
}
