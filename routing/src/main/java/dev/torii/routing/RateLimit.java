package dev.torii.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many requests may pass: one limit of a {@code RateLimitPolicy} at one thing that the policy is for. A bucket holds
 * {@code burst} requests and is refilled evenly, {@code requests} in {@code perMs}.
 *
 * @param id identity over time, {@code namespace/policy/limit@target}; live counts are kept by it
 * @param name of the limit, for headers, logs and metrics
 * @param burst how many may come at once; as many as {@code requests} unless configured
 * @param key of which each value has a bucket of its own; null for one bucket
 * @param store null where each proxy counts for itself
 * @param shadow whether what would be refused is only counted
 * @param matches which requests it is for; empty for all
 */
public record RateLimit(
        String id,
        String name,
        long requests,
        long perMs,
        long burst,
        @Nullable HashKey key,
        @Nullable Store store,
        boolean shadow,
        List<RequestMatch> matches) {

    public RateLimit {
        matches = List.copyOf(matches);
    }

    /**
     * Where the proxies count together.
     *
     * @param uri of a Redis; may hold a password, so never shown: see {@link #shown()}
     * @param denyOnError whether requests are refused while it does not answer
     */
    public record Store(String uri, boolean denyOnError) {

        /** The URI with {@code ***} for user and password. */
        public String shown() {
            int at = uri.lastIndexOf('@');
            return at < 0 ? uri : uri.substring(0, uri.indexOf("//") + 2) + "***" + uri.substring(at);
        }

        @Override
        public String toString() {
            return "Store[" + shown() + ", denyOnError=" + denyOnError + "]";
        }
    }
}
