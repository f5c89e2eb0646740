package dev.torii.proxy;

/**
 * Every way a request can fail at the proxy, one row each: what the log and {@code x-torii-reason} call it, what the
 * client is told, and what may be done about it. Flags follow Envoy's letters where the meaning is the same.
 */
public enum Fault {
    DPE("malformed request", 400, 13, false, true),
    TL("header, URI or body over its limit", 431, 8, false, true),
    NR("no route", 404, 12, false, false),
    MR("wrong host for this connection", 421, 14, false, false),
    NC("backend reference invalid", 500, 14, false, false),
    UAEX("denied", 403, 7, false, false),
    RL("rate limited", 429, 8, false, false),
    FI("injected fault", 503, 14, false, false),
    SI("idle stream", 408, 1, false, true),
    URX("retries used up", 503, 14, false, false),
    UF("connect failed", 503, 14, true, false),
    UH("no healthy endpoint", 503, 14, false, false),
    UO("concurrency limit or queue full", 503, 14, true, false),
    UB("breaker open", 503, 14, true, false),
    UC("upstream closed or reset", 502, 14, true, false),
    UPE("upstream protocol error", 502, 14, false, false),
    UT("per-try or upstream timeout", 504, 4, true, false),
    DT("whole request's deadline", 504, 4, false, false),
    DC("client gone", 499, 1, false, true),
    IE("our own bug", 500, 13, false, false);

    private final String meaning;
    private final int httpStatus;
    private final int grpcStatus;
    private final boolean tryAnother;
    private final boolean closesConnection;

    Fault(String meaning, int httpStatus, int grpcStatus, boolean tryAnother, boolean closesConnection) {
        this.meaning = meaning;
        this.httpStatus = httpStatus;
        this.grpcStatus = grpcStatus;
        this.tryAnother = tryAnother;
        this.closesConnection = closesConnection;
    }

    /** In words, for people. */
    public String meaning() {
        return meaning;
    }

    /** The usual answer; {@link #TL} and {@link #UAEX} have others beside it. */
    public int httpStatus() {
        return httpStatus;
    }

    /** The {@code grpc-status} of a trailers-only answer. */
    public int grpcStatus() {
        return grpcStatus;
    }

    /** Whether another endpoint may be tried, if the request allows it. */
    public boolean tryAnother() {
        return tryAnother;
    }

    /** Whether the client's HTTP/1 connection cannot be used any further. */
    public boolean closesConnection() {
        return closesConnection;
    }
}
