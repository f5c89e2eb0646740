package dev.torii.routing;

import java.util.List;

/**
 * A failure to rehearse: one fault of a {@code FaultPolicy}. Of the requests that match a share waits, and a share, drawn
 * apart, is answered with a failure after that.
 *
 * @param name for logs and metrics
 * @param delayPercent 0 to 100
 * @param abortPercent 0 to 100
 * @param abortStatus HTTP status
 * @param abortGrpcStatus what a gRPC call gets in its place
 * @param matches which requests it is for; empty for all
 */
public record FaultInjection(
        String name,
        double delayPercent,
        long delayMs,
        double abortPercent,
        int abortStatus,
        int abortGrpcStatus,
        List<RequestMatch> matches) {

    public FaultInjection {
        matches = List.copyOf(matches);
    }
}
