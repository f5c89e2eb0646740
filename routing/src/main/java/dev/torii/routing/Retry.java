package dev.torii.routing;

import java.util.List;

/**
 * When a request is sent again. Source: Gateway API {@code HTTPRouteRetry} (GEP-1731). Connections that fail and tries
 * that take too long are repeated besides, where the method allows it.
 *
 * @param attempts how many times more, at least 1
 * @param codes statuses of an answer that are worth another try
 * @param backoffMs the least wait before another try
 */
public record Retry(int attempts, List<Integer> codes, long backoffMs) {

    public Retry {
        codes = List.copyOf(codes);
    }
}
