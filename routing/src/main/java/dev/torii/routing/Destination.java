package dev.torii.routing;

import java.util.List;

/**
 * One port of a Service as its callers in the mesh see it: what a sidecar does with an outbound connection or request
 * for it. Source: Gateway API for Service Mesh (GAMMA), {@code ParentReference} to a Service.
 *
 * <p>A Service without routes has one catch-all rule and one catch-all stream route, which lead to its own endpoints and
 * whose kind is {@link RouteId.Kind#NONE}. With routes, what none of them matches is refused: the tables are the whole
 * truth.
 *
 * @param addresses cluster IPs, in {@link IpText#canonical canonical} form; empty when it has none, as with headless ones
 * @param port of the Service, not of its pods
 * @param speaks what callers speak
 * @param listener named {@code namespace/service:port}; its routes are for HTTP, its streams for TLS (by server name)
 *     and bytes. Where it is to be found out what callers speak, it has both
 */
public record Destination(
        String namespace, String name, List<String> addresses, int port, Speaks speaks, Listener listener) {

    public Destination {
        addresses = List.copyOf(addresses);
    }

    /** {@code namespace/name}, for logs and metrics. */
    public String service() {
        return namespace + "/" + name;
    }
}
