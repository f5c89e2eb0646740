package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.Namespace;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.RouteRule;
import dev.torii.config.resource.Service;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells whether what a policy is attached to is there, and its like may be attached to such things at all. */
final class PolicyTargets {

    static final TargetKind<?> SERVICE = new TargetKind<>(
            Resource.CORE_GROUP,
            Service.class,
            "port",
            service -> service.ports().stream().map(Service.Port::name).toList());
    static final TargetKind<?> GATEWAY = new TargetKind<>(
            Resource.GATEWAY_GROUP,
            Gateway.class,
            "listener",
            gateway -> gateway.listeners().stream().map(Gateway.Listener::name).toList());
    static final TargetKind<?> HTTP_ROUTE =
            new TargetKind<>(Resource.GATEWAY_GROUP, HttpRoute.class, "rule", route -> names(route.rules()));
    static final TargetKind<?> GRPC_ROUTE =
            new TargetKind<>(Resource.GATEWAY_GROUP, GrpcRoute.class, "rule", route -> names(route.rules()));
    static final TargetKind<?> NAMESPACE =
            new TargetKind<>(Resource.CORE_GROUP, Namespace.class, "part", namespace -> List.of());

    private final ResourceSet resources;
    private final References references;
    private final Findings findings;

    /**
     * A kind that a policy can be for.
     *
     * @param part what a sectionName names
     */
    record TargetKind<R extends Resource>(String group, Class<R> type, String part, Function<R, List<String>> parts) {

        boolean isOf(ObjectRef ref) {
            return ref.is(group, name());
        }

        String name() {
            return type == HttpRoute.class ? "HTTPRoute" : type == GrpcRoute.class ? "GRPCRoute" : type.getSimpleName();
        }
    }

    PolicyTargets(ResourceSet resources, References references, Findings findings) {
        this.resources = resources;
        this.references = references;
        this.findings = findings;
    }

    private static List<String> names(List<RouteRule> rules) {
        return rules.stream()
                .map(RouteRule::name)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /** All of a namespace. */
    static PolicyTarget namespace(String name) {
        return new PolicyTarget(new ObjectRef(Resource.CORE_GROUP, "Namespace", name, name), null);
    }

    /** What is wrong with a target of a policy, or null. */
    @Nullable
    Problem problem(Resource policy, PolicyTarget target, List<TargetKind<?>> kinds) {
        ObjectRef object = target.object();
        for (TargetKind<?> kind : kinds) {
            if (kind.isOf(object)) {
                return kind == NAMESPACE ? problem(policy, target) : problem(target, kind);
            }
        }
        List<String> names = kinds.stream().map(TargetKind::name).toList();
        String wanted = names.size() == 1 ? "a " + names.get(0) : "one of " + String.join(", ", names);
        return new Problem("Invalid", "the target must be " + wanted + ", not a " + object.kind());
    }

    /** A namespace needs no manifest. Its own is the only one that a policy may speak for. */
    private static @Nullable Problem problem(Resource policy, PolicyTarget target) {
        String name = target.object().name();
        if (target.sectionName() != null) {
            return new Problem("Invalid", "a Namespace has no parts");
        }
        return name.equals(policy.namespace())
                ? null
                : new Problem(
                        "Invalid",
                        "a policy can be for its own namespace only: this one is in `" + policy.namespace()
                                + "`, and would have to be in `" + name + "`");
    }

    private <R extends Resource> @Nullable Problem problem(PolicyTarget target, TargetKind<R> kind) {
        ObjectRef object = target.object();
        R found = resources.find(kind.type(), object.namespace(), object.name());
        if (found == null) {
            return new Problem("TargetNotFound", references.unknown(kind.type(), object));
        }
        String section = target.sectionName();
        List<String> names = kind.parts().apply(found);
        return section == null || names.contains(section)
                ? null
                : new Problem(
                        "TargetNotFound",
                        object + " has no " + kind.part() + " named `" + section + "`"
                                + findings.didYouMean(section, () -> names));
    }
}
