package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a record as one JSON object: the names, the order and the types of the access log. What is absent is left out.
 * Not thread-safe.
 *
 * <p>Source: section 5.5 of the design; people script against it. Beyond it, {@code peer} says who has connected where that
 * is not the {@code client}: in a sidecar the pod that calls, for a client that it names.
 */
final class AccessLogLine {

    private static final byte[] TIME = ascii("{\"time\":\"");
    private static final byte[] REQUEST_ID = field("request_id");
    private static final byte[] TRACE_ID = field("trace_id");
    private static final byte[] SPAN_ID = field("span_id");
    private static final byte[] ROLE = field("role");
    private static final byte[] METHOD = field("method");
    private static final byte[] SCHEME = field("scheme");
    private static final byte[] AUTHORITY = field("authority");
    private static final byte[] PATH = field("path");
    private static final byte[] PROTOCOL = field("protocol");
    private static final byte[] STATUS = field("status");
    private static final byte[] GRPC_STATUS = field("grpc_status");
    private static final byte[] FLAGS = field("flags");
    private static final byte[] REASON = field("reason");
    private static final byte[] DURATION_MS = field("duration_ms");
    private static final byte[] UPSTREAM_MS = field("upstream_ms");
    private static final byte[] BYTES_IN = field("bytes_in");
    private static final byte[] BYTES_OUT = field("bytes_out");
    private static final byte[] ROUTE = field("route");
    private static final byte[] SERVICE = field("service");
    private static final byte[] ENDPOINT = field("endpoint");
    private static final byte[] ATTEMPTS = field("attempts");
    private static final byte[] CLIENT = field("client");
    private static final byte[] PEER = field("peer");
    private static final byte[] USER_AGENT = field("user_agent");
    private static final byte[] SNAPSHOT = field("snapshot");
    private static final byte[] HEADERS = field("headers");
    private static final byte[] RESPONSE_HEADERS = field("response_headers");

    private final UtcTime time = new UtcTime();

    /** Appends the object, without a line end. */
    void write(ExchangeRecord exchange, JsonBuffer out) {
        out.raw(TIME);
        time.write(exchange.startEpochMs(), out);
        out.raw('"');
        text(REQUEST_ID, exchange.requestId(), out);
        text(TRACE_ID, exchange.traceId(), out);
        text(SPAN_ID, exchange.spanId(), out);
        request(exchange, out);
        outcome(exchange, out);
        destination(exchange, out);
        headers(HEADERS, exchange.headers(), out);
        headers(RESPONSE_HEADERS, exchange.responseHeaders(), out);
        out.raw('}');
    }

    private static void request(ExchangeRecord exchange, JsonBuffer out) {
        text(ROLE, exchange.role(), out);
        text(METHOD, exchange.method(), out);
        text(SCHEME, exchange.scheme(), out);
        text(AUTHORITY, exchange.authority(), out);
        text(PATH, exchange.path(), out);
        text(PROTOCOL, exchange.protocol(), out);
    }

    private static void outcome(ExchangeRecord exchange, JsonBuffer out) {
        if (exchange.status() > 0) {
            out.raw(STATUS).number(exchange.status());
        }
        if (exchange.grpcStatus() >= 0) {
            out.raw(GRPC_STATUS).number(exchange.grpcStatus());
        }
        text(FLAGS, exchange.flags(), out);
        text(REASON, exchange.detail(), out);
        out.raw(DURATION_MS).millis(exchange.durationNanos());
        if (exchange.upstreamNanos() >= 0) {
            out.raw(UPSTREAM_MS).millis(exchange.upstreamNanos());
        }
        out.raw(BYTES_IN).number(exchange.bytesIn());
        out.raw(BYTES_OUT).number(exchange.bytesOut());
    }

    private static void destination(ExchangeRecord exchange, JsonBuffer out) {
        text(ROUTE, exchange.route(), out);
        text(SERVICE, exchange.service(), out);
        text(ENDPOINT, exchange.endpoint(), out);
        out.raw(ATTEMPTS).number(exchange.attempts());
        text(CLIENT, exchange.client(), out);
        if (!exchange.peer().equals(exchange.client())) {
            text(PEER, exchange.peer(), out);
        }
        text(USER_AGENT, exchange.userAgent(), out);
        text(SNAPSHOT, exchange.snapshot(), out);
    }

    private static void headers(byte[] field, List<String> namesAndValues, JsonBuffer out) {
        if (namesAndValues.isEmpty()) {
            return;
        }
        out.raw(field);
        char separator = '{';
        for (int i = 0; i + 1 < namesAndValues.size(); i += 2) {
            out.raw(separator).text(namesAndValues.get(i)).raw(':').text(namesAndValues.get(i + 1));
            separator = ',';
        }
        out.raw('}');
    }

    private static void text(byte[] field, String value, JsonBuffer out) {
        if (!value.isEmpty()) {
            out.raw(field).text(value);
        }
    }

    private static byte[] field(String name) {
        return ascii(",\"" + name + "\":");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
