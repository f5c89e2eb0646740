package dev.torii.config.compile;

import dev.torii.config.resource.BackendPolicy;
import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.InboundPort;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Protection;
import dev.torii.routing.Resilience;
import dev.torii.routing.RouteId;
import dev.torii.routing.Speaks;
import dev.torii.routing.Telemetry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The inbound half of a mesh: the app's ports, as the {@code targetPort}s of its Service, then of others that surely have the
 * same pods, and the view tell them, each leading to the app on loopback.
 */
final class InboundPorts {

    private static final String LOOPBACK = "127.0.0.1";

    final List<InboundPort> all = new ArrayList<>();
    /** By key. */
    final Map<String, Cluster> clusters = new LinkedHashMap<>();

    private final SidecarView view;
    private final PolicyIndex<BackendPolicy> backendPolicies;
    private final PolicyScopes policies;

    /** What is known of a port: what it speaks, and the Service's port that leads to it. */
    private record Known(Speaks speaks, @Nullable Service of, Service.@Nullable Port by) {}

    InboundPorts(
            ResourceSet resources,
            SidecarView view,
            PolicyIndex<BackendPolicy> backendPolicies,
            PolicyScopes policies) {
        this.view = view;
        this.backendPolicies = backendPolicies;
        this.policies = policies;
        Service service = resources.find(Service.class, view.namespace(), view.service());
        List<Service.Port> ports = service == null ? List.of() : tcpPorts(service);
        Map<Integer, Known> known = new TreeMap<>();
        for (Service each : service == null ? List.<Service>of() : leadingHere(service, resources)) {
            for (Service.Port port : tcpPorts(each)) {
                targets(each, port, resources).forEach(target -> known.putIfAbsent(target, known(each, port, target)));
            }
        }
        // whatever the only port of a Service is forwarded to on its way here, it stays the same conversation; but only
        // one of the app's ports can be the end of that way
        Service.@Nullable Port only = ports.size() == 1 && view.appPorts().size() == 1 ? ports.get(0) : null;
        view.appPorts().forEach(port -> known.putIfAbsent(port, known(service, only, port)));
        view.pod().opaquePorts().forEach(port -> known.compute(port, (itself, before) -> opaque(before)));
        known.forEach(this::add);
    }

    private static Known opaque(@Nullable Known declared) {
        return declared == null
                ? new Known(Speaks.TCP, null, null)
                : new Known(Speaks.TCP, declared.of(), declared.by());
    }

    private static List<Service.Port> tcpPorts(Service service) {
        return service.ports().stream().filter(Service.Port::isTcp).toList();
    }

    /** The Service itself, then others by name. */
    private static List<Service> leadingHere(Service service, ResourceSet resources) {
        Stream<Service> others = resources.all(Service.class).stream()
                .filter(each -> !each.equals(service)
                        && each.namespace().equals(service.namespace())
                        && each.hasPodsOf(service))
                .sorted(Comparator.comparing(Service::name));
        return Stream.concat(Stream.of(service), others).toList();
    }

    private static Known known(@Nullable Service service, Service.@Nullable Port declaring, int port) {
        Speaks declared = declaring == null ? null : DeclaredProtocol.of(declaring);
        return new Known(Objects.requireNonNullElseGet(declared, () -> Speaks.ofPort(port)), service, declaring);
    }

    /** The pods' ports behind a port of the Service; what a name stands for only the EndpointSlices tell. */
    private static List<Integer> targets(Service service, Service.Port port, ResourceSet resources) {
        String target = port.targetPort();
        if (target.isEmpty()) {
            return List.of(port.number());
        }
        if (target.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return target.length() > 5 ? List.of() : List.of(Integer.valueOf(target));
        }
        return resources.slicesOf(service.namespace(), service.name()).stream()
                .flatMap(slice -> slice.ports().stream())
                .filter(each -> each.name().equals(port.name()))
                .map(EndpointSlice.Port::number)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .distinct()
                .toList();
    }

    private Telemetry telemetry(Known known) {
        return known.of() == null
                ? policies.namespace(view.namespace()).telemetry()
                : policies.service(known.of(), known.by()).telemetry();
    }

    /** The app takes only so many; all else is its callers' business, and so are limits and faults. */
    private Resilience resilience(Known known) {
        BackendPolicy policy = known.of() == null ? null : backendPolicies.of(known.of(), known.by());
        Resilience none = Resilience.NONE;
        return policy == null
                ? none
                : new Resilience(policy.resilience().concurrency(), null, null, null, none.retryBudget());
    }

    private void add(int port, Known known) {
        Speaks speaks = known.speaks();
        Telemetry logged = telemetry(known);
        RouteId app = MeshListeners.id(view.namespace(), view.service());
        String name = app.path() + ":" + port;
        String key = name + "#inbound";
        clusters.put(
                key,
                new Cluster(
                        key,
                        app.path(),
                        Cluster.Protocol.AS_CLIENT,
                        List.of(new Endpoint(LOOPBACK, port)),
                        LoadBalancing.DEFAULT,
                        ConnectionSettings.DEFAULT,
                        null,
                        null,
                        resilience(known)));
        all.add(new InboundPort(
                port,
                speaks,
                MeshListeners.of(
                        name,
                        speaks,
                        MeshListeners.mayBeHttp(speaks)
                                ? List.of(MeshListeners.everything(app, key, logged, Protection.NONE))
                                : List.of(),
                        MeshListeners.mayBeBytes(speaks)
                                ? List.of(MeshListeners.everyConnection(app, key, logged))
                                : List.of(),
                        logged)));
    }
}
