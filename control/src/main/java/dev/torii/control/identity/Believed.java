package dev.torii.control.identity;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.stream.Message.Hello;
import io.vertx.core.Future;
import java.util.Map;

/** Where there is no cluster to ask, what is said is believed. */
public final class Believed implements Identities {

    @Override
    public Future<Caller> identify(String token, Hello hello) {
        return switch (hello.role()) {
            case GATEWAY -> Future.succeededFuture(gateway(hello));
            case SIDECAR -> sidecar(hello);
        };
    }

    /** Without a cluster there is one control. */
    @Override
    public Future<String> replica(String token) {
        return Future.failedFuture(Refused.forbidden("there are no replicas here"));
    }

    /** Without a Gateway: all there are. */
    private static Caller gateway(Hello hello) {
        NamespacedName gateway = NamespacedName.of(hello.gateway());
        return hello.gateway().isEmpty()
                ? new Caller.OfSharedGateways(hello.pod())
                : new Caller.OfGateway(hello.pod(), new ObjectKey("Gateway", gateway.namespace(), gateway.name()));
    }

    private static Future<Caller> sidecar(Hello hello) {
        NamespacedName service = NamespacedName.of(hello.service().isEmpty() ? hello.pod() : hello.service());
        if (service.namespace().isEmpty()) {
            return Future.failedFuture(Refused.forbidden("a sidecar names its Service or its pod, namespace/name"));
        }
        String name = hello.service().isEmpty() ? "" : service.name();
        return Future.succeededFuture(
                new Caller.OfSidecar(hello.pod(), service.namespace(), Map.of(), name, hello.appPorts()));
    }
}
