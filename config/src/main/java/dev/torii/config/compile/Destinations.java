package dev.torii.config.compile;

import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import dev.torii.routing.Destination;
import dev.torii.routing.RouteId;
import dev.torii.routing.Rule;
import dev.torii.routing.Speaks;
import dev.torii.routing.StreamRoute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The outbound half of a mesh: each port of each Service, with the routes that apply to the caller. */
final class Destinations {

    private final ServiceParents parents;
    private final HttpRules httpRules;
    private final StreamRoutes streamRoutes;
    private final Clusters unrouted;

    /** @param unrouted of Services that no route is bound to; silent, for they may be other people's business */
    Destinations(ServiceParents parents, HttpRules httpRules, StreamRoutes streamRoutes, Clusters unrouted) {
        this.parents = parents;
        this.httpRules = httpRules;
        this.streamRoutes = streamRoutes;
        this.unrouted = unrouted;
    }

    /** By namespace, name and port. */
    List<Destination> of(ResourceSet resources, SidecarView view) {
        List<Destination> destinations = new ArrayList<>();
        for (Service service : resources.all(Service.class)) {
            List<String> addresses = service.isHeadless() ? List.of() : service.clusterIps();
            for (Service.Port port : tcpPorts(service)) {
                MeshPort draft = parents.port(service, port);
                Set<RouteDraft> routes = draft.routesFor(view.namespace());
                if (!routes.isEmpty() || !view.equals(SidecarView.NOBODY)) {
                    destinations.add(destination(draft, routes, addresses));
                }
            }
        }
        return destinations;
    }

    private static List<Service.Port> tcpPorts(Service service) {
        return service.isExternalName()
                ? List.of()
                : service.ports().stream()
                        .filter(Service.Port::isTcp)
                        .sorted(Comparator.comparingInt(Service.Port::number))
                        .toList();
    }

    private Destination destination(MeshPort port, Set<RouteDraft> routes, List<String> addresses) {
        Speaks speaks = port.speaks(routes);
        List<Rule> rules = new ArrayList<>(1);
        List<StreamRoute> streams = new ArrayList<>(1);
        RouteId service = MeshListeners.id(port.service.namespace(), port.service.name());
        for (RouteDraft route : routes) {
            rules.addAll(httpRules.of(route, port));
            streams.addAll(streamRoutes.of(route, port));
        }
        if (routes.isEmpty() && MeshListeners.mayBeHttp(speaks)) {
            BackendUse use = DeclaredProtocol.isHttp2(port.port) ? BackendUse.GRPC : BackendUse.HTTP;
            rules.add(MeshListeners.everything(service, unrouted.key(port.own(), use, Caller.SIDECAR)));
        }
        if (streams.isEmpty() && MeshListeners.mayBeBytes(speaks)) {
            String raw = unrouted.key(port.own(), BackendUse.RAW, Caller.SIDECAR);
            streams.add(MeshListeners.everyConnection(service, raw));
        }
        return new Destination(
                port.service.namespace(),
                port.service.name(),
                addresses,
                port.port.number(),
                speaks,
                MeshListeners.of(port.name(), speaks, rules, streams));
    }
}
