package dev.torii.proxy.telemetry.spans;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names of attributes and the rules for their values. Source: OpenTelemetry's semantic conventions, HTTP and RPC. */
final class Conventions {

    static final AttributeKey<String> URL_SCHEME = AttributeKey.stringKey("url.scheme");
    static final AttributeKey<String> URL_PATH = AttributeKey.stringKey("url.path");
    static final AttributeKey<String> CLIENT_ADDRESS = AttributeKey.stringKey("client.address");
    static final AttributeKey<String> PEER_ADDRESS = AttributeKey.stringKey("network.peer.address");
    static final AttributeKey<String> USER_AGENT = AttributeKey.stringKey("user_agent.original");
    static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    static final AttributeKey<String> ROLE = AttributeKey.stringKey("torii.role");
    static final AttributeKey<String> TORII_ROUTE = AttributeKey.stringKey("torii.route");
    static final AttributeKey<String> SERVICE = AttributeKey.stringKey("torii.service");
    static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("torii.endpoint");
    static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("torii.attempt");
    static final AttributeKey<Long> ATTEMPTS = AttributeKey.longKey("torii.attempts");
    static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("torii.request_id");
    static final AttributeKey<String> SNAPSHOT = AttributeKey.stringKey("torii.snapshot");

    private static final AttributeKey<String> FLAGS = AttributeKey.stringKey("torii.flags");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("torii.reason");
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> METHOD_ORIGINAL = AttributeKey.stringKey("http.request.method_original");
    private static final AttributeKey<String> VERSION = AttributeKey.stringKey("network.protocol.version");
    private static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    private static final AttributeKey<String> RPC_SYSTEM = AttributeKey.stringKey("rpc.system.name");
    private static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
    private static final AttributeKey<String> RPC_STATUS = AttributeKey.stringKey("rpc.response.status_code");

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY");

    /** Longer values of a client's choice are cut: a span is to be looked at. */
    private static final int MAX_VALUE = 1024;

    private Conventions() {}

    static String bounded(String value) {
        return value.length() > MAX_VALUE ? value.substring(0, MAX_VALUE) : value;
    }

    static void text(AttributeKey<String> key, String value, AttributesBuilder out) {
        if (!value.isEmpty()) {
            out.put(key, bounded(value));
        }
    }

    /** A method of the standard; all others are one, for their number has no bound. */
    static String method(String method) {
        return METHODS.contains(method) ? method : "HTTP";
    }

    static boolean isGrpc(ExchangeRecord exchange) {
        return exchange.grpcStatus() >= 0;
    }

    /** {@code package.Service/Method}. */
    static String rpcMethod(ExchangeRecord exchange) {
        return bounded(exchange.path().startsWith("/") ? exchange.path().substring(1) : exchange.path());
    }

    static void request(ExchangeRecord exchange, AttributesBuilder out) {
        String method = exchange.method();
        if (METHODS.contains(method)) {
            out.put(METHOD, method);
        } else if (!method.isEmpty()) {
            out.put(METHOD, "_OTHER").put(METHOD_ORIGINAL, bounded(method));
        }
        if (isGrpc(exchange)) {
            out.put(RPC_SYSTEM, "grpc").put(RPC_METHOD, rpcMethod(exchange));
            out.put(RPC_STATUS, grpcStatus(exchange.grpcStatus()));
        }
        int slash = exchange.protocol().indexOf('/');
        if (slash > 0) {
            out.put(VERSION, exchange.protocol().substring(slash + 1));
        }
    }

    private static String grpcStatus(int code) {
        return code <= GrpcStatusCode.UNAUTHENTICATED.getValue()
                ? GrpcStatusCode.fromValue(code).name()
                : Integer.toString(code);
    }

    /** Whose fault it is by the conventions for gRPC servers. */
    static boolean isServerError(int code) {
        return switch (code) {
            case 2, 4, 12, 13, 14, 15 -> true;
            default -> false;
        };
    }

    /** @param authority host and maybe port */
    static void server(String authority, String scheme, AttributesBuilder out) {
        if (authority.isEmpty()) {
            return;
        }
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']') && colon + 1 < authority.length();
        out.put(SERVER_ADDRESS, bounded(hasPort ? authority.substring(0, colon) : authority));
        long port = scheme.equals("https") ? 443 : 80;
        try {
            port = hasPort ? Integer.parseInt(authority, colon + 1, authority.length(), 10) : port;
        } catch (NumberFormatException e) {
            return; // a client may write what it likes
        }
        out.put(SERVER_PORT, port);
    }

    static void fault(@Nullable Fault fault, String detail, AttributesBuilder out) {
        fault(fault == null ? "" : fault.name(), detail, out);
    }

    /** @param flags as in the log */
    static void fault(String flags, String detail, AttributesBuilder out) {
        text(FLAGS, flags, out);
        text(REASON, detail, out);
    }

    static String errorType(int status, @Nullable Fault fault) {
        return status >= 400 ? Integer.toString(status) : fault == null ? "_OTHER" : fault.name();
    }
}
