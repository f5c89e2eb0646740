package dev.torii.config.select;

import dev.torii.config.resource.BackendPolicy;
import dev.torii.config.resource.BackendRef;
import dev.torii.config.resource.BackendTlsPolicy;
import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.FaultPolicy;
import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.RateLimitPolicy;
import dev.torii.config.resource.ReferenceGrant;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.RouteFilter;
import dev.torii.config.resource.RouteRule;
import dev.torii.config.resource.Service;
import dev.torii.config.resource.TcpRoute;
import dev.torii.config.resource.TelemetryPolicy;
import dev.torii.config.resource.TlsRoute;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One way through an index, from what a proxy is to all that it uses. Each object is come to once. */
abstract class Walk {

    private final SelectionIndex index;
    private final Set<ObjectKey> chosen = new HashSet<>();
    private final Set<ObjectKey> places = new HashSet<>();
    /** Those whose surroundings have not been looked at: a chain of routes may be long. */
    private final Deque<Service> services = new ArrayDeque<>();

    Walk(SelectionIndex index) {
        this.index = index;
        at(Places.EVERYTHING).forEach(this::policy);
    }

    /** What is found at a place, which is remembered. */
    final Stream<Resource> at(ObjectKey place) {
        places.add(place);
        return index.at(place);
    }

    /** @return whether it is new */
    final boolean choose(Resource object) {
        return chosen.add(ObjectKey.of(object));
    }

    final Selection selection() {
        while (!services.isEmpty()) {
            around(services.remove());
        }
        return new Selection(chosen.stream().sorted().toList(), places);
    }

    /** A Service by its name, if there is one. */
    final void service(ObjectKey name) {
        places.add(name);
        if (index.object(name) instanceof Service service && choose(service)) {
            services.add(service);
        }
    }

    /** What belongs to a Service. */
    void around(Service service) {
        at(ObjectKey.of(service)).forEach(each -> {
            if (each instanceof EndpointSlice) {
                choose(each);
            } else if (each instanceof Route route) {
                routeOf(service, route);
            } else {
                policy(each);
            }
        });
    }

    /** A route that names the Service as a parent. */
    abstract void routeOf(Service service, Route route);

    /** What is for a namespace. */
    final void namespace(String name) {
        at(Places.namespace(name)).forEach(this::policy);
    }

    /** With what it leads to, and the policies for it. */
    final void route(Route route) {
        if (!choose(route)) {
            return;
        }
        at(ObjectKey.of(route)).forEach(this::policy);
        backends(route)
                .filter(ref -> ref.target().is(Resource.CORE_GROUP, "Service"))
                .filter(ref -> permits(route, ref.target()))
                .forEach(ref -> service(Places.of(ref.target())));
    }

    private static Stream<BackendRef> backends(Route route) {
        if (route instanceof HttpRoute http) {
            return inRules(http.rules());
        } else if (route instanceof GrpcRoute grpc) {
            return inRules(grpc.rules());
        } else if (route instanceof TlsRoute tls) {
            return tls.backendRefs().stream();
        } else {
            return ((TcpRoute) route).backendRefs().stream();
        }
    }

    private static Stream<BackendRef> inRules(List<RouteRule> rules) {
        return rules.stream()
                .flatMap(rule -> Stream.concat(
                        mirrors(rule.filters()),
                        rule.backendRefs().stream()
                                .flatMap(ref -> Stream.concat(Stream.of(ref), mirrors(ref.filters())))));
    }

    private static Stream<BackendRef> mirrors(List<RouteFilter> filters) {
        return filters.stream()
                .filter(RouteFilter.Mirror.class::isInstance)
                .map(each -> ((RouteFilter.Mirror) each).backend());
    }

    /** If it is one. */
    final void policy(Resource object) {
        if (object instanceof BackendTlsPolicy tls) {
            if (choose(tls)) {
                tls.caCertificateRefs().forEach(ref -> refer(tls, ref, "ConfigMap"));
            }
        } else if (object instanceof BackendPolicy
                || object instanceof TelemetryPolicy
                || object instanceof RateLimitPolicy
                || object instanceof FaultPolicy) {
            choose(object);
        }
    }

    /** Something that an object may name, if it may: what it may not name must not leave control. */
    final void refer(Resource referrer, ObjectRef ref, String kind) {
        if (!ref.is(Resource.CORE_GROUP, kind) || !permits(referrer, ref)) {
            return;
        }
        ObjectKey key = Places.of(ref);
        places.add(key);
        Resource object = index.object(key);
        if (object != null) {
            choose(object);
        }
    }

    private boolean permits(Resource referrer, ObjectRef ref) {
        if (referrer.namespace().equals(ref.namespace())) {
            return true;
        }
        at(Places.grants(ref.namespace())).forEach(each -> {
            if (each instanceof ReferenceGrant grant && isFor(referrer, grant)) {
                choose(grant);
            }
        });
        return index.resources().permits(referrer, ref);
    }

    private static boolean isFor(Resource referrer, ReferenceGrant grant) {
        return grant.from().contains(new ReferenceGrant.From(referrer.group(), referrer.kind(), referrer.namespace()));
    }
}
