package dev.torii.proxy.http;

import dev.torii.proxy.upstream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.http1.Http1ServerConnection;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a backend's answer to the client. The head is held back until the first piece of the body, the end, or the end
 * of what was readable, whichever comes first: so a small answer leaves in one write, and a slow stream's head at once.
 */
final class ReplyWriter {

    private static final AsciiString CONNECTION = AsciiString.cached("connection");
    private static final AsciiString TRAILER = AsciiString.cached("trailer");
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString[] HOP_BY_HOP = {
        CONNECTION,
        AsciiString.cached("keep-alive"),
        AsciiString.cached("proxy-connection"),
        AsciiString.cached("transfer-encoding"),
        AsciiString.cached("upgrade"),
        AsciiString.cached("te")
    };

    private static final int MAX_INTERIMS = 16;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final boolean http2;
    private final boolean http10;
    private int interims;
    private boolean headHeld;
    private boolean endsByClosing;
    private Future<Void> written = Future.succeededFuture();
    private long bytes;

    ReplyWriter(HttpServerRequest request, boolean http2, boolean http10) {
        this.request = request;
        this.response = request.response();
        this.http2 = http2;
        this.http10 = http10;
    }

    long bytes() {
        return bytes;
    }

    /** Whether the connection must be closed after this answer. */
    boolean endsByClosing() {
        return endsByClosing;
    }

    /** Done when the whole answer is written; meant for after its end. */
    Future<Void> written() {
        return written;
    }

    /**
     * Passes on an answer before the answer (RFC 9110, 15.2), to a client that knows of such. Nobody waits until these are
     * read, so there are only so many.
     */
    void interim(int status, HttpHeaders headers) {
        if (http10 || response.headWritten() || response.closed() || ++interims > MAX_INTERIMS) {
            return;
        }
        HttpHeaders lines = DefaultHttpHeadersFactory.headersFactory().newHeaders();
        copy(headers, lines::add);
        if (request instanceof Http2Request http2Request) {
            http2Request.writeInterim(status, lines);
        } else if (request.connection() instanceof Http1ServerConnection connection) {
            connection.writeToChannel(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(status),
                    Unpooled.EMPTY_BUFFER,
                    lines,
                    EmptyHttpHeaders.INSTANCE));
        }
    }

    /** Fills the head; it is sent a little later. Filters may still change {@code response.headers()} until then. */
    void head(int status, HttpHeaders headers, boolean bodyless) {
        response.setStatusCode(status);
        boolean hasLength = copy(headers, response.headers()::add);
        if (http10 || (hasLength && !http2)) {
            // Without chunks there is no place for trailers.
            response.headers().remove(TRAILER);
        }
        if (!hasLength && !bodyless && !http2) {
            if (http10) {
                // Only the end of the connection can tell an HTTP/1.0 client where this body ends.
                endsByClosing = true;
                response.headersEndHandler(v -> response.headers().set(CONNECTION, "close"));
            } else {
                response.setChunked(true);
            }
        }
        if (status == 204 || status == 304) {
            // Vert.x would add a Content-Length of 0, which RFC 9110, 8.6 forbids on a 204 and which lies on a 304.
            boolean keep = hasLength && status == 304;
            response.headersEndHandler(v -> {
                if (!keep) {
                    response.headers().remove(CONTENT_LENGTH);
                }
            });
        }
        headHeld = true;
    }

    /** Sends the head if it still waits. */
    void flushHead() {
        if (headHeld) {
            headHeld = false;
            if (endsByClosing) {
                // Vert.x would announce chunks, of which HTTP/1.0 knows nothing.
                response.write(new WireBuffer(Unpooled.EMPTY_BUFFER));
            } else {
                response.writeHead();
            }
        }
    }

    /** A piece of the body; pauses the backend when the client reads too slowly. */
    void data(ByteBuf piece, boolean last, UpstreamStream from) {
        if (response.ended() || response.closed()) {
            piece.release();
            return;
        }
        bytes += piece.readableBytes();
        headHeld = false;
        if (last) {
            written = response.end(wire(piece));
            return;
        }
        response.write(wire(piece));
        if (response.writeQueueFull()) {
            from.pause();
            response.drainHandler(v -> {
                response.drainHandler(null);
                from.resume();
            });
        }
    }

    /**
     * What Vert.x holds back until an HTTP/2 client's windows let it through, it does not release when that client goes
     * away: then it gets a copy that needs no release.
     */
    private Buffer wire(ByteBuf piece) {
        if (!(request instanceof Http2Request http2Request) || http2Request.takesMore()) {
            return new WireBuffer(piece);
        }
        Buffer copy = Buffer.buffer(ByteBufUtil.getBytes(piece));
        piece.release();
        return copy;
    }

    void end(@Nullable HttpHeaders trailers) {
        if (response.ended() || response.closed()) {
            return;
        }
        if (trailers != null && (http2 || response.isChunked())) {
            for (Map.Entry<String, String> line : trailers) {
                if (Trailers.mayPass(line.getKey())) {
                    response.trailers().add(spelled(line.getKey()).toString(), line.getValue());
                }
            }
        }
        headHeld = false;
        written = response.end();
    }

    /** Copies what is end to end; true when a Content-Length was among it. */
    private boolean copy(HttpHeaders from, BiConsumer<CharSequence, CharSequence> to) {
        boolean hasLength = false;
        String options = from.get(CONNECTION);
        Iterator<Map.Entry<CharSequence, CharSequence>> all = from.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> line = all.next();
            CharSequence name = line.getKey();
            if (isHopByHop(name) || (options != null && isNamed(options, name))) {
                continue;
            }
            if (name.length() == 14 && CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
                hasLength = true;
            }
            to.accept(spelled(name), line.getValue());
        }
        return hasLength;
    }

    private CharSequence spelled(CharSequence name) {
        if (!http2) {
            return name;
        }
        return name instanceof AsciiString ascii
                ? ascii.toLowerCase()
                : name.toString().toLowerCase(Locale.ROOT);
    }

    private static boolean isHopByHop(CharSequence name) {
        switch (name.length()) {
            case 2, 7, 10, 16, 17:
                for (AsciiString hop : HOP_BY_HOP) {
                    if (hop.contentEqualsIgnoreCase(name)) {
                        return true;
                    }
                }
                return false;
            default:
                return false;
        }
    }

    private static boolean isNamed(String options, CharSequence name) {
        if (options.equalsIgnoreCase("close") || options.equalsIgnoreCase("keep-alive")) {
            return false;
        }
        for (String option : options.split(",")) {
            if (AsciiString.contentEqualsIgnoreCase(option.trim(), name)) {
                return true;
            }
        }
        return false;
    }
}
