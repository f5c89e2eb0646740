package dev.torii.config.compile;

import dev.torii.config.compile.Resolution.ServicePort;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.Service;
import dev.torii.config.resource.TelemetryPolicy;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which TelemetryPolicies hold where: one for everything, then that of the namespace, of the Gateway, of the route, of the
 * Service, each with its parts after it. What more of them set the later ones say, see {@link TelemetryMerge}. Safe on any
 * thread, because a sidecar asks when a Service is called.
 */
final class TelemetryPolicies {

    private final PolicyIndex<TelemetryPolicy> index;
    private final Tracing unless;
    private final Map<List<TelemetryPolicy>, Telemetry> merged = new ConcurrentHashMap<>();
    private final Map<Telemetry, Telemetry> distinct = new ConcurrentHashMap<>();

    /** @param unless what holds where no policy says anything */
    TelemetryPolicies(ResourceSet resources, PolicyTargets targets, Tracing unless, Findings findings) {
        this.unless = unless;
        index = new PolicyIndex<>(
                resources.all(TelemetryPolicy.class),
                TelemetryPolicy::targetRefs,
                targets,
                List.of(
                        PolicyTargets.GATEWAY,
                        PolicyTargets.HTTP_ROUTE,
                        PolicyTargets.GRPC_ROUTE,
                        PolicyTargets.SERVICE,
                        PolicyTargets.NAMESPACE),
                findings);
    }

    /** Where nothing is known but the namespace; {@code ""} for nothing at all. */
    Scope namespace(String namespace) {
        List<TelemetryPolicy> policies = new ArrayList<>();
        add(policies, index.ofEverything());
        if (!namespace.isEmpty()) {
            add(policies, index.of(PolicyTargets.NAMESPACE, namespace, namespace, null));
        }
        return new Scope(policies, List.of());
    }

    Scope listener(Gateway gateway, String listener) {
        List<TelemetryPolicy> policies = new ArrayList<>(namespace(gateway.namespace()).policies);
        addWithPart(policies, PolicyTargets.GATEWAY, gateway.namespace(), gateway.name(), listener);
        return new Scope(policies, List.of());
    }

    /** In a sidecar: what goes to a Service. Of a port of its app that no port of it leads to nothing more is known. */
    Scope service(Service service, Service.@Nullable Port port) {
        return new Scope(namespace(service.namespace()).policies, ofService(service, port));
    }

    private List<TelemetryPolicy> ofService(Service service, Service.@Nullable Port port) {
        List<TelemetryPolicy> policies = new ArrayList<>();
        String part = port == null || port.name().isEmpty() ? null : port.name();
        addWithPart(policies, PolicyTargets.SERVICE, service.namespace(), service.name(), part);
        return policies;
    }

    private void addWithPart(
            List<TelemetryPolicy> to,
            PolicyTargets.TargetKind<?> kind,
            String namespace,
            String name,
            @Nullable String part) {
        add(to, index.of(kind, namespace, name, null));
        if (part != null) {
            add(to, index.of(kind, namespace, name, part));
        }
    }

    private static void add(List<TelemetryPolicy> to, @Nullable TelemetryPolicy policy) {
        if (policy != null) {
            to.add(policy);
        }
    }

    private Telemetry merge(List<TelemetryPolicy> policies) {
        return merged.computeIfAbsent(
                policies, them -> distinct.computeIfAbsent(TelemetryMerge.of(unless, them), itself -> itself));
    }

    /** What holds at one place. Equal ones come of the same policies. */
    final class Scope {

        /** The least specific first. */
        private final List<TelemetryPolicy> policies;

        /** Of the Service that is called, which say more than those of its routes. */
        private final List<TelemetryPolicy> called;

        private Scope(List<TelemetryPolicy> policies, List<TelemetryPolicy> called) {
            this.policies = List.copyOf(policies);
            this.called = List.copyOf(called);
        }

        /** Inside it: a rule of a route. */
        Scope rule(Route route, @Nullable String rule) {
            List<TelemetryPolicy> more = new ArrayList<>(policies);
            var kind = route instanceof GrpcRoute ? PolicyTargets.GRPC_ROUTE : PolicyTargets.HTTP_ROUTE;
            addWithPart(more, kind, route.namespace(), route.name(), rule);
            return new Scope(more, called);
        }

        Telemetry telemetry() {
            return merge(all());
        }

        /** Once a backend was picked. */
        Telemetry to(ServicePort backend) {
            List<TelemetryPolicy> all = all();
            all.addAll(ofService(backend.service(), backend.port()));
            return merge(all);
        }

        private List<TelemetryPolicy> all() {
            List<TelemetryPolicy> all = new ArrayList<>(policies);
            all.addAll(called);
            return all;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Scope that && policies.equals(that.policies) && called.equals(that.called);
        }

        @Override
        public int hashCode() {
            return 31 * policies.hashCode() + called.hashCode();
        }
    }
}
