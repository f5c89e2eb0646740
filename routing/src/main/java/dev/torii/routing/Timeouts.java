package dev.torii.routing;

/**
 * Milliseconds; 0 disables. Source: Gateway API {@code HTTPRouteTimeouts}.
 *
 * @param requestMs from the first byte of the request to the last of the answer, over all tries
 * @param backendRequestMs for one try
 */
public record Timeouts(long requestMs, long backendRequestMs) {

    public static final Timeouts NONE = new Timeouts(0, 0);
}
