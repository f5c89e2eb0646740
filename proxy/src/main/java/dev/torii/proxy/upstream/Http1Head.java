package dev.torii.proxy.upstream;

import dev.torii.proxy.HeaderList;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * Writes the head of an HTTP/1.1 request and the frame of its chunks (RFC 9112). Every name and value has been checked
 * where it came in, by Netty's decoder or by the configuration, so no line can be broken here.
 */
final class Http1Head {

    private static final ByteBuf CRLF = constant("\r\n");
    private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
    private static final AsciiString VERSION_AND_HOST = AsciiString.cached(" HTTP/1.1\r\nHost: ");
    private static final AsciiString CHUNKED = AsciiString.cached("Transfer-Encoding: chunked\r\n");
    private static final AsciiString UPGRADE = AsciiString.cached("Connection: Upgrade\r\nUpgrade: ");
    private static final int COLON_SPACE = (':' << 8) | ' ';
    private static final int CR_LF = ('\r' << 8) | '\n';

    private Http1Head() {}

    static ByteBuf encode(ByteBufAllocator alloc, UpstreamRequest request) {
        ByteBuf out = alloc.buffer(1024);
        ascii(out, request.method());
        out.writeByte(' ');
        ascii(out, request.target());
        ByteBufUtil.copy(VERSION_AND_HOST, out);
        ascii(out, request.authority());
        out.writeShort(CR_LF);
        HeaderList headers = request.headers();
        for (int i = 0; i < headers.size(); i++) {
            ascii(out, headers.name(i));
            out.writeShort(COLON_SPACE);
            ascii(out, headers.value(i));
            out.writeShort(CR_LF);
        }
        if (request.chunked()) {
            ByteBufUtil.copy(CHUNKED, out);
        }
        if (!request.upgrade().isEmpty()) {
            ByteBufUtil.copy(UPGRADE, out);
            ascii(out, request.upgrade());
            out.writeShort(CR_LF);
        }
        out.writeShort(CR_LF);
        return out;
    }

    static ByteBuf chunkStart(ByteBufAllocator alloc, int length) {
        ByteBuf out = alloc.buffer(16);
        ascii(out, Integer.toHexString(length));
        out.writeShort(CR_LF);
        return out;
    }

    static ByteBuf chunkEnd() {
        return CRLF.duplicate();
    }

    static ByteBuf lastChunk() {
        return LAST_CHUNK.duplicate();
    }

    /** ISO 8859-1, as header bytes came in: what is not ASCII goes out as it came. */
    private static void ascii(ByteBuf out, CharSequence text) {
        if (text instanceof AsciiString bytes) {
            ByteBufUtil.copy(bytes, out);
        } else {
            out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        }
    }

    private static ByteBuf constant(String text) {
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(text.length()).writeBytes(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
