package dev.torii.config.compile;

import dev.torii.config.resource.BackendTlsPolicy;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import dev.torii.routing.Cluster;
import dev.torii.routing.Destination;
import dev.torii.routing.Directory;
import dev.torii.routing.RouteId;
import dev.torii.routing.Rule;
import dev.torii.routing.Speaks;
import dev.torii.routing.StreamRoute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The outbound half of a mesh: each port of each Service, with the routes that apply to the caller. What routes are bound to
 * is made at once, because what is wrong with it must be told, and so are clusters that need certificates. All else is made
 * when it is called, from what is settled by then, and has nothing to tell.
 */
final class Destinations implements Directory {

    private final ResourceSet resources;
    private final boolean routedOnly;
    private final HttpRules httpRules;
    private final StreamRoutes streamRoutes;
    private final Supplier<Clusters> unrouted;
    private final PolicyScopes policies;
    /** By the port's name. */
    private final Map<String, Destination> routed = new HashMap<>();

    private final Map<String, Cluster> ahead = new HashMap<>();
    private final Map<String, Service> byAddress = new HashMap<>();
    /** By namespace and name. */
    private final List<Service> services;

    /** @param unrouted makes room for clusters that no route leads to; silent, for they may be other people's business */
    Destinations(
            ResourceSet resources,
            SidecarView view,
            ServiceParents parents,
            HttpRules httpRules,
            StreamRoutes streamRoutes,
            Supplier<Clusters> unrouted,
            PolicyScopes policies) {
        this.resources = resources;
        this.routedOnly = view.equals(SidecarView.NOBODY);
        this.httpRules = httpRules;
        this.streamRoutes = streamRoutes;
        this.unrouted = unrouted;
        this.policies = policies;
        Clusters besideRoutes = unrouted.get();
        for (MeshPort port : parents.ports()) {
            Set<RouteDraft> routes = port.routesFor(view.namespace());
            if (!routes.isEmpty()) {
                routed.put(port.name(), destination(port, routes, besideRoutes));
            }
        }
        ahead.putAll(besideRoutes.all());
        services = resources.all(Service.class).stream()
                .filter(service -> ports(service).findAny().isPresent())
                .toList();
        for (Service service : services) {
            addresses(service).forEach(address -> byAddress.putIfAbsent(address, service));
        }
    }

    /** Makes the clusters of Services with these policies now: certificates are read before they are needed. */
    void prepare(List<BackendTlsPolicy> policies) {
        for (BackendTlsPolicy policy : policies) {
            for (PolicyTarget target : policy.targetRefs()) {
                Entry entry = named(target.object().namespace(), target.object().name());
                ahead.putAll(entry == null ? Map.of() : entry.clusters());
            }
        }
    }

    /** Clusters that are made already and are not those of routes, by key. */
    Map<String, Cluster> ahead() {
        return ahead;
    }

    @Override
    public @Nullable Entry named(String namespace, String name) {
        Service service = resources.find(Service.class, namespace, name);
        return service == null ? null : entry(service);
    }

    @Override
    public @Nullable Entry at(String address) {
        Service service = byAddress.get(address);
        return service == null ? null : entry(service);
    }

    @Override
    public int size() {
        return services.size();
    }

    @Override
    public Stream<Entry> all() {
        return services.stream().map(this::entry);
    }

    private @Nullable Entry entry(Service service) {
        Clusters clusters = unrouted.get();
        List<Destination> destinations = new ArrayList<>();
        ports(service).sorted(Comparator.comparingInt(Service.Port::number)).forEach(port -> {
            MeshPort unbound = new MeshPort(service, port);
            Destination known = routed.get(unbound.name());
            destinations.add(known != null ? known : destination(unbound, Set.of(), clusters));
        });
        return destinations.isEmpty() ? null : new Entry(destinations, clusters.all());
    }

    /** Those that can be called: for nobody, the routes are all that is of interest. */
    private Stream<Service.Port> ports(Service service) {
        return service.ports().stream()
                .filter(port -> port.isTcp() && !service.isExternalName())
                .filter(port -> !routedOnly || routed.containsKey(new MeshPort(service, port).name()));
    }

    private static List<String> addresses(Service service) {
        return service.isHeadless() ? List.of() : service.clusterIps();
    }

    private Destination destination(MeshPort port, Set<RouteDraft> routes, Clusters unrouted) {
        Speaks speaks = port.speaks(routes);
        PolicyScopes.Scope scope = policies.service(port.service, port.port);
        List<Rule> rules = new ArrayList<>(1);
        List<StreamRoute> streams = new ArrayList<>(1);
        RouteId service = MeshListeners.id(port.service.namespace(), port.service.name());
        for (RouteDraft route : routes) {
            rules.addAll(httpRules.of(route, port, scope));
            streams.addAll(streamRoutes.of(route, port, scope));
        }
        if (routes.isEmpty() && MeshListeners.mayBeHttp(speaks)) {
            BackendUse use = DeclaredProtocol.isHttp2(port.port) ? BackendUse.GRPC : BackendUse.HTTP;
            rules.add(MeshListeners.everything(
                    service,
                    unrouted.key(port.own(), use, Caller.SIDECAR),
                    scope.telemetry(),
                    scope.picked(null).protection()));
        }
        if (streams.isEmpty() && MeshListeners.mayBeBytes(speaks)) {
            String raw = unrouted.key(port.own(), BackendUse.RAW, Caller.SIDECAR);
            streams.add(MeshListeners.everyConnection(service, raw, scope.telemetry()));
        }
        return new Destination(
                port.service.namespace(),
                port.service.name(),
                addresses(port.service),
                port.port.number(),
                speaks,
                MeshListeners.of(port.name(), speaks, rules, streams, scope.telemetry()));
    }
}
