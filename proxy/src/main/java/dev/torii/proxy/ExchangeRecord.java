package dev.torii.proxy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one request or stream connection: frozen once, when its last byte has gone, then read by log, metrics
 * and traces on any thread. Absent texts are {@code ""}.
 *
 * @param role {@code gateway}, {@code outbound} or {@code inbound}
 * @param startEpochMs wall clock at the first byte of the request
 * @param durationNanos to the last byte of the answer
 * @param upstreamNanos from the request's leaving to the first byte of the upstream's answer; -1 when there was none
 * @param traceId 32 hexadecimal digits; {@code ""} for streams
 * @param spanId of what this proxy did with the request: 16 hexadecimal digits; {@code ""} for streams
 * @param protocol {@code HTTP/1.0}, {@code HTTP/1.1}, {@code HTTP/2}, {@code TCP} or {@code TLS}
 * @param status as sent to the client; 499 when it had gone; 0 for streams
 * @param grpcStatus -1 when the answer is not gRPC
 * @param fault null when all went well
 * @param detail one lower_snake word that says more about the fault
 * @param route {@code namespace/name/rule}
 * @param service {@code namespace/name} of the backend
 * @param endpoint {@code host:port}
 * @param attempts tries made upstream
 * @param retriesUsedUp whether one more was wanted; with no other fault it is {@link Fault#URX}
 * @param client address of the caller, after trusted hops
 * @param peer address that has connected: the caller itself, or the last hop before us
 * @param logged whether the access log has it: somebody who counts or traces does not care
 * @param headers chosen request headers: name, value, name, value, … already masked
 * @param responseHeaders the same of the answer
 * @param trace what its spans are made of; null when it is not sampled
 */
public record ExchangeRecord(
        String role,
        long startEpochMs,
        long durationNanos,
        long upstreamNanos,
        String requestId,
        String traceId,
        String spanId,
        String method,
        String scheme,
        String authority,
        String path,
        String protocol,
        int status,
        int grpcStatus,
        @Nullable Fault fault,
        String detail,
        long bytesIn,
        long bytesOut,
        String route,
        String service,
        String endpoint,
        int attempts,
        boolean retriesUsedUp,
        String client,
        String peer,
        String userAgent,
        String snapshot,
        boolean logged,
        List<String> headers,
        List<String> responseHeaders,
        @Nullable TraceRecord trace) {

    /** As the log shows it: the fault, with {@link Fault#URX} before it where retries were used up; {@code ""} for none. */
    public String flags() {
        if (fault == null) {
            return "";
        }
        return retriesUsedUp && fault != Fault.URX ? Fault.URX.name() + "," + fault.name() : fault.name();
    }
}
