package dev.torii.proxy.http;

import dev.torii.proxy.HeaderList;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.http1.Http1ServerRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What may come behind a body. RFC 9110, 6.5.1: nothing there may change how a message is framed, routed, authenticated or
 * understood, because whoever merges trailers into headers would take it for what the edge has checked.
 */
final class Trailers {

    private static final Set<String> FORBIDDEN = Set.of(
            "age",
            "authorization",
            "cache-control",
            "connection",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "cookie",
            "date",
            "expect",
            "expires",
            "host",
            "http2-settings",
            "keep-alive",
            "location",
            "max-forwards",
            "pragma",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "range",
            "retry-after",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "vary",
            "www-authenticate",
            "x-request-id",
            "x-torii-attempt",
            "x-torii-reason");

    private Trailers() {}

    /** Those of a request that has been read to its end; null when there are none that may be passed on. */
    static @Nullable HeaderList of(HttpServerRequest request) {
        Iterable<? extends Map.Entry<? extends CharSequence, ? extends CharSequence>> received = null;
        if (request instanceof Http2Request http2) {
            received = http2.trailers();
        } else if (request instanceof Http1ServerRequest http1
                && http1.nettyRequest() instanceof Http1Decoder.Request decoded) {
            received = decoded.trailers();
        }
        if (received == null) {
            return null;
        }
        HeaderList trailers = new HeaderList();
        for (Map.Entry<? extends CharSequence, ? extends CharSequence> line : received) {
            if (mayPass(line.getKey())
                    && Characters.isToken(line.getKey())
                    && Characters.isFieldValue(line.getValue())) {
                trailers.add(line.getKey(), line.getValue());
            }
        }
        return trailers.size() == 0 ? null : trailers;
    }

    static boolean mayPass(CharSequence name) {
        String dashed = name.toString().toLowerCase(Locale.ROOT).replace('_', '-');
        return !FORBIDDEN.contains(dashed) && !dashed.startsWith("if-") && !Forwarded.isForwarded(dashed);
    }
}
