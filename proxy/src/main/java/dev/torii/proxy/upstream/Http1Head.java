package dev.torii.proxy.upstream;

import dev.torii.proxy.HeaderList;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

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
    private static final AsciiString TRAILERS = AsciiString.cached("TE: trailers\r\nConnection: TE\r\n");
    private static final AsciiString TE = AsciiString.cached("te");

    /** Room for all that stands between the texts. */
    private static final int FRAME = 128;

    private Http1Head() {}

    static ByteBuf encode(ByteBufAllocator alloc, UpstreamRequest request) {
        HeaderList headers = request.headers();
        int size = request.method().length()
                + request.target().length()
                + request.authority().length()
                + request.upgrade().length()
                + sizeOf(headers)
                + FRAME;
        // Into an array first: texts are copied into arrays by intrinsics, into buffers character by character.
        byte[] bytes = new byte[size];
        int at = put(bytes, 0, request.method());
        bytes[at++] = ' ';
        at = put(bytes, at, request.target());
        at = put(bytes, at, VERSION_AND_HOST);
        at = endLine(bytes, put(bytes, at, request.authority()));
        for (int i = 0; i < headers.size(); i++) {
            if (TE.contentEqualsIgnoreCase(headers.name(i))) {
                // What the client says of trailers holds for this hop too (RFC 9110, 10.1.4); an upgrade has none.
                at = request.upgrade().isEmpty() ? put(bytes, at, TRAILERS) : at;
                continue;
            }
            at = putLine(bytes, at, headers, i);
        }
        if (request.chunked()) {
            at = put(bytes, at, CHUNKED);
        }
        if (!request.upgrade().isEmpty()) {
            at = endLine(bytes, put(bytes, put(bytes, at, UPGRADE), request.upgrade()));
        }
        at = endLine(bytes, at);
        return alloc.buffer(at).writeBytes(bytes, 0, at);
    }

    static ByteBuf chunkStart(ByteBufAllocator alloc, int length) {
        byte[] line = new byte[10];
        int at = endLine(line, put(line, 0, Integer.toHexString(length)));
        return alloc.buffer(at).writeBytes(line, 0, at);
    }

    static ByteBuf chunkEnd() {
        return CRLF.duplicate();
    }

    static ByteBuf lastChunk(ByteBufAllocator alloc, @Nullable HeaderList trailers) {
        if (trailers == null) {
            return LAST_CHUNK.duplicate();
        }
        byte[] bytes = new byte[sizeOf(trailers) + FRAME];
        bytes[0] = '0';
        int at = endLine(bytes, 1);
        for (int i = 0; i < trailers.size(); i++) {
            at = putLine(bytes, at, trailers, i);
        }
        at = endLine(bytes, at);
        return alloc.buffer(at).writeBytes(bytes, 0, at);
    }

    private static int sizeOf(HeaderList lines) {
        int size = 0;
        for (int i = 0; i < lines.size(); i++) {
            size += lines.name(i).length() + lines.value(i).length() + 4;
        }
        return size;
    }

    private static int putLine(byte[] to, int start, HeaderList lines, int i) {
        int at = put(to, start, lines.name(i));
        to[at++] = ':';
        to[at++] = ' ';
        return endLine(to, put(to, at, lines.value(i)));
    }

    private static int endLine(byte[] to, int at) {
        to[at] = '\r';
        to[at + 1] = '\n';
        return at + 2;
    }

    /** ISO 8859-1, as header bytes came in: what is not ASCII goes out as it came. */
    private static int put(byte[] to, int at, CharSequence text) {
        if (text instanceof AsciiString ascii) {
            System.arraycopy(ascii.array(), ascii.arrayOffset(), to, at, ascii.length());
            return at + ascii.length();
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, to, at, bytes.length);
        return at + bytes.length;
    }

    private static ByteBuf constant(String text) {
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(text.length()).writeBytes(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
