package dev.torii.routing;

import java.util.List;

/**
 * A TLSRoute or TCPRoute as attached to one listener.
 *
 * @param name {@code namespace/route/rule}
 * @param serverNames those of the route that share a name with the listener's, as written; {@link HostPattern#ANY} for TCP
 */
public record StreamRoute(RouteId route, String name, List<HostPattern> serverNames, List<Backend> backends) {

    public StreamRoute {
        serverNames = List.copyOf(serverNames);
        backends = List.copyOf(backends);
    }
}
