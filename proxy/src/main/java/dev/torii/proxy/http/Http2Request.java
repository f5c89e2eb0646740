package dev.torii.proxy.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpResponseHead;
import io.vertx.core.http.impl.HttpServerRequestImpl;
import io.vertx.core.http.impl.HttpServerStream;
import io.vertx.core.http.impl.headers.HttpResponseHeaders;
import io.vertx.core.internal.http.QueryParamDecoder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request of HTTP/2 with two things that Vert.x keeps to itself: its trailers, and any interim answer. */
final class Http2Request extends HttpServerRequestImpl {

    private final HttpServerStream stream;
    private final Http2Trailers trailers;

    Http2Request(
            Handler<HttpServerRequest> handler,
            HttpServerStream stream,
            Http2Trailers trailers,
            int maxFormAttribute,
            int maxFormFields,
            int maxFormBuffered,
            QueryParamDecoder queries) {
        super(handler, stream, stream.context(), false, maxFormAttribute, maxFormFields, maxFormBuffered, queries, "");
        this.stream = stream;
        this.trailers = trailers;
    }

    /** Null when there are none, or the request has not been read to its end. */
    @Nullable
    Http2Headers trailers() {
        return trailers.of(stream.id());
    }

    /** Whether what is written now leaves now, rather than wait for the client's windows. */
    boolean takesMore() {
        return trailers.isWritable(stream.id());
    }

    /** Sends an answer before the answer; nothing of that may have been sent yet. */
    void writeInterim(int status, HttpHeaders lines) {
        HttpResponseHeaders headers = new HttpResponseHeaders(new DefaultHttp2Headers());
        for (Map.Entry<String, String> line : lines) {
            headers.add(line.getKey(), line.getValue());
        }
        stream.writeHead(new HttpResponseHead(status, "", headers), null, false);
    }
}
