package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.routing.PathNormalizer;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's request into a {@link RequestHead} and refuses what has two readings: framing (RFC 9112, 6), host
 * (RFC 9110, 7.2), characters, path. Takes out what belongs to one hop only (RFC 9110, 7.6.1) and what the edge writes
 * itself. Netty's decoder has refused broken lines, repeated lengths and length with chunking before.
 */
final class RequestReader {

    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString HOST = AsciiString.cached("host");
    private static final AsciiString EXPECT = AsciiString.cached("expect");
    private static final AsciiString TRAILER = AsciiString.cached("trailer");
    private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
    private static final AsciiString FORWARDED = AsciiString.cached("forwarded");
    private static final AsciiString CONNECTION = AsciiString.cached("connection");
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString USER_AGENT = AsciiString.cached("user-agent");
    private static final AsciiString REQUEST_ID = AsciiString.cached("x-request-id");
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    private static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString H2_SETTINGS = AsciiString.cached("http2-settings");
    private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString TORII_ATTEMPT = AsciiString.cached("x-torii-attempt");
    private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");

    /** Headers that frame a request or that only the edge writes. */
    private static final Set<String> TWINS = Set.of(
            "content-length", "transfer-encoding", "proxy-connection", "keep-alive", "x-request-id", "x-torii-attempt");

    private final RequestHead head;
    private final boolean http2;
    private final boolean http10;
    private final boolean inbound;
    private @Nullable String connectionOptions;
    private @Nullable String upgradeOffer;
    private @Nullable String hostLine;
    private String refusal = "";
    private int status = 400;

    private RequestReader(RequestHead head, HttpVersion version, boolean inbound) {
        this.head = head;
        this.inbound = inbound;
        this.http2 = version == HttpVersion.HTTP_2;
        this.http10 = version == HttpVersion.HTTP_1_0;
    }

    /** Fills the head; why it must be refused, or null when it must not. */
    static Decision.@Nullable Refuse read(HttpServerRequest request, ClientConnection client, RequestHead head) {
        RequestReader reader =
                new RequestReader(head, request.version(), client.door().isInbound());
        reader.readMethodAndScheme(request, client);
        reader.readHeaders(request);
        reader.readTarget(request);
        reader.finish();
        return reader.refusal.isEmpty() ? null : new Decision.Refuse(Fault.DPE, reader.status, reader.refusal);
    }

    private void refuse(String detail) {
        if (refusal.isEmpty()) {
            refusal = detail;
        }
    }

    private void readMethodAndScheme(HttpServerRequest request, ClientConnection client) {
        head.method = request.method().name();
        head.scheme = client.scheme();
        if (http2 && !Characters.isToken(head.method)) {
            refuse("invalid_method");
        }
    }

    private void readHeaders(HttpServerRequest request) {
        if (request.headers() instanceof HttpHeaders lines) {
            Iterator<Map.Entry<CharSequence, CharSequence>> all = lines.iteratorCharSequence();
            while (all.hasNext()) {
                Map.Entry<CharSequence, CharSequence> line = all.next();
                readLine(line.getKey(), line.getValue());
            }
        } else {
            for (Map.Entry<String, String> line : request.headers()) {
                readLine(line.getKey(), line.getValue());
            }
        }
    }

    private void readLine(CharSequence name, CharSequence value) {
        head.headerBytes += name.length() + value.length() + 4;
        head.headerCount++;
        if (http2 && !(Characters.isToken(name) && Characters.isFieldValue(value))) {
            // HPACK can carry any byte; written to an HTTP/1 backend it would become another header or request.
            refuse("invalid_header");
            return;
        }
        if (!special(name, value) && !isTwin(name)) {
            head.headers.add(name, value);
            head.forwardedMore |= Forwarded.isForwarded(name);
        }
    }

    /** Some backends take an underscore for a dash: then it would say what only the edge may say. */
    private static boolean isTwin(CharSequence name) {
        if (AsciiString.indexOf(name, '_', 0) < 0) {
            return false;
        }
        String dashed = name.toString().replace('_', '-').toLowerCase(Locale.ROOT);
        return TWINS.contains(dashed) || Forwarded.isForwarded(dashed);
    }

    /** Takes note of a header that means something to a proxy; true when it is not to be passed on as it is. */
    private boolean special(CharSequence name, CharSequence value) {
        switch (name.length()) {
            case 2:
                return RequestHead.is(name, TE) && !"trailers".contentEquals(value);
            case 4:
                return RequestHead.is(name, HOST) && host(value);
            case 6:
                return RequestHead.is(name, EXPECT) && expect(value);
            case 7:
                if (RequestHead.is(name, UPGRADE)) {
                    upgradeOffer = value.toString();
                    return true;
                }
                return http10 && RequestHead.is(name, TRAILER);
            case 9:
                if (RequestHead.is(name, FORWARDED)) {
                    head.forwarded = head.forwarded.isEmpty() ? value.toString() : head.forwarded + ", " + value;
                    return true;
                }
                return false;
            case 10:
                return tenLetters(name, value);
            case 12:
                return twelveLetters(name, value);
            case 14:
                return fourteenLetters(name, value);
            case 15:
                return fifteenLetters(name, value);
            case 16:
                if (RequestHead.is(name, FORWARDED_HOST)) {
                    head.forwardedHost = value.toString();
                    return true;
                }
                return RequestHead.is(name, PROXY_CONNECTION);
            case 17:
                return seventeenLetters(name, value);
            default:
                return false;
        }
    }

    private boolean host(CharSequence value) {
        if (hostLine != null) {
            refuse("two_hosts");
        }
        hostLine = value.toString();
        return true;
    }

    /** RFC 9110, 10.1.1. */
    private boolean expect(CharSequence value) {
        if (!AsciiString.contentEqualsIgnoreCase("100-continue", value)) {
            refuse("unknown_expectation");
            status = 417;
        }
        head.expectsContinue = !http10;
        return http10;
    }

    private boolean tenLetters(CharSequence name, CharSequence value) {
        if (RequestHead.is(name, USER_AGENT)) {
            head.userAgent = value.toString();
            return false;
        }
        if (RequestHead.is(name, CONNECTION)) {
            connectionOptions = connectionOptions == null ? value.toString() : connectionOptions + "," + value;
            return true;
        }
        return RequestHead.is(name, KEEP_ALIVE);
    }

    private boolean twelveLetters(CharSequence name, CharSequence value) {
        if (RequestHead.is(name, REQUEST_ID)) {
            head.requestId = value;
            return true;
        }
        if (RequestHead.is(name, CONTENT_TYPE)) {
            head.grpc = AsciiString.regionMatches(value, true, 0, "application/grpc", 0, 16)
                    && (value.length() == 16 || value.charAt(16) == '+' || value.charAt(16) == ';');
        } else if (RequestHead.is(name, GRPC_TIMEOUT)) {
            head.grpcTimeoutMs = GrpcTimeout.parseMs(value);
        }
        return false;
    }

    private boolean fourteenLetters(CharSequence name, CharSequence value) {
        if (RequestHead.is(name, CONTENT_LENGTH)) {
            if (head.contentLength >= 0) {
                refuse("two_content_lengths");
            }
            head.contentLength = Characters.parseLength(value);
            if (head.contentLength < 0) {
                refuse("invalid_content_length");
            }
            return false;
        }
        return RequestHead.is(name, H2_SETTINGS);
    }

    private boolean fifteenLetters(CharSequence name, CharSequence value) {
        if (RequestHead.is(name, FORWARDED_FOR)) {
            head.forwardedFor = head.forwardedFor.isEmpty() ? value.toString() : head.forwardedFor + "," + value;
            return true;
        }
        // An app sees which try of its caller's proxy it serves; else only this proxy says that.
        return !inbound && RequestHead.is(name, TORII_ATTEMPT);
    }

    private boolean seventeenLetters(CharSequence name, CharSequence value) {
        if (RequestHead.is(name, FORWARDED_PROTO)) {
            head.forwardedProto = value.toString();
            return true;
        }
        if (RequestHead.is(name, TRANSFER_ENCODING)) {
            if (head.chunked || http2 || !AsciiString.contentEqualsIgnoreCase("chunked", value)) {
                refuse("invalid_transfer_encoding");
            }
            head.chunked = true;
            return true;
        }
        return false;
    }

    private void readTarget(HttpServerRequest request) {
        // HTTP/2's CONNECT has no path.
        String target = request.uri() == null ? "" : request.uri();
        String authority = hostLine;
        if (http2) {
            HostAndPort pseudo = request.authority();
            String fromPseudo = pseudo == null ? null : text(pseudo);
            if (fromPseudo != null && hostLine != null && !fromPseudo.equalsIgnoreCase(hostLine)) {
                refuse("host_differs_from_authority");
            }
            authority = fromPseudo != null ? fromPseudo : hostLine;
        } else if (hostLine == null && !(http10 && head.method.equals("CONNECT"))) {
            refuse("missing_host");
        } else if (head.method.equals("CONNECT") && !target.startsWith("/")) {
            authority = target; // RFC 9112, 3.2.3; which HTTP/1.0 has no Host beside
        } else if (target.regionMatches(true, 0, "http://", 0, 7) || target.regionMatches(true, 0, "https://", 0, 8)) {
            int start = target.indexOf("://") + 3;
            int end = Characters.authorityEnd(target, start);
            // RFC 9112, 3.2.2: the authority of an absolute target replaces the Host header.
            authority = target.substring(start, end);
            target = target.startsWith("/", end) ? target.substring(end) : "/" + target.substring(end);
        }
        readAuthority(authority);
        readPath(target);
    }

    private void readAuthority(@Nullable String authority) {
        if (authority == null) {
            refuse("missing_host");
            return;
        }
        if (!Characters.isAuthority(authority)) {
            refuse("invalid_host");
            return;
        }
        head.authority = authority;
        int portAt = authority.lastIndexOf(':');
        String name = portAt > authority.lastIndexOf(']') ? authority.substring(0, portAt) : authority;
        head.host = Characters.isLowerCase(name) ? name : name.toLowerCase(Locale.ROOT);
        if (head.host.endsWith(".")) {
            head.host = head.host.substring(0, head.host.length() - 1);
        }
    }

    private void readPath(String target) {
        if (!Characters.isTarget(target)) {
            refuse("invalid_target");
            return;
        }
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        head.query = question < 0 ? "" : target.substring(question + 1);
        if (path.equals("*") && head.method.equals("OPTIONS")) {
            head.path = path;
        } else if (head.method.equals("CONNECT")) {
            head.path = "/";
        } else if (path.isEmpty() || path.charAt(0) != '/') {
            refuse("invalid_target");
        } else {
            head.path = PathNormalizer.normalize(path);
            if (head.path.isEmpty()) {
                refuse("ambiguous_path");
            }
        }
    }

    private void finish() {
        if (http10 && head.chunked) {
            refuse("invalid_transfer_encoding");
        }
        if (!http2 && head.method.equals("CONNECT") && !head.isBodyless()) {
            refuse("connect_with_body"); // two servers could see its end, and so the tunnel's begin, at two places
        }
        if (connectionOptions == null) {
            return;
        }
        for (String option : connectionOptions.split(",")) {
            String name = option.trim();
            if (name.equalsIgnoreCase("upgrade") && upgradeOffer != null && !http2 && head.isBodyless()) {
                head.upgrade = Characters.isFieldValue(upgradeOffer) ? upgradeOffer : "";
            } else if (!name.isEmpty() && !isEndToEnd(name)) {
                head.headers.remove(name);
            }
        }
        // h2c is spoken to this proxy or not at all: it is never tunnelled (request smuggling by upgrade).
        if (head.upgrade.toLowerCase(Locale.ROOT).contains("h2c")) {
            head.upgrade = "";
        }
    }

    /** Headers that a client may not have stripped by naming them in Connection; TE is only kept when it is ours too. */
    private static boolean isEndToEnd(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "close", "keep-alive", "te", "host", "content-length", "content-type", "authorization", "cookie" ->
                true;
            default -> false;
        };
    }

    private static String text(HostAndPort authority) {
        return authority.port() > 0 ? authority.host() + ":" + authority.port() : authority.host();
    }
}
