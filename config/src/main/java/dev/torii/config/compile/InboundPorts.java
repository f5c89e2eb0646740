package dev.torii.config.compile;

import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.InboundPort;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.RouteId;
import dev.torii.routing.Speaks;
import dev.torii.routing.Telemetry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The inbound half of a mesh: the app's ports, as its Service's {@code targetPort}s and the view tell them, each leading
 * to the app on loopback.
 */
final class InboundPorts {

    private static final String LOOPBACK = "127.0.0.1";

    final List<InboundPort> all = new ArrayList<>();
    /** By key. */
    final Map<String, Cluster> clusters = new LinkedHashMap<>();

    private final SidecarView view;
    private final @Nullable Service service;
    private final TelemetryPolicies telemetry;

    /** What is known of a port: what it speaks, and the Service's port that leads to it. */
    private record Known(Speaks speaks, Service.@Nullable Port by) {}

    InboundPorts(ResourceSet resources, SidecarView view, TelemetryPolicies telemetry) {
        this.view = view;
        this.telemetry = telemetry;
        this.service = resources.find(Service.class, view.namespace(), view.service());
        List<Service.Port> ports = service == null
                ? List.of()
                : service.ports().stream().filter(Service.Port::isTcp).toList();
        Map<Integer, Known> known = new TreeMap<>();
        for (Service.Port port : ports) {
            targets(port, resources).forEach(target -> known.putIfAbsent(target, known(port, target)));
        }
        // whatever the only port of a Service is forwarded to on its way here, it stays the same conversation; but only
        // one of the app's ports can be the end of that way
        Service.@Nullable Port only = ports.size() == 1 && view.appPorts().size() == 1 ? ports.get(0) : null;
        view.appPorts().forEach(port -> known.putIfAbsent(port, known(only, port)));
        known.forEach(this::add);
    }

    private static Known known(Service.@Nullable Port declaring, int port) {
        Speaks declared = declaring == null ? null : DeclaredProtocol.of(declaring);
        return new Known(Objects.requireNonNullElseGet(declared, () -> Speaks.ofPort(port)), declaring);
    }

    /** The pods' ports behind a port of the Service; what a name stands for only the EndpointSlices tell. */
    private List<Integer> targets(Service.Port port, ResourceSet resources) {
        String target = port.targetPort();
        if (target.isEmpty()) {
            return List.of(port.number());
        }
        if (target.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return target.length() > 5 ? List.of() : List.of(Integer.valueOf(target));
        }
        return resources.slicesOf(view.namespace(), view.service()).stream()
                .flatMap(slice -> slice.ports().stream())
                .filter(each -> each.name().equals(port.name()))
                .map(EndpointSlice.Port::number)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .distinct()
                .toList();
    }

    private Telemetry telemetry(Service.@Nullable Port port) {
        return service == null
                ? telemetry.namespace(view.namespace()).telemetry()
                : telemetry.service(service, port).telemetry();
    }

    private void add(int port, Known known) {
        Speaks speaks = known.speaks();
        Telemetry logged = telemetry(known.by());
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
                        null));
        all.add(new InboundPort(
                port,
                speaks,
                MeshListeners.of(
                        name,
                        speaks,
                        MeshListeners.mayBeHttp(speaks)
                                ? List.of(MeshListeners.everything(app, key, logged))
                                : List.of(),
                        MeshListeners.mayBeBytes(speaks)
                                ? List.of(MeshListeners.everyConnection(app, key, logged))
                                : List.of(),
                        logged)));
    }
}
