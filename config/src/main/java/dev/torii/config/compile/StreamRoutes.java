package dev.torii.config.compile;

import dev.torii.config.resource.TcpRoute;
import dev.torii.config.resource.TlsRoute;
import dev.torii.routing.Backend;
import dev.torii.routing.HostPattern;
import dev.torii.routing.Listener.Protocol;
import dev.torii.routing.RouteId;
import dev.torii.routing.StreamRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns TLSRoutes and TCPRoutes into {@link StreamRoute}s. */
final class StreamRoutes {

    private final Clusters clusters;
    private final Findings findings;

    StreamRoutes(Clusters clusters, Findings findings) {
        this.clusters = clusters;
        this.findings = findings;
    }

    /** @param scope of the listener */
    List<StreamRoute> of(ListenerDraft listener, PolicyScopes.Scope scope) {
        List<StreamRoute> routes = new ArrayList<>();
        BackendUse use = listener.protocol == Protocol.TLS_TERMINATE ? BackendUse.STREAM : BackendUse.RAW;
        listener.routes.forEach((draft, hosts) -> routes.addAll(
                of(draft, hosts, new BackendTargets(draft, use, listener.owner.caller, null, clusters), scope)));
        if (listener.protocol == Protocol.TCP && routes.size() > 1) {
            tellTheUnserved(listener);
        }
        return routes;
    }

    /** That of a route which is bound to a Service; none of any other kind. */
    List<StreamRoute> of(RouteDraft draft, MeshPort parent, PolicyScopes.Scope scope) {
        BackendTargets targets = new BackendTargets(draft, BackendUse.RAW, Caller.SIDECAR, parent.own(), clusters);
        // a TLSRoute has nothing but server names to choose by, so in a mesh too it is chosen by them
        List<HostPattern> names = draft.route.hostnames();
        return of(draft, names.isEmpty() ? MeshListeners.ANY_HOST : names, targets, scope);
    }

    private static List<StreamRoute> of(
            RouteDraft draft, List<HostPattern> hosts, BackendTargets targets, PolicyScopes.Scope scope) {
        if (draft.route instanceof TlsRoute route) {
            RouteId id = HttpRules.id(RouteId.Kind.TLS, route);
            return List.of(stream(id, route.ruleName(), hosts, targets.backends(route.backendRefs(), scope)));
        }
        if (draft.route instanceof TcpRoute route) {
            RouteId id = HttpRules.id(RouteId.Kind.TCP, route);
            return List.of(stream(id, route.ruleName(), hosts, targets.backends(route.backendRefs(), scope)));
        }
        return List.of();
    }

    private static StreamRoute stream(
            RouteId id, @Nullable String rule, List<HostPattern> hosts, List<Backend> backends) {
        return new StreamRoute(id, id.path() + "/" + Objects.requireNonNullElse(rule, "0"), hosts, backends);
    }

    /** A TCP connection says nothing by which to choose, so the oldest route gets them all. */
    private void tellTheUnserved(ListenerDraft listener) {
        listener.routes.keySet().stream()
                .map(draft -> draft.route)
                .sorted(Precedence.OLDEST_FIRST)
                .skip(1)
                .forEach(route -> findings.warning(
                        route,
                        "spec.parentRefs",
                        "NotServed",
                        "another TCPRoute on listener `" + listener.name()
                                + "` is older or first by name and gets all connections"));
    }
}
