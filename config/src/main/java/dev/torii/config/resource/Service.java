package dev.torii.config.resource;

import dev.torii.routing.Endpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Core {@code Service}.
 *
 * @param type {@code ClusterIP}, {@code NodePort}, {@code LoadBalancer} or {@code ExternalName}
 * @param clusterIp {@code ""} when absent, {@code None} when headless
 * @param ports at {@code spec.ports[i]}
 * @param endpoints from the annotation {@code torii.dev/endpoints}, for every port; null without it
 */
public record Service(
        Metadata metadata,
        String type,
        String clusterIp,
        List<Port> ports,
        @Nullable List<Endpoint> endpoints) implements Resource {

    /** {@code host:port,host:port}: endpoints for short, instead of EndpointSlices. */
    public static final String ENDPOINTS = "torii.dev/endpoints";

    public Service {
        ports = List.copyOf(ports);
        endpoints = endpoints == null ? null : List.copyOf(endpoints);
    }

    @Override
    public String group() {
        return CORE_GROUP;
    }

    @Override
    public String kind() {
        return "Service";
    }

    /** The port by its number (not that of its pods), or null. */
    public @Nullable Port port(int number) {
        return ports.stream()
                .filter(port -> port.number() == number)
                .findFirst()
                .orElse(null);
    }

    /**
     * @param name {@code ""} for the single unnamed port
     * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}
     * @param appProtocol say {@code kubernetes.io/h2c}, or null
     */
    public record Port(
            String name,
            int number,
            String protocol,
            @Nullable String appProtocol) {}
}
