package dev.torii.config.resource;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code discovery.k8s.io} {@code EndpointSlice}.
 *
 * @param service name of the Service it belongs to (label {@code kubernetes.io/service-name}); {@code ""} for none
 * @param addressType {@code IPv4}, {@code IPv6} or {@code FQDN}
 * @param ready addresses of the pods that take requests; a mesh has tens of thousands, so they are kept in little space
 */
public record EndpointSlice(Metadata metadata, String service, String addressType, List<String> ready, List<Port> ports)
        implements Resource {

    public static final String SERVICE_NAME = "kubernetes.io/service-name";

    public EndpointSlice {
        ready = TextList.copyOf(ready);
        ports = List.copyOf(ports);
    }

    @Override
    public String group() {
        return "discovery.k8s.io";
    }

    @Override
    public String kind() {
        return "EndpointSlice";
    }

    /**
     * @param name that of the Service's port, {@code ""} for the unnamed one
     * @param number of the pods' port, or null for any
     */
    public record Port(String name, @Nullable Integer number, String protocol) {}
}
