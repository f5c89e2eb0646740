package dev.torii.config.compile;

import dev.torii.config.compile.Resolution.Broken;
import dev.torii.config.compile.Resolution.ServicePort;
import dev.torii.config.resource.BackendRef;
import dev.torii.config.resource.RouteFilter;
import dev.torii.routing.Backend;
import dev.torii.routing.Filter;
import dev.torii.routing.Protection;
import dev.torii.routing.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns a route's backendRefs and filters, as seen by one caller, into backends and filters to serve. */
final class BackendTargets {

    private static final Target UNSUPPORTED_FILTER = new Target.Invalid("unsupported_filter");

    private final RouteDraft draft;
    private final BackendUse use;
    private final Caller caller;
    private final @Nullable ServicePort parent;
    private final Clusters clusters;

    /** @param parent the Service that the route is bound to, where rules without backends lead; null for a Gateway */
    BackendTargets(RouteDraft draft, BackendUse use, Caller caller, @Nullable ServicePort parent, Clusters clusters) {
        this.draft = draft;
        this.use = use;
        this.caller = caller;
        this.parent = parent;
        this.clusters = clusters;
    }

    /** A backend with a filter that cannot be applied answers its share with an error. */
    List<Backend> backends(List<BackendRef> refs, PolicyScopes.Scope scope) {
        if (refs.isEmpty() && parent != null) {
            Target own = new Target.ToCluster(clusters.key(parent, use, caller));
            return List.of(backend(1, own, List.of(), scope.picked(parent)));
        }
        List<Backend> backends = new ArrayList<>();
        for (BackendRef ref : refs) {
            PolicyScopes.Scope picked =
                    scope.picked(draft.resolutions.get(ref) instanceof ServicePort found ? found : null);
            backends.add(
                    canApply(ref.filters())
                            ? backend(ref.weight(), target(ref), filters(ref.filters()), picked)
                            : backend(ref.weight(), UNSUPPORTED_FILTER, List.of(), picked));
        }
        return backends;
    }

    /** What a whole rule answers with when one of its filters cannot be applied. */
    List<Backend> refusal(PolicyScopes.Scope scope) {
        return List.of(backend(1, UNSUPPORTED_FILTER, List.of(), scope.picked(null)));
    }

    /** Only requests are counted and fail on purpose. */
    private Backend backend(int weight, Target target, List<Filter> filters, PolicyScopes.Scope picked) {
        return new Backend(
                weight, target, filters, picked.telemetry(), use.isHttp() ? picked.protection() : Protection.NONE);
    }

    static boolean canApply(List<RouteFilter> filters) {
        return filters.stream().noneMatch(RouteFilter.Unsupported.class::isInstance);
    }

    /** A mirror that leads nowhere is left out: its answers would be ignored anyway. */
    List<Filter> filters(List<RouteFilter> specs) {
        List<Filter> filters = new ArrayList<>();
        for (RouteFilter spec : specs) {
            if (spec instanceof RouteFilter.Plain plain) {
                filters.add(plain.filter());
            } else if (spec instanceof RouteFilter.Mirror mirror
                    && mirror.numerator() > 0
                    && target(mirror.backend()) instanceof Target.ToCluster copy) {
                filters.add(new Filter.Mirror(copy, mirror.numerator(), mirror.denominator()));
            }
        }
        return filters;
    }

    private Target target(BackendRef ref) {
        Resolution resolution = draft.resolutions.get(ref);
        if (resolution instanceof ServicePort found) {
            return new Target.ToCluster(clusters.key(found, use, caller));
        }
        return new Target.Invalid(resolution instanceof Broken broken ? broken.detail() : "backend_not_found");
    }
}
