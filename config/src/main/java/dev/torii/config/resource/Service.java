package dev.torii.config.resource;

import dev.torii.routing.Endpoint;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Core {@code Service}.
 *
 * @param type {@code ClusterIP}, {@code NodePort}, {@code LoadBalancer} or {@code ExternalName}
 * @param clusterIps canonical; {@code None} when headless, empty when absent
 * @param selector labels of its pods; empty when something else says which they are
 * @param ports at {@code spec.ports[i]}
 * @param endpoints from the annotation {@code torii.dev/endpoints}, for every port; null without it
 */
public record Service(
        Metadata metadata,
        String type,
        List<String> clusterIps,
        Map<String, String> selector,
        List<Port> ports,
        @Nullable List<Endpoint> endpoints)
        implements Resource {

    /** {@code host:port,host:port}: endpoints for short, instead of EndpointSlices. */
    public static final String ENDPOINTS = "torii.dev/endpoints";

    private static final String HEADLESS = "None";

    public Service {
        clusterIps = List.copyOf(clusterIps);
        selector = Map.copyOf(selector);
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

    /** Whether callers reach its pods by their own addresses. */
    public boolean isHeadless() {
        return clusterIps.contains(HEADLESS);
    }

    /** Whether it stands for a name outside the cluster. */
    public boolean isExternalName() {
        return type.equals("ExternalName");
    }

    /** Whether it surely has all pods that another Service of its namespace has. */
    public boolean hasPodsOf(Service other) {
        return !selector.isEmpty() && other.selector.entrySet().containsAll(selector.entrySet());
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
     * @param targetPort number or name of the pods' port; {@code ""} for the same number
     */
    public record Port(
            String name,
            int number,
            String protocol,
            @Nullable String appProtocol,
            String targetPort) {

        /** The only protocol that is proxied. */
        public boolean isTcp() {
            return protocol.equals("TCP");
        }
    }
}
