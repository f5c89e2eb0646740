package dev.torii.proxy.http;

import dev.torii.proxy.HeaderList;
import dev.torii.routing.RequestView;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request's head after sanitising: what routing looks at and what is passed on. Filled by {@link RequestReader}; changed
 * by filters afterwards (the header lines only).
 */
final class RequestHead implements RequestView {

    final HeaderList headers = new HeaderList();
    String method = "";
    String scheme = "";
    String authority = "";
    String host = "";
    String path = "";
    String query = "";

    /** What the client sent of the headers that the edge rebuilds; {@code ""} when absent. */
    String forwardedFor = "";

    String forwardedProto = "";
    String forwardedHost = "";

    String forwarded = "";

    /** Whether there are more {@code x-forwarded-} headers, which stay only when the client is trusted. */
    boolean forwardedMore;

    @Nullable
    CharSequence requestId;

    String userAgent = "";

    /** The protocol of an acceptable {@code Upgrade}, else {@code ""}. */
    String upgrade = "";

    long contentLength = -1;
    boolean chunked;
    boolean grpc;
    boolean expectsContinue;
    int headerBytes;
    int headerCount;

    /** {@code grpc-timeout} in milliseconds; 0 when absent. */
    long grpcTimeoutMs;

    private @Nullable QueryStringDecoder decodedQuery;

    @Override
    public String method() {
        return method;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String path() {
        return path;
    }

    String scheme() {
        return scheme;
    }

    /** The port that the client asked for: of its authority, else the scheme's own. */
    int port() {
        int colon = authority.lastIndexOf(':');
        if (colon > authority.lastIndexOf(']')) {
            long port = Characters.parseLength(authority.substring(colon + 1));
            return port < 0 || port > 65_535 ? 0 : (int) port;
        }
        return scheme.equals("https") ? 443 : 80;
    }

    /** Without the question mark; {@code ""} when absent. */
    String query() {
        return query;
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    @Override
    public @Nullable String query(String name) {
        if (query.isEmpty()) {
            return null;
        }
        QueryStringDecoder decoder = decodedQuery;
        if (decoder == null) {
            // Bounded: a query of thousands of parameters is searched only so far.
            decoder = new QueryStringDecoder(query, StandardCharsets.UTF_8, false, 256);
            decodedQuery = decoder;
        }
        try {
            List<String> values = decoder.parameters().get(name);
            return values == null ? null : values.get(0);
        } catch (IllegalArgumentException badEncoding) {
            return null;
        }
    }

    /** The value of a cookie, or null. */
    @Nullable
    String cookie(String name) {
        String all = headers.get("cookie");
        if (all == null) {
            return null;
        }
        int at = 0;
        while (at < all.length()) {
            int end = all.indexOf(';', at);
            end = end < 0 ? all.length() : end;
            while (at < end && all.charAt(at) == ' ') {
                at++;
            }
            int equals = all.indexOf('=', at);
            if (equals > 0 && equals < end && equals - at == name.length() && all.startsWith(name, at)) {
                return all.substring(equals + 1, end).trim();
            }
            at = end + 1;
        }
        return null;
    }

    /** Whether the client announced no body. */
    boolean isBodyless() {
        return contentLength <= 0 && !chunked;
    }

    static boolean is(CharSequence name, AsciiString known) {
        return known.contentEqualsIgnoreCase(name);
    }
}
