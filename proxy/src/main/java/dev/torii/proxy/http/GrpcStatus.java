package dev.torii.proxy.http;

/** What a gRPC status would be as an HTTP status, which says 200 whatever came. Source: {@code google/rpc/code.proto}. */
final class GrpcStatus {

    private static final int[] HTTP = {
        200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401
    };

    private GrpcStatus() {}

    /** @param code any number; unknown ones are failures */
    static int asHttp(int code) {
        return code >= 0 && code < HTTP.length ? HTTP[code] : 500;
    }
}
