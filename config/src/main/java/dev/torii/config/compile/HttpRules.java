package dev.torii.config.compile;

import dev.torii.config.compile.Resolution.ServicePort;
import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.RouteRule;
import dev.torii.routing.HashKey;
import dev.torii.routing.HostPattern;
import dev.torii.routing.RouteId;
import dev.torii.routing.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns the rules of HTTPRoutes and GRPCRoutes into {@link Rule}s. Listeners that get the same ones share them. */
final class HttpRules {

    private final Clusters clusters;
    private final Findings findings;
    private final Map<Key, List<Rule>> made = new HashMap<>();

    private record Key(RouteDraft draft, Caller caller, List<HostPattern> hosts, PolicyScopes.Scope scope) {}

    HttpRules(Clusters clusters, Findings findings) {
        this.clusters = clusters;
        this.findings = findings;
    }

    /**
     * @param hosts those of the route that fall under the listener
     * @param scope of the listener
     */
    List<Rule> of(RouteDraft draft, List<HostPattern> hosts, Caller caller, PolicyScopes.Scope scope) {
        Key key = new Key(draft, caller, hosts, scope);
        List<Rule> rules = made.get(key);
        if (rules == null) {
            rules = make(draft, hosts, caller, null, scope);
            made.put(key, rules);
        }
        return rules;
    }

    /** Those of a route that is bound to a Service; none of any other kind. */
    List<Rule> of(RouteDraft draft, MeshPort parent, PolicyScopes.Scope scope) {
        return make(draft, MeshListeners.ANY_HOST, Caller.SIDECAR, parent.own(), scope);
    }

    private List<Rule> make(
            RouteDraft draft,
            List<HostPattern> hosts,
            Caller caller,
            @Nullable ServicePort parent,
            PolicyScopes.Scope scope) {
        if (draft.route instanceof HttpRoute route) {
            long maxBody = new Annotations(route, findings).number(Annotations.MAX_BODY_BYTES, 0, Long.MAX_VALUE, 0);
            BackendTargets targets = new BackendTargets(draft, BackendUse.HTTP, caller, parent, clusters);
            RouteId id = id(RouteId.Kind.HTTP, route);
            List<Rule> rules = new ArrayList<>();
            for (RouteRule spec : route.rules()) {
                PolicyScopes.Scope own = scope.rule(route, spec.name());
                rules.add(rule(id, rules.size(), spec, hosts, targets, route.splitBy(), maxBody, own));
            }
            return rules;
        }
        List<Rule> rules = new ArrayList<>();
        if (draft.route instanceof GrpcRoute route) {
            BackendTargets targets = new BackendTargets(draft, BackendUse.GRPC, caller, parent, clusters);
            RouteId id = id(RouteId.Kind.GRPC, route);
            for (RouteRule spec : route.rules()) {
                PolicyScopes.Scope own = scope.rule(route, spec.name());
                rules.add(rule(id, rules.size(), spec, hosts, targets, route.splitBy(), 0, own));
            }
        }
        return rules;
    }

    private static Rule rule(
            RouteId id,
            int index,
            RouteRule spec,
            List<HostPattern> hosts,
            BackendTargets targets,
            @Nullable HashKey splitBy,
            long maxBodyBytes,
            PolicyScopes.Scope scope) {
        boolean canApply = BackendTargets.canApply(spec.filters());
        ProtectionSplit split =
                scope.split(canApply ? targets.backends(spec.backendRefs(), scope) : targets.refusal(scope));
        return new Rule(
                id,
                id.path() + "/" + Objects.requireNonNullElse(spec.name(), String.valueOf(index)),
                index,
                hosts,
                spec.matches(),
                canApply ? targets.filters(spec.filters()) : List.of(),
                split.backends(),
                spec.timeouts(),
                spec.session(),
                splitBy,
                maxBodyBytes,
                scope.telemetry(),
                spec.retry(),
                split.rule());
    }

    static RouteId id(RouteId.Kind kind, Route route) {
        return new RouteId(
                kind, route.namespace(), route.name(), route.metadata().createdEpochSecond());
    }
}
