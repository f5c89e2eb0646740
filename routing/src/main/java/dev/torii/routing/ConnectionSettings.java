package dev.torii.routing;

/**
 * Milliseconds and counts.
 *
 * @param idleTimeoutMs after which an unused pooled connection is closed; the default lies below the keep-alive of common
 *     servers (Node: 5 s) so that a request is not written to a connection the server is just closing
 * @param maxPerEndpoint connections per endpoint and event loop
 */
public record ConnectionSettings(long connectTimeoutMs, long idleTimeoutMs, int maxPerEndpoint) {

    public static final ConnectionSettings DEFAULT = new ConnectionSettings(1_000, 4_000, 1_024);
}
