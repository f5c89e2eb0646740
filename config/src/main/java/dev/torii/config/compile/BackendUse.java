package dev.torii.config.compile;

/** How a route talks to its backends. */
enum BackendUse {
    /** Requests. */
    HTTP,
    /** Requests over HTTP/2. */
    GRPC,
    /** Bytes of which the client's TLS has been taken off, and to which the backend's may be put on. */
    STREAM,
    /** Bytes as they come. */
    RAW;

    boolean isHttp() {
        return this == HTTP || this == GRPC;
    }
}
