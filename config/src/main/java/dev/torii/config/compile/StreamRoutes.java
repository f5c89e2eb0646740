package dev.torii.config.compile;

import dev.torii.config.resource.BackendRef;
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

    List<StreamRoute> of(ListenerDraft listener) {
        List<StreamRoute> routes = new ArrayList<>();
        listener.routes.forEach((draft, hosts) -> {
            if (draft.route instanceof TlsRoute route) {
                RouteId id = HttpRules.id(RouteId.Kind.TLS, route);
                routes.add(stream(id, route.ruleName(), hosts, backends(draft, route.backendRefs(), listener)));
            } else if (draft.route instanceof TcpRoute route) {
                RouteId id = HttpRules.id(RouteId.Kind.TCP, route);
                routes.add(stream(id, route.ruleName(), hosts, backends(draft, route.backendRefs(), listener)));
            }
        });
        if (listener.protocol == Protocol.TCP && routes.size() > 1) {
            tellTheUnserved(listener);
        }
        return routes;
    }

    private static StreamRoute stream(
            RouteId id, @Nullable String rule, List<HostPattern> hosts, List<Backend> backends) {
        return new StreamRoute(id, id.path() + "/" + Objects.requireNonNullElse(rule, "0"), hosts, backends);
    }

    private List<Backend> backends(RouteDraft draft, List<BackendRef> refs, ListenerDraft listener) {
        BackendUse use = listener.protocol == Protocol.TLS_TERMINATE ? BackendUse.STREAM : BackendUse.RAW;
        return new BackendTargets(draft, use, listener.owner, clusters).backends(refs);
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
