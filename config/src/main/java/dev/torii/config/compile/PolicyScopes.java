package dev.torii.config.compile;

import dev.torii.config.compile.PolicyTargets.TargetKind;
import dev.torii.config.compile.Resolution.ServicePort;
import dev.torii.config.resource.FaultPolicy;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.RateLimitPolicy;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.Service;
import dev.torii.config.resource.TelemetryPolicy;
import dev.torii.routing.Backend;
import dev.torii.routing.Protection;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which TelemetryPolicies, RateLimitPolicies and FaultPolicies hold where: those for everything, then those of the
 * namespace, of the Gateway, of the route, of the Service, each with its parts after it. What more of them set the later
 * ones say, see {@link TelemetryMerge} and {@link ProtectionMerge}. Safe on any thread, because a sidecar asks when a
 * Service is called.
 */
final class PolicyScopes {

    private final List<PolicyIndex<?>> indexes;
    private final Tracing unless;
    private final SidecarView.Pod pod;
    private final Map<List<Attached>, Telemetry> telemetry = new ConcurrentHashMap<>();
    private final Map<List<Attached>, Protection> protections = new ConcurrentHashMap<>();
    private final Map<Object, Object> distinct = new ConcurrentHashMap<>();

    /** A policy as it holds at one of its targets. */
    record Attached(Resource policy, PolicyTarget target) {}

    /** @param unless what is traced where no policy says anything */
    PolicyScopes(ResourceSet resources, PolicyTargets targets, Tracing unless, Findings findings) {
        this(resources, targets, unless, SidecarView.Pod.SILENT, findings);
    }

    /** @param pod what a sidecar's pod says besides */
    PolicyScopes(ResourceSet resources, PolicyTargets targets, Tracing unless, SidecarView.Pod pod, Findings findings) {
        this.unless = unless;
        this.pod = pod;
        one(Protection.NONE);
        List<TargetKind<?>> requests = List.of(
                PolicyTargets.GATEWAY, PolicyTargets.HTTP_ROUTE, PolicyTargets.GRPC_ROUTE, PolicyTargets.SERVICE);
        List<TargetKind<?>> all = new ArrayList<>(requests);
        all.add(PolicyTargets.NAMESPACE);
        indexes = List.of(
                new PolicyIndex<>(
                        resources.all(TelemetryPolicy.class), TelemetryPolicy::targetRefs, targets, all, findings),
                new PolicyIndex<>(
                        resources.all(RateLimitPolicy.class), RateLimitPolicy::targetRefs, targets, requests, findings),
                new PolicyIndex<>(
                        resources.all(FaultPolicy.class), FaultPolicy::targetRefs, targets, requests, findings));
    }

    /** What came of the policies at their targets. */
    Stream<PolicyIndex.Attached<? extends Resource>> attached() {
        return indexes.stream().flatMap(index -> index.attached.stream());
    }

    /** Where nothing is known but the namespace; {@code ""} for nothing at all. */
    Scope namespace(String namespace) {
        List<Attached> policies = new ArrayList<>();
        add(policies, PolicyIndex.EVERYTHING);
        if (!namespace.isEmpty()) {
            add(policies, PolicyTargets.namespace(namespace));
        }
        return new Scope(policies, List.of());
    }

    /** @param listener of the Gateway's own, else null */
    Scope listener(Gateway gateway, @Nullable String listener) {
        List<Attached> policies = new ArrayList<>(namespace(gateway.namespace()).policies);
        addWithPart(policies, PolicyTargets.GATEWAY, gateway, listener);
        return new Scope(policies, List.of());
    }

    /** In a sidecar: what goes to a Service. Of a port of its app that no port of it leads to nothing more is known. */
    Scope service(Service service, Service.@Nullable Port port) {
        return new Scope(namespace(service.namespace()).policies, ofService(service, port));
    }

    private List<Attached> ofService(Service service, Service.@Nullable Port port) {
        List<Attached> policies = new ArrayList<>();
        String part = port == null || port.name().isEmpty() ? null : port.name();
        addWithPart(policies, PolicyTargets.SERVICE, service, part);
        return policies;
    }

    private void addWithPart(List<Attached> to, TargetKind<?> kind, Resource object, @Nullable String part) {
        add(to, target(kind, object.namespace(), object.name(), null));
        if (part != null) {
            add(to, target(kind, object.namespace(), object.name(), part));
        }
    }

    private static PolicyTarget target(TargetKind<?> kind, String namespace, String name, @Nullable String part) {
        return new PolicyTarget(new ObjectRef(kind.group(), kind.name(), namespace, name), part);
    }

    private void add(List<Attached> to, PolicyTarget target) {
        for (PolicyIndex<?> index : indexes) {
            Resource policy = index.of(target);
            if (policy != null) {
                to.add(new Attached(policy, target));
            }
        }
    }

    private Telemetry telemetry(List<Attached> policies) {
        return telemetry.computeIfAbsent(policies, them -> one(TelemetryMerge.of(unless, pod, them)));
    }

    private Protection protection(List<Attached> policies) {
        return protections.computeIfAbsent(policies, them -> one(ProtectionMerge.of(them)));
    }

    /** Of equal ones always the same. */
    @SuppressWarnings("unchecked") // what is equal is of one type
    private <T> T one(T value) {
        return (T) distinct.computeIfAbsent(value, itself -> itself);
    }

    /** What holds at one place. Equal ones come of the same policies. */
    final class Scope {

        /** The least specific first. */
        private final List<Attached> policies;

        /** Of the Service that is called, which say more than those of its routes. */
        private final List<Attached> called;

        private Scope(List<Attached> policies, List<Attached> called) {
            this.policies = List.copyOf(policies);
            this.called = List.copyOf(called);
        }

        /** Inside it: a rule of a route. */
        Scope rule(Route route, @Nullable String rule) {
            List<Attached> more = new ArrayList<>(policies);
            addWithPart(
                    more,
                    route instanceof GrpcRoute ? PolicyTargets.GRPC_ROUTE : PolicyTargets.HTTP_ROUTE,
                    route,
                    rule);
            return new Scope(more, called);
        }

        /** Once a backend was picked, or what stands in for one that is no Service. */
        Scope picked(@Nullable ServicePort backend) {
            List<Attached> all = all();
            if (backend != null) {
                all.addAll(ofService(backend.service(), backend.port()));
            }
            return new Scope(all, List.of());
        }

        Telemetry telemetry() {
            return PolicyScopes.this.telemetry(all());
        }

        /** That of Services is known only when a backend was {@link #picked}: also of the one that is called. */
        Protection protection() {
            return PolicyScopes.this.protection(policies);
        }

        /** Leaves a rule in this scope what its backends have in common with it. */
        ProtectionSplit split(List<Backend> backends) {
            return ProtectionSplit.of(protection(), backends, PolicyScopes.this::one);
        }

        private List<Attached> all() {
            List<Attached> all = new ArrayList<>(policies);
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
