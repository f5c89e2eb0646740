package dev.torii.proxy.http;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TraceRecord;
import dev.torii.proxy.trace.Trace;
import dev.torii.proxy.upstream.Hashing;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.Cluster;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What becomes of a request, noted as it happens and frozen once. */
final class Outcome {

    private final long startNanos;
    private final long startEpochMs;
    private int status;
    private int grpcStatus = -1;
    private @Nullable Fault fault;
    private String detail = "";
    private String endpoint = "";
    private int attempts;
    private String retriesUsedUp = "";
    private long sentNanos;
    private long upstreamNanos = -1;
    private @Nullable Tries tries;
    private boolean delayed;
    private long tunnelIn;
    private long tunnelOut;

    Outcome() {
        startNanos = System.nanoTime();
        startEpochMs = System.currentTimeMillis();
    }

    /** @param began by {@link System#nanoTime()} */
    private Outcome(long began) {
        startNanos = began;
        startEpochMs = System.currentTimeMillis() - (System.nanoTime() - began) / 1_000_000;
    }

    /** The record of a client that was refused before it had made a request. */
    static ExchangeRecord withoutRequest(
            Worker worker, String protocol, Routing nowhere, long began, Decision.Refuse why) {
        Outcome outcome = new Outcome(began);
        outcome.failed(why.why(), why.detail());
        outcome.status(why.status());
        return outcome.record(worker, protocol, nowhere, null, 0, 0);
    }

    /**
     * A try begins.
     *
     * @param span that the backend takes for its parent
     * @param sampled whether the request is
     */
    void trying(String at, long span, boolean sampled) {
        endpoint = at;
        attempts++;
        if (sampled) {
            tries = tries == null ? new Tries(startNanos) : tries;
            tries.begin(span, at);
        }
    }

    /** The try that began last failed, for whatever that means to the request. */
    void tryFailed(Fault why, String word) {
        if (tries != null) {
            tries.end(why, word);
        }
    }

    int attempts() {
        return attempts;
    }

    /**
     * Another try was wanted and could not be made, so the last one's outcome is the request's.
     *
     * @param word why not, for an answer that a backend gave
     */
    void retriesUsedUp(String word) {
        retriesUsedUp = word;
    }

    boolean areRetriesUsedUp() {
        return !retriesUsedUp.isEmpty();
    }

    /** The request leaves for a backend. */
    void sent() {
        sentNanos = System.nanoTime();
        if (tries != null) {
            tries.sent();
        }
    }

    /** The backend has a status for the try. */
    void tryAnswered(int code) {
        if (tries != null) {
            tries.answered(code);
        }
    }

    /** The backend's answer begins, and the client gets it. */
    void upstreamAnswers() {
        upstreamNanos = System.nanoTime() - sentNanos;
    }

    /** The status that the client gets. */
    void status(int code) {
        status = code;
    }

    int status() {
        return status;
    }

    void grpcStatus(int code) {
        grpcStatus = code;
    }

    void failed(Fault why, String word) {
        fault = why;
        detail = word;
    }

    /** A rehearsed failure let it wait: that is told of an exchange of which nothing worse is. */
    void delayed() {
        delayed = true;
    }

    /** Bytes that went to the backend and to the client after an upgrade. */
    void tunnelled(long in, long out) {
        tunnelIn = in;
        tunnelOut = out;
    }

    /**
     * The record.
     *
     * @param request null when there was none
     * @param bytesIn of the request's body
     * @param bytesOut of the answer's
     */
    ExchangeRecord record(
            Worker worker,
            String protocol,
            Routing routing,
            @Nullable HttpServerRequest request,
            long bytesIn,
            long bytesOut) {
        RequestHead head = routing.head();
        Trace trace = routing.trace();
        RulePlan rule = routing.rule();
        RulePlan.BackendPlan backend = routing.backend();
        Cluster cluster = backend == null ? null : backend.cluster();
        if (tries != null) {
            tries.end(fault, detail);
        }
        if (fault == null && areRetriesUsedUp()) {
            failed(Fault.URX, retriesUsedUp);
        } else if (fault == null && delayed) {
            failed(Fault.FI, "injected_delay");
        }
        long durationNanos = System.nanoTime() - startNanos;
        AccessLogging log = routing.telemetry().log();
        boolean logged = isLogged(log, durationNanos, routing.requestId());
        return new ExchangeRecord(
                worker.role(),
                startEpochMs,
                durationNanos,
                upstreamNanos,
                routing.requestId(),
                trace.traceId(),
                trace.spanId(),
                head.method,
                head.scheme,
                head.authority,
                head.path,
                protocol,
                status,
                grpcStatus,
                fault,
                detail,
                bytesIn + tunnelIn,
                bytesOut + tunnelOut,
                rule == null ? "" : rule.rule().name(),
                cluster == null ? "" : cluster.service(),
                endpoint,
                attempts,
                areRetriesUsedUp(),
                routing.clientAddress(),
                routing.peerAddress(),
                head.userAgent,
                routing.plan().snapshot().version(),
                logged,
                logged && request != null ? ChosenHeaders.of(request, log.requestHeaders(), worker.mask()) : List.of(),
                logged && request != null
                        ? ChosenHeaders.of(request.response(), log.responseHeaders(), worker.mask())
                        : List.of(),
                trace.isSampled() ? sampled(trace, durationNanos) : null);
    }

    /** Sampled by the request's id, so that all proxies on its way log the same ones. */
    private boolean isLogged(AccessLogging log, long durationNanos, String requestId) {
        if (fault != null || log.samplePercent() >= 100) {
            return true;
        }
        int plain = grpcStatus > 0 && status == 200 ? GrpcStatus.asHttp(grpcStatus) : status;
        return log.takes(plain, durationNanos, Hashing.hash(requestId));
    }

    private TraceRecord sampled(Trace trace, long durationNanos) {
        Instant now = Instant.now(); // finer than the millisecond that the log has
        long epochNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - durationNanos;
        return new TraceRecord(trace.parentSpanId(), epochNanos, trace.tags(), tries == null ? List.of() : tries.all());
    }
}
