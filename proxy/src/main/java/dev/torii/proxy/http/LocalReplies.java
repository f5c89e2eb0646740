package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerResponse;

/**
 * The only maker of answers that no upstream gave. Each says why in {@code x-torii-reason: <flag> <detail>}, names the
 * request, and has a short body in the form the client accepts: plain, JSON, or gRPC trailers-only.
 */
final class LocalReplies {

    private LocalReplies() {}

    /**
     * Writes and ends the response.
     *
     * @param status may differ from the fault's usual one (414, 413, 405 …)
     * @param detail one lower_snake word
     * @param grpcStatus what a gRPC client is told in place of it
     * @param service whose limit or breaker it was; {@code ""} for none
     * @param head null when the request was too broken to read
     * @return done when it is written
     */
    static Future<Void> send(
            HttpServerResponse response,
            Fault fault,
            int status,
            String detail,
            int grpcStatus,
            String requestId,
            String service,
            @org.jspecify.annotations.Nullable RequestHead head) {
        MultiMap headers = response.headers();
        String reason = fault.name() + " " + detail;
        headers.set("x-torii-reason", reason);
        headers.set("x-request-id", requestId);
        if (head != null && head.grpc) {
            headers.set("content-type", "application/grpc");
            grpcStatus(headers, fault, service.isEmpty() ? detail : detail + " of " + service, grpcStatus);
            return response.setStatusCode(200).end();
        }
        String accept = head == null ? null : head.header("accept");
        String body;
        if (accept != null && accept.contains("json")) {
            headers.set("content-type", "application/json");
            body = "{\"status\":" + status + ",\"reason\":\"" + fault.name() + "\",\"detail\":\"" + detail + "\""
                    + (service.isEmpty() ? "" : ",\"service\":\"" + service + "\"") + ",\"message\":\""
                    + fault.meaning() + "\",\"request_id\":\"" + requestId + "\"}\n";
        } else {
            headers.set("content-type", "text/plain; charset=utf-8");
            body = fault.meaning() + " (" + reason + ")" + (service.isEmpty() ? "" : " of " + service) + "\nrequest id "
                    + requestId + "\n";
        }
        return response.setStatusCode(status).end(body);
    }

    /** Whether this is such an answer of another proxy, which could not connect to its app or got no byte of an answer. */
    static boolean saysUnanswered(int status, HttpHeaders answer) {
        if (status != Fault.UF.httpStatus() && status != Fault.UC.httpStatus()) {
            return false;
        }
        String reason = answer.get("x-torii-reason");
        return reason != null && (reason.startsWith("UF ") || reason.equals("UC closed_before_answer"));
    }

    /** Whether such an answer says that the app did not get the request at all. */
    static boolean saysUnsent(HttpHeaders answer) {
        String reason = answer.get("x-torii-reason");
        return reason != null && reason.startsWith("UF ");
    }

    /** Says in a gRPC answer's last headers why it failed. */
    static void grpcStatus(MultiMap last, Fault fault, String detail, int status) {
        last.set("grpc-status", Integer.toString(status));
        last.set("grpc-message", fault.meaning() + " (" + fault.name() + " " + detail + ")");
    }
}
