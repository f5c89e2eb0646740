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
import dev.torii.routing.StreamRoute;
import dev.torii.routing.StreamTable;
import dev.torii.routing.Tracing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One compilation of what Gateways serve. It reads top to bottom in the order things depend on each other. */
final class GatewayCompilation {

    private final ResourceSet resources;
    private final Findings findings;
    private final GatewayClasses classes;
    private final List<GatewayDraft> gateways;
    private final List<RouteDraft> routes;
    private final BackendTls backendTls;
    private final PolicyScopes policies;
    private final PolicyIndex<BackendPolicy> backendPolicies;
    private final Clusters clusters;
    private final HttpRules httpRules;
    private final StreamRoutes streamRoutes;

    /**
     * @param keyPairs what is known of certificates from before
     * @param process names what serves a Gateway: those with the same name share their ports
     */
    GatewayCompilation(
            ResourceSet resources,
            Snapshot serving,
            Instant now,
            Tracing tracing,
            KeyPairs keyPairs,
            Function<GatewayDraft, String> process) {
        this.resources = resources;
        this.findings = new Findings();
        Annotations.checkNames(resources, findings);
        References references = new References(resources, serving, now, keyPairs, findings);

        classes = new GatewayClasses(resources, references, findings);
        NamespaceGate gate = new NamespaceGate(resources);
        gateways = GatewayDraft.all(resources, classes, gate, references, findings);
        gateways.stream()
                .collect(Collectors.groupingBy(process, LinkedHashMap::new, Collectors.toList()))
                .values()
                .forEach(together -> PortClaims.settle(together, findings));

        RouteAttachment attachment = new RouteAttachment(resources, gateways, gate, references, findings);
        BackendReferences backends = new BackendReferences(resources, references, findings);
        routes = SnapshotCompiler.routes(resources)
                .filter(route -> !ServiceParents.onlyServices(route))
                .map(attachment::attach)
                .toList();
        routes.forEach(backends::resolve);
        listeners().forEach(listener -> KindClash.settle(listener, findings));

        PolicyTargets targets = new PolicyTargets(resources, references, findings);
        backendTls = new BackendTls(resources, targets, references, findings);
        backendPolicies = SnapshotCompiler.backendPolicies(resources, targets, findings);
        policies = new PolicyScopes(resources, targets, tracing, findings);
        clusters = new Clusters(resources, backendTls, backendPolicies, findings);
        httpRules = new HttpRules(clusters, findings);
        streamRoutes = new StreamRoutes(clusters, findings);
    }

    Compiled compiled(SnapshotVersions versions) {
        List<Port> ports = ports();
        Snapshot snapshot = versions.snapshot(
                ports, clusters.all(), Mesh.NONE, policies.namespace("").telemetry());
        return new Compiled(snapshot, findings.sorted(), statuses(null));
    }

    /**
     * @param mesh what routes are told of Services as their parents
     * @param bundleVersion of the Gateway API's CRDs, or null when unknown
     */
    Review review(Compiled mesh, Collection<Unreadable> unreadable, @Nullable String bundleVersion) {
        servedListeners().forEach(listener -> {
            rules(listener);
            streams(listener);
        });
        Set<Finding> found = new TreeSet<>(findings.sorted());
        found.addAll(mesh.findings());
        List<Status> told = new ArrayList<>(statuses(bundleVersion));
        told.addAll(mesh.statuses());
        Map<ObjectKey, GatewayParameters> parameters = new HashMap<>();
        for (GatewayDraft each : gateways) {
            GatewayParameters usable = each.parameters.value();
            if (usable != null) {
                parameters.put(ObjectKey.of(each.gateway), usable);
            }
        }
        List<Status> statuses = new UnreadableStatuses(resources, classes, parents()).over(told, unreadable);
        return new Review(List.copyOf(found), statuses, parameters);
    }

    private Set<ObjectKey> parents() {
        return gateways.stream()
                .flatMap(gateway -> Stream.concat(
                        Stream.of(ObjectKey.of(gateway.gateway)),
                        gateway.sets.stream().map(set -> ObjectKey.of(set.set))))
                .collect(Collectors.toSet());
    }

    private List<Status> statuses(@Nullable String bundleVersion) {
        Statuses statuses = new Statuses();
        classes.ours().forEach(each -> statuses.addClass(each, classes.parametersOf(each), bundleVersion));
        gateways.forEach(statuses::addGateway);
        routes.forEach(statuses::addRoute);
        backendTls.policies.forEach(policy -> statuses.addPolicy(policy, backendTls, clusters));
        Stream.concat(policies.attached(), backendPolicies.attached.stream()).forEach(statuses::addPolicy);
        return statuses.sorted();
    }

    private Stream<ListenerDraft> listeners() {
        return gateways.stream().flatMap(GatewayDraft::allListeners);
    }

    private Stream<ListenerDraft> servedListeners() {
        return listeners().filter(ListenerDraft::isServed);
    }

    private List<Port> ports() {
        TreeMap<Integer, List<ListenerDraft>> served = new TreeMap<>();
        servedListeners()
                .forEach(listener -> served.computeIfAbsent(listener.spec.port(), port -> new ArrayList<>())
                        .add(listener));
        List<Port> made = new ArrayList<>();
        served.forEach((number, listeners) -> made.add(new Port(
                number,
                listeners.get(0).wire(),
                listeners.stream().map(this::listener).toList())));
        return made;
    }

    private Listener listener(ListenerDraft draft) {
        return new Listener(
                draft.name(),
                Objects.requireNonNull(draft.protocol),
                draft.spec.hostname(),
                draft.certificates,
                draft.clientAuthorities,
                draft.owner.settings,
                RouteTable.of(rules(draft)),
                StreamTable.of(streams(draft)),
                scope(draft).telemetry());
    }

    private List<Rule> rules(ListenerDraft draft) {
        PolicyScopes.Scope scope = scope(draft);
        List<Rule> rules = new ArrayList<>();
        draft.routes.forEach((route, hosts) -> rules.addAll(httpRules.of(route, hosts, draft.owner.caller, scope)));
        return rules;
    }

    private List<StreamRoute> streams(ListenerDraft draft) {
        return streamRoutes.of(draft, scope(draft));
    }

    private PolicyScopes.Scope scope(ListenerDraft draft) {
        return policies.listener(draft.owner.gateway, draft.set == null ? draft.spec.name() : null);
    }
}
