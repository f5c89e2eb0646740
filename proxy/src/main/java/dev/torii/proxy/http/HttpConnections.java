package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetSocket;
import java.util.List;

/**
 * Takes accepted connections and lets them speak HTTP/1 and HTTP/2, on one event loop: in clear (prior
 * knowledge and upgrade) or by what their TLS has agreed on. To be made on its worker's event loop.
 */
public final class HttpConnections {

    /** What is to be offered over TLS, most wanted first. */
    public static final List<String> ALPN = List.of("h2", "http/1.1", "http/1.0");

    private final Worker worker;
    private final HttpPipeline pipeline;

    public HttpConnections(Vertx vertx, Worker worker) {
        this.worker = worker;
        this.pipeline = new HttpPipeline(
                (ContextInternal) vertx.getOrCreateContext(), this::handle, this::refuse, this::refused);
    }

    /** Takes a connection in clear, or one whose TLS handler has finished its handshake. */
    public void accept(NetSocket socket, Door door) {
        ClientConnection client = ClientConnection.of(socket, door);
        worker.accepted(client);
        pipeline.install(client);
    }

    private void handle(HttpServerRequest request) {
        new HttpExchange(worker, ClientConnection.of(request), request).start();
    }

    /** No request came of an HTTP/2 head. */
    private void refused(ClientConnection client, boolean answered) {
        Routing nowhere = Routing.nowhere(worker.plan(), client);
        Decision.Refuse why = answered
                ? new Decision.Refuse(Fault.TL, 431, "headers_too_large")
                : new Decision.Refuse(Fault.DPE, 0, "malformed_head");
        worker.refused(nowhere, "HTTP/2", System.nanoTime(), why);
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
