package dev.torii.routing;

import org.jspecify.annotations.Nullable;

/**
 * How a cluster is kept from failing its callers, and its callers from failing with it. Source: Torii's
 * {@code BackendPolicy}. Null parts are off. All counts are of one proxy, over all its event loops.
 *
 * @param retryBudget what all retries together may add to the load
 */
public record Resilience(
        @Nullable Concurrency concurrency,
        @Nullable CircuitBreaking circuitBreaking,
        @Nullable OutlierDetection outlierDetection,
        @Nullable HealthCheck healthCheck,
        RetryBudget retryBudget) {

    /** Nothing but the default budget. */
    public static final Resilience NONE = new Resilience(null, null, null, null, RetryBudget.DEFAULT);

    /**
     * How many requests may be in flight, whatever the protocol. A learned limit ({@code mode: Adaptive}) will be another
     * kind of this.
     *
     * @param queueSize how many more may wait for one of these to end; 0 for none
     * @param queueTimeoutMs how long one may wait
     */
    public record Concurrency(int maxInFlight, int queueSize, long queueTimeoutMs) {}

    /**
     * Stops asking what mostly fails, and tries again later.
     *
     * @param perEndpoint whether each endpoint has a breaker of its own; otherwise the Service has one
     * @param window the last {@code windowSize} calls, or seconds
     * @param minimumCalls in the window, before a rate means anything
     * @param failureRatePercent at and above which it opens
     * @param slowCallMs from which on an answer is slow; 0 for never
     * @param slowCallRatePercent at and above which it opens
     * @param openForMs until it lets probes through
     * @param halfOpenCalls how many probes
     */
    public record CircuitBreaking(
            boolean perEndpoint,
            Window window,
            int windowSize,
            int minimumCalls,
            int failureRatePercent,
            long slowCallMs,
            int slowCallRatePercent,
            long openForMs,
            int halfOpenCalls) {

        public enum Window {
            CALLS,
            SECONDS
        }
    }

    /**
     * Leaves an endpoint out for a while after errors in a row. Source: Envoy's outlier detection.
     *
     * @param ejectForMs the first time; each time again it is as much longer
     * @param maxEjectedPercent of a cluster's endpoints, though always one while there are others; above it all are used
     */
    public record OutlierDetection(int consecutiveErrors, long ejectForMs, int maxEjectedPercent) {}

    /**
     * Asks every endpoint how it is.
     *
     * @param path of {@code GET} for {@link Kind#HTTP}, name of the service for {@link Kind#GRPC}, else {@code ""}
     */
    public record HealthCheck(
            Kind kind, String path, long intervalMs, long timeoutMs, int unhealthyThreshold, int healthyThreshold) {

        public enum Kind {
            /** Healthy with a status from 200 to 399. */
            HTTP,
            /** {@code grpc.health.v1.Health/Check}. */
            GRPC,
            /** Healthy when it accepts a connection. */
            TCP
        }
    }

    /** @param percent of the requests of the last seconds that may be retries; {@code minPerSecond} always may */
    public record RetryBudget(int percent, int minPerSecond) {

        /** Source: Gateway API {@code XBackendTrafficPolicy}, DESIGN 5.3. */
        public static final RetryBudget DEFAULT = new RetryBudget(20, 10);
    }
}
