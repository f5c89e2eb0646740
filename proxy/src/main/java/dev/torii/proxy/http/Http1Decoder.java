package dev.torii.proxy.http;

import dev.torii.proxy.Channels;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x' request decoder, stricter where Netty is lenient: only HTTP/1.0 and HTTP/1.1, no header without a name, and one
 * Content-Length in HTTP/1.0 too, of which Netty would take the first. It knows whether a head has begun and is not
 * complete, for the watch on slow clients. And where a CONNECT gives the connection away, it reads nothing behind one: that
 * is for whom it is given to, and may be there before the answer is (RFC 9110, 9.3.6).
 */
final class Http1Decoder extends VertxHttpRequestDecoder {

    private final boolean givesAway;
    private @Nullable Request request;
    private boolean within;
    private boolean over;
    private int lengths;

    /** @param givesAway whether a CONNECT is the last that is read of a connection */
    Http1Decoder(Http1ServerConfig config, boolean givesAway) {
        super(config);
        this.givesAway = givesAway;
    }

    /** Whether some bytes of a head have come, and not all; for the event loop. */
    boolean isWithinHead() {
        return within || !over && actualReadableBytes() > 0;
    }

    /** Takes what came behind a CONNECT; to be released by who takes it. */
    ByteBuf rest() {
        return internalBuffer().readRetainedSlice(internalBuffer().readableBytes());
    }

    @Override
    protected HttpMessage createMessage(String[] requestLine) {
        checkVersion(requestLine[2]);
        within = true;
        lengths = 0;
        Request made = new Request((HttpRequest) super.createMessage(requestLine));
        request = made;
        return made;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out) throws Exception {
        if (over) {
            return;
        }
        super.decode(ctx, bytes, out);
        Object last = out.isEmpty() ? null : out.get(out.size() - 1);
        Request of = request;
        if (of != null && last instanceof LastHttpContent end) {
            of.trailers = end.trailingHeaders().isEmpty() ? null : end.trailingHeaders();
            request = null;
            if (givesAway && of.method() == HttpMethod.CONNECT) {
                over = true;
                Channels.hold(ctx.channel());
            }
        }
    }

    /** The end of input would have Netty drop what is kept; who reads on is told of it. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (!over || event != ChannelInputShutdownEvent.INSTANCE) {
            super.userEventTriggered(ctx, event);
        }
    }

    private static void checkVersion(String version) {
        if (version.equals("HTTP/1.1") || version.equals("HTTP/1.0")) {
            return;
        }
        boolean named = version.length() == 8
                && version.startsWith("HTTP/")
                && Character.isDigit(version.charAt(5))
                && version.charAt(6) == '.'
                && Character.isDigit(version.charAt(7));
        throw named ? new UnsupportedVersion() : new IllegalArgumentException("not a version of HTTP");
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString name = super.splitHeaderName(line, start, length);
        if (length == 0) {
            throw new IllegalArgumentException("a header without a name");
        }
        if (length == 14 && HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name) && ++lengths > 1) {
            throw new IllegalArgumentException("two Content-Lengths");
        }
        return name;
    }

    /** The last that is asked of a head. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        within = false;
        return super.isContentAlwaysEmpty(message);
    }

    /** A head that will know what came behind its body, which Vert.x drops. */
    static final class Request extends DefaultHttpRequest {

        private @Nullable HttpHeaders trailers;

        private Request(HttpRequest made) {
            super(made.protocolVersion(), made.method(), made.uri(), made.headers());
        }

        /** Null when there are none, or not yet. */
        @Nullable
        HttpHeaders trailers() {
            return trailers;
        }
    }

    /** RFC 9110, 15.6.6. */
    static final class UnsupportedVersion extends IllegalArgumentException {
        private static final long serialVersionUID = 1;
    }
}
