package dev.torii.config.select;

import dev.torii.config.compile.SidecarView;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.Service;
import java.util.Comparator;

/**
 * From a sidecar: its own Service and those that surely have the same pods, and the Services it calls, with the routes that
 * apply to its namespace. Whatever Service is chosen, for whichever reason, is complete: a sidecar takes the ones it has
 * for all it has to know of them.
 */
final class SidecarWalk extends Walk {

    private final SidecarView view;

    SidecarWalk(SelectionIndex index, SidecarView view) {
        super(index);
        this.view = view;
        namespace(view.namespace());
        if (view.service().isEmpty()) {
            return;
        }
        ObjectKey own = Places.service(view.namespace(), view.service());
        service(own);
        if (index.object(own) instanceof Service service) {
            Places.selecting(service.namespace(), service.selector())
                    .forEach(place -> at(place)
                            .filter(each -> each instanceof Service other && other.hasPodsOf(service))
                            .forEach(each -> service(ObjectKey.of(each))));
        }
    }

    /** An address or a name that its app called. */
    void want(String place) {
        address(place);
        int dot = place.lastIndexOf('.');
        if (dot > 0) {
            service(Places.service(place.substring(dot + 1), place.substring(0, dot)));
        }
    }

    /** Of several Services with one address the first has it. */
    private void address(String address) {
        at(Places.address(address))
                .map(Service.class::cast)
                .filter(SidecarWalk::canBeCalled)
                .min(Comparator.comparing(Service::namespace).thenComparing(Service::name))
                .ifPresent(service -> service(ObjectKey.of(service)));
    }

    private static boolean canBeCalled(Service service) {
        return !service.isHeadless()
                && !service.isExternalName()
                && service.ports().stream().anyMatch(Service.Port::isTcp);
    }

    @Override
    void around(Service service) {
        super.around(service);
        namespace(service.namespace());
    }

    /** A producer's, or a consumer's in the app's namespace. */
    @Override
    void routeOf(Service service, Route route) {
        if (route.namespace().equals(view.namespace()) || route.namespace().equals(service.namespace())) {
            route(route);
            route.parentRefs().stream()
                    .filter(parent -> parent.target().is(Resource.CORE_GROUP, "Service"))
                    .forEach(parent -> service(Places.of(parent.target())));
        }
    }
}
