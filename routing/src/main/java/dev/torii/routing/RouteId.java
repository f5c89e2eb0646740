package dev.torii.routing;

/**
 * Which route object a rule came from.
 *
 * @param createdEpochSecond creation time, 0 when unknown (files); older routes win ties
 */
public record RouteId(Kind kind, String namespace, String name, long createdEpochSecond) {

    public enum Kind {
        HTTP,
        GRPC,
        TLS,
        TCP,
        /** No route: a Service's own endpoints, or the app behind an inbound port. */
        NONE
    }

    /** {@code namespace/name}. */
    public String path() {
        return namespace + "/" + name;
    }
}
