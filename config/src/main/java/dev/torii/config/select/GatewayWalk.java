package dev.torii.config.select;

import dev.torii.config.resource.ConfigMap;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.Gateway.FrontendTls;
import dev.torii.config.resource.Gateway.Listener;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.ListenerSet;
import dev.torii.config.resource.Namespace;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.Service;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From Gateways: their own and others' listeners with certificates, the routes that name them, and what those lead to. */
final class GatewayWalk extends Walk {

    GatewayWalk(SelectionIndex index) {
        super(index);
    }

    /** A Gateway by its name, if there is one and it is ours. */
    void gateway(ObjectKey name) {
        at(name).filter(each -> each instanceof Gateway gateway && isOurs(gateway) && choose(gateway))
                .forEach(each -> around((Gateway) each));
    }

    /** All Gateways that share a deployment. */
    void shared() {
        at(Places.GATEWAYS).forEach(each -> {
            if (each instanceof Gateway gateway && isShared(gateway)) {
                gateway(ObjectKey.of(gateway));
            }
        });
    }

    private boolean isShared(Gateway gateway) {
        if (at(Places.CLASSES).findAny().isEmpty()) {
            return true;
        }
        return classOf(gateway)
                .flatMap(found -> Optional.ofNullable(found.parametersRef()))
                .flatMap(ref -> at(Places.of(ref)).findFirst())
                .filter(each -> each instanceof ConfigMap map
                        && "shared".equals(map.data().get("deployment")))
                .isPresent();
    }

    private Optional<GatewayClass> classOf(Gateway gateway) {
        return at(new ObjectKey("GatewayClass", "", gateway.className()))
                .filter(GatewayClass.class::isInstance)
                .map(GatewayClass.class::cast)
                .findFirst();
    }

    /** In a cluster the class says; in files there are none. */
    private boolean isOurs(Gateway gateway) {
        Optional<GatewayClass> found = classOf(gateway);
        found.filter(GatewayClass::isOurs).ifPresent(ours -> {
            choose(ours);
            parameters(ours, ours.parametersRef());
        });
        return found.map(GatewayClass::isOurs)
                .orElseGet(() -> at(Places.CLASSES).findAny().isEmpty());
    }

    private void parameters(Resource referrer, @Nullable ObjectRef ref) {
        if (ref != null) {
            refer(referrer, ref, "ConfigMap");
        }
    }

    private void around(Gateway gateway) {
        parameters(gateway, gateway.infrastructure().parametersRef());
        if (gateway.backendClientCertificate() != null) {
            refer(gateway, gateway.backendClientCertificate(), "Secret");
        }
        if (gateway.frontendTls() != null) {
            authorities(gateway, gateway.frontendTls());
        }
        listeners(gateway, gateway.listeners());
        namespace(gateway.namespace());
        at(ObjectKey.of(gateway)).forEach(each -> {
            if (each instanceof ListenerSet set && choose(set)) {
                labels(set.namespace());
                listeners(set, set.listeners());
                at(ObjectKey.of(set)).forEach(this::attached);
            } else {
                attached(each);
            }
        });
    }

    /** To a Gateway or a ListenerSet. */
    private void attached(Resource object) {
        if (object instanceof Route route) {
            route(route);
            labels(route.namespace());
        } else {
            policy(object);
        }
    }

    private void listeners(Resource owner, List<Listener> listeners) {
        for (Listener listener : listeners) {
            if (listener.tls() != null) {
                listener.tls().certificateRefs().forEach(ref -> refer(owner, ref, "Secret"));
            }
        }
    }

    private void authorities(Gateway gateway, FrontendTls frontend) {
        frontend.validations()
                .flatMap(each -> each.caCertificateRefs().stream())
                .forEach(ref -> refer(gateway, ref, "ConfigMap"));
    }

    /** By its labels a namespace may be let in or not. */
    private void labels(String namespace) {
        at(Places.namespace(namespace)).filter(Namespace.class::isInstance).forEach(this::choose);
    }

    /** Routes of Services are for those in the mesh. */
    @Override
    void routeOf(Service service, Route route) {}
}
