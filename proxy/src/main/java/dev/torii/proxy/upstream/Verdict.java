package dev.torii.proxy.upstream;

import dev.torii.proxy.Fault;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** What a try says about the endpoint it was made at: the one place where that is decided, for breakers and ejections. */
enum Verdict {
    GOOD,
    BAD,
    /** Nothing: the client went, or the endpoint had too much to do, which is no failure, and no quick success either. */
    NONE,
    /** It depends on how the answer ends. */
    LATER;

    private static final String REASON = "x-torii-reason";
    private static final String GRPC = "application/grpc";
    private static final String GRPC_STATUS = "grpc-status";

    /** Of the head of an answer. */
    static Verdict ofHead(int status, HttpHeaders headers) {
        if (status == 200) {
            return isGrpc(headers.get(HttpHeaderNames.CONTENT_TYPE)) ? ofGrpcHead(headers) : GOOD;
        }
        if (saysBusy(status, headers)) {
            return NONE;
        }
        return status >= 500 ? BAD : GOOD;
    }

    private static Verdict ofGrpcHead(HttpHeaders headers) {
        String code = headers.get(GRPC_STATUS);
        if (code == null) {
            return LATER;
        }
        return isBusy(headers.get(REASON)) ? NONE : ofGrpc(code);
    }

    /** Of a gRPC answer that has ended. Without a status it is UNKNOWN (gRPC over HTTP/2, Responses). */
    static Verdict ofTrailers(@Nullable HttpHeaders trailers) {
        String code = trailers == null ? null : trailers.get(GRPC_STATUS);
        return code == null ? BAD : ofGrpc(code);
    }

    /** Of a try that has failed, or was given up for that reason. */
    static Verdict ofFault(Fault why) {
        return switch (why) {
            case UF, UC, UPE, UT, DT, SI -> BAD;
            default -> NONE;
        };
    }

    /** Whether another proxy says that its app has too much to do. (To gRPC that is a 200, which is not looked at.) */
    static boolean saysBusy(int status, HttpHeaders headers) {
        boolean possible = status == Fault.RL.httpStatus() || status == Fault.UO.httpStatus();
        return possible && isBusy(headers.get(REASON));
    }

    private static boolean isBusy(@Nullable String reason) {
        return reason != null && (reason.startsWith("UO ") || reason.startsWith("RL "));
    }

    /** Not gRPC-Web, whose trailers are part of the body. */
    private static boolean isGrpc(@Nullable String type) {
        return type != null
                && type.startsWith(GRPC)
                && (type.length() == GRPC.length() || type.charAt(GRPC.length()) != '-');
    }

    /** UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE and DATA_LOSS; all others are the caller's fault or its business. */
    private static Verdict ofGrpc(String code) {
        return switch (code) {
            case "2", "4", "13", "14", "15" -> BAD;
            default -> GOOD;
        };
    }
}
