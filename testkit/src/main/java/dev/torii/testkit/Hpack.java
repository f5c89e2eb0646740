package dev.torii.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Header blocks of one HTTP/2 connection (RFC 7541). Writing is plain on purpose, literal and without Huffman coding, so
 * that every byte reaches the peer as given; reading is Netty's, without its checks.
 */
final class Hpack {

    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

    /** Name, value, name, value, … of any bytes. */
    static byte[] encode(List<String> lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < lines.size(); i += 2) {
            out.write(0);
            text(out, lines.get(i));
            text(out, lines.get(i + 1));
        }
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        int rest = bytes.length - 127;
        out.write(Math.min(bytes.length, 127));
        for (; rest >= 128; rest >>>= 7) {
            out.write(rest & 127 | 128);
        }
        if (bytes.length >= 127) {
            out.write(rest);
        }
        out.writeBytes(bytes);
    }

    List<Map.Entry<String, String>> decode(int stream, byte[] block) throws IOException {
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        try {
            for (Map.Entry<CharSequence, CharSequence> line :
                    decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block))) {
                lines.add(Map.entry(line.getKey().toString(), line.getValue().toString()));
            }
        } catch (Http2Exception e) {
            throw new IOException("the peer's header block is broken", e);
        }
        return lines;
    }
}
