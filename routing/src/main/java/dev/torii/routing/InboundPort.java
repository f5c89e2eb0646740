package dev.torii.routing;

/**
 * A port that the sidecar's own app listens on.
 *
 * @param port of the app, the one that callers of the pod connect to
 * @param speaks what callers speak
 * @param listener its one catch-all rule and stream route lead to a cluster with the single endpoint
 *     {@code 127.0.0.1:port}
 */
public record InboundPort(int port, Speaks speaks, Listener listener) {}
