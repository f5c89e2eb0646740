package dev.torii.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds out from the first bytes of a connection what it speaks, and gives way with every byte still there: TLS by its
 * record (RFC 8446, 5.1), HTTP/2 by its preface (RFC 9113, 3.4), HTTP/1 by a first line that ends in a version (RFC 9112,
 * 3), so that text protocols such as Redis' inline commands are not taken for it. Bounded in size; the session bounds the
 * time.
 */
final class Sniffer extends ByteToMessageDecoder {

    /** A first line that is longer than this and began as a request's does is one. */
    private static final int MAX_LINE = 8 * 1024;

    private static final int MAX_METHOD = 20;
    private static final int HANDSHAKE_RECORD = 22;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VERSION = " HTTP/1.".getBytes(StandardCharsets.US_ASCII);

    private enum Verdict {
        MORE,
        HTTP,
        TLS,
        OTHER
    }

    private final StreamSession session;
    private boolean begun;

    Sniffer(StreamSession session) {
        this.session = session;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (!begun) {
            begun = true;
            session.heard();
        }
        switch (verdict(in)) {
            case HTTP -> {
                session.sniffedHttp();
                ctx.pipeline().remove(this);
            }
            case TLS -> {
                session.sniffedTls();
                ctx.pipeline().replace(this, "hello", new HelloPeek(session));
            }
            case OTHER -> {
                session.sniffedOther(false);
                ctx.pipeline().remove(this);
            }
            case MORE -> {}
        }
    }

    /** The client has said all that it will. Whatever that was, even nothing, the server is the one to answer it. */
    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (ctx.channel().isActive() && (begun || session.serverMayBegin())) {
            session.sniffedOther(!begun);
            ctx.pipeline().remove(this);
        }
    }

    /** Nothing that could be recognised came in time. */
    void giveUp(ChannelHandlerContext ctx) {
        if (mayBecomeRequest(internalBuffer())) {
            session.sniffedHttp();
        } else {
            session.sniffedOther(!begun);
        }
        ctx.pipeline().remove(this);
    }

    private static Verdict verdict(ByteBuf in) {
        int first = in.getByte(in.readerIndex());
        if (first == HANDSHAKE_RECORD) {
            return Verdict.TLS;
        }
        if (startsWith(in, PREFACE)) {
            return in.readableBytes() < PREFACE.length ? Verdict.MORE : Verdict.HTTP;
        }
        if (!mayBecomeRequest(in)) {
            return Verdict.OTHER;
        }
        int end = in.indexOf(in.readerIndex(), in.readerIndex() + Math.min(in.readableBytes(), MAX_LINE), (byte) '\n');
        if (end < 0) {
            return in.readableBytes() < MAX_LINE ? Verdict.MORE : Verdict.HTTP;
        }
        int last = end > in.readerIndex() && in.getByte(end - 1) == '\r' ? end - 1 : end;
        return endsWithVersion(in, last) ? Verdict.HTTP : Verdict.OTHER;
    }

    /** A method, or its beginning, and then a target. */
    private static boolean mayBecomeRequest(ByteBuf in) {
        for (int i = 0; i < in.readableBytes(); i++) {
            byte at = in.getByte(in.readerIndex() + i);
            if (at == ' ') {
                return i > 0;
            }
            boolean isUpper = at >= 'A' && at <= 'Z' || at == '-' || at == '_';
            if (!isUpper || i >= MAX_METHOD) {
                return false;
            }
        }
        return in.isReadable();
    }

    private static boolean startsWith(ByteBuf in, byte[] wanted) {
        for (int i = 0; i < Math.min(in.readableBytes(), wanted.length); i++) {
            if (in.getByte(in.readerIndex() + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean endsWithVersion(ByteBuf in, int end) {
        int start = end - VERSION.length - 1;
        if (start < in.readerIndex()) {
            return false;
        }
        for (int i = 0; i < VERSION.length; i++) {
            if (in.getByte(start + i) != VERSION[i]) {
                return false;
            }
        }
        return true;
    }
}
