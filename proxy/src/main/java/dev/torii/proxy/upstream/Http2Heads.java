package dev.torii.proxy.upstream;

import dev.torii.proxy.HeaderList;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Header blocks of HTTP/2 and the header lines that the rest of the proxy knows. */
final class Http2Heads {

    private Http2Heads() {}

    static Http2Headers of(UpstreamRequest request) {
        HeaderList lines = request.headers();
        Http2Headers head = new DefaultHttp2Headers(false, lines.size() + 4)
                .method(request.method())
                .scheme(request.scheme())
                .authority(request.authority())
                .path(request.target());
        return add(lines, head);
    }

    /** The block behind a body. */
    static Http2Headers of(HeaderList trailers) {
        return add(trailers, new DefaultHttp2Headers(false, trailers.size()));
    }

    private static Http2Headers add(HeaderList lines, Http2Headers to) {
        for (int i = 0; i < lines.size(); i++) {
            to.add(AsciiString.of(lines.name(i)).toLowerCase(), lines.value(i));
        }
        return to;
    }

    /** The status, or -1 when there is none that could be passed on. */
    static int status(Http2Headers head) {
        CharSequence status = head.status();
        if (status == null || status.length() != 3) {
            return -1;
        }
        int code = 0;
        for (int i = 0; i < 3; i++) {
            int digit = status.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            code = code * 10 + digit;
        }
        return code < 100 ? -1 : code;
    }

    /** The lines without the pseudo headers. Netty has checked their characters (RFC 9113, 8.2.1). */
    static HttpHeaders lines(Http2Headers block) {
        HttpHeaders lines =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (Map.Entry<CharSequence, CharSequence> line : block) {
            if (line.getKey().charAt(0) != ':') {
                lines.add(line.getKey(), line.getValue());
            }
        }
        return lines;
    }

    /** The same, null when there are none. */
    static @Nullable HttpHeaders trailers(Http2Headers block) {
        return block.isEmpty() ? null : lines(block);
    }
}
