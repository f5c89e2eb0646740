package dev.torii.config.compile;

import dev.torii.config.Finding;
import dev.torii.config.resource.BackendPolicy;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Unreadable;
import dev.torii.routing.Listener;
import dev.torii.routing.Mesh;
import dev.torii.routing.Port;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Rule;
import dev.torii.routing.Snapshot;
import dev.torii.routing.StreamTable;
import dev.torii.routing.Tracing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** One compilation of what Gateways serve. It reads top to bottom in the order things depend on each other. */
final class GatewayCompilation {

    private final Findings findings;
    private final List<GatewayDraft> gateways;
    private final List<RouteDraft> routes;
    private final BackendTls backendTls;
    private final PolicyScopes policies;
    private final Clusters clusters;
    private final List<Port> ports;

    GatewayCompilation(ResourceSet resources, Snapshot serving, Instant now, Tracing tracing, Findings findings) {
        this.findings = findings;
        Annotations.checkNames(resources, findings);
        References references = new References(resources, serving, now, findings);

        gateways = GatewayDraft.all(resources, references, findings);
        PortClaims.settle(gateways, findings);

        RouteAttachment attachment = new RouteAttachment(resources, gateways, references, findings);
        BackendReferences backends = new BackendReferences(resources, references, findings);
        routes = SnapshotCompiler.routes(resources)
                .filter(route -> !ServiceParents.onlyServices(route))
                .map(attachment::attach)
                .toList();
        routes.forEach(backends::resolve);
        listeners().forEach(listener -> KindClash.settle(listener, findings));

        PolicyTargets targets = new PolicyTargets(resources, references, findings);
        backendTls = new BackendTls(resources, targets, references, findings);
        PolicyIndex<BackendPolicy> backendPolicies = SnapshotCompiler.backendPolicies(resources, targets, findings);
        policies = new PolicyScopes(resources, targets, tracing, findings);
        clusters = new Clusters(resources, backendTls, backendPolicies, findings);
        ports = ports(new HttpRules(clusters, findings), new StreamRoutes(clusters, findings));
    }

    Snapshot snapshot() {
        return SnapshotVersion.snapshot(
                ports, clusters.all(), Mesh.NONE, policies.namespace("").telemetry());
    }

    List<Status> statuses() {
        return Statuses.of(gateways, routes, backendTls, clusters);
    }

    Compiled compiled() {
        return new Compiled(snapshot(), findings.sorted(), statuses());
    }

    /** @param mesh what routes are told of Services as their parents */
    Review review(Compiled mesh, Collection<Unreadable> unreadable) {
        Set<Finding> found = new TreeSet<>(findings.sorted());
        found.addAll(mesh.findings());
        List<Status> told = new ArrayList<>(statuses());
        told.addAll(mesh.statuses());
        Map<ObjectKey, GatewayParameters> parameters = new HashMap<>();
        gateways.forEach(each -> parameters.put(ObjectKey.of(each.gateway), GatewayParameters.DEFAULT));
        return new Review(List.copyOf(found), told.stream().sorted(Status.ORDER).toList(), parameters);
    }

    private Stream<ListenerDraft> listeners() {
        return gateways.stream().flatMap(gateway -> gateway.listeners.stream());
    }

    private List<Port> ports(HttpRules httpRules, StreamRoutes streamRoutes) {
        TreeMap<Integer, List<ListenerDraft>> served = new TreeMap<>();
        listeners()
                .filter(ListenerDraft::isServed)
                .forEach(listener -> served.computeIfAbsent(listener.spec.port(), port -> new ArrayList<>())
                        .add(listener));
        List<Port> made = new ArrayList<>();
        served.forEach((number, listeners) -> made.add(new Port(
                number,
                listeners.get(0).wire(),
                listeners.stream()
                        .map(draft -> listener(draft, httpRules, streamRoutes))
                        .toList())));
        return made;
    }

    private Listener listener(ListenerDraft draft, HttpRules httpRules, StreamRoutes streamRoutes) {
        PolicyScopes.Scope scope = policies.listener(draft.owner.gateway, draft.spec.name());
        List<Rule> rules = new ArrayList<>();
        draft.routes.forEach((route, hosts) -> rules.addAll(httpRules.of(route, hosts, draft.owner.caller, scope)));
        return new Listener(
                draft.name(),
                Objects.requireNonNull(draft.protocol),
                draft.spec.hostname(),
                draft.certificates,
                draft.owner.settings,
                RouteTable.of(rules),
                StreamTable.of(streamRoutes.of(draft, scope)),
                scope.telemetry());
    }
}
