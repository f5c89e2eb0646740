package dev.torii.config.compile;

import dev.torii.config.compile.Resolution.ServicePort;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.Service;
import dev.torii.routing.Speaks;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A port of a Service with the routes bound to it, while they are being worked out. Routes of the Service's own
 * namespace are the producer's and apply to all callers; routes of another namespace are a consumer's, apply to callers
 * of that namespace only, and there stand in for the producer's. Source: Gateway API for Service Mesh (GAMMA).
 */
final class MeshPort {

    /** Of several kinds on one port only the first is served. */
    static final List<String> KINDS = List.of("GRPCRoute", "HTTPRoute", "TLSRoute", "TCPRoute");

    final Service service;
    final Service.Port port;
    /** By the namespace of the routes. */
    final Map<String, Set<RouteDraft>> routes = new LinkedHashMap<>();

    MeshPort(Service service, Service.Port port) {
        this.service = service;
        this.port = port;
    }

    /** {@code namespace/service:port}. */
    String name() {
        return service.path() + ":" + port.number();
    }

    /** As a place for requests to go to. */
    ServicePort own() {
        return new ServicePort(service, port);
    }

    void add(RouteDraft draft) {
        routes.computeIfAbsent(draft.route.namespace(), namespace -> new LinkedHashSet<>())
                .add(draft);
    }

    /** Those that apply to callers of a namespace. */
    Set<RouteDraft> routesFor(String caller) {
        Set<RouteDraft> consumers = routes.get(caller);
        return consumers != null ? consumers : routes.getOrDefault(service.namespace(), Set.of());
    }

    /** Whether a route of that kind makes sense here: it does unless the port carries something else. */
    boolean fits(Route route, boolean namedByIt) {
        if (route.kind().equals("TCPRoute")) {
            return true;
        }
        Speaks wanted = spokenBy(route);
        Speaks declared = DeclaredProtocol.of(port);
        return declared == null ? namedByIt || Speaks.ofPort(port.number()) != Speaks.TCP : declared == wanted;
    }

    /**
     * What callers speak.
     *
     * @param routes those that apply
     */
    Speaks speaks(Set<RouteDraft> routes) {
        Speaks declared = DeclaredProtocol.of(port);
        @Nullable RouteDraft any = routes.isEmpty() ? null : routes.iterator().next();
        if (any != null && any.route.kind().equals("TCPRoute")) {
            return Speaks.TCP;
        }
        if (declared != null) {
            return declared;
        }
        return any != null && routes.stream().anyMatch(this::isMeant)
                ? spokenBy(any.route)
                : Speaks.ofPort(port.number());
    }

    /** Whether a route is bound to this very port, rather than to all of the Service. */
    private boolean isMeant(RouteDraft draft) {
        return service.ports().size() == 1
                || draft.mesh.stream().anyMatch(each -> each.namesAPort() && each.ports.contains(this));
    }

    private static Speaks spokenBy(Route route) {
        return switch (route.kind()) {
            case "TLSRoute" -> Speaks.TLS;
            case "TCPRoute" -> Speaks.TCP;
            default -> Speaks.HTTP;
        };
    }
}
