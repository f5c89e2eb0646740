package dev.torii.config.compile;

import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import dev.torii.routing.Endpoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the ready pods of a Service port are, whether or not the Service has a selector or a cluster IP: from the
 * annotation, else from EndpointSlices, whose ports are the pods' and are found by the name of the Service's.
 */
final class Endpoints {

    private static final Comparator<Endpoint> ORDER =
            Comparator.comparing(Endpoint::host).thenComparingInt(Endpoint::port);

    private Endpoints() {}

    static List<Endpoint> of(Service service, Service.Port port, ResourceSet resources, Findings findings) {
        List<Endpoint> endpoints = new ArrayList<>();
        if (service.endpoints() != null) {
            endpoints.addAll(service.endpoints());
        } else {
            List<EndpointSlice> slices = resources.slicesOf(service.namespace(), service.name());
            boolean known = false;
            for (EndpointSlice slice : slices) {
                Integer number = podPort(slice, port);
                if (number != null) {
                    known = true;
                    slice.ready().forEach(address -> endpoints.add(new Endpoint(address, number)));
                }
            }
            if (!known) {
                warnOfNone(service, port, slices, findings);
            }
        }
        return endpoints.stream().distinct().sorted(ORDER).toList();
    }

    private static @Nullable Integer podPort(EndpointSlice slice, Service.Port port) {
        for (EndpointSlice.Port each : slice.ports()) {
            if (each.name().equals(port.name()) && each.protocol().equals(port.protocol())) {
                return each.number() != null ? each.number() : Integer.valueOf(port.number());
            }
        }
        return null;
    }

    /** That all pods are away is nothing to report; that nobody ever said where they are is. */
    private static void warnOfNone(Service service, Service.Port port, List<EndpointSlice> slices, Findings findings) {
        String message = slices.isEmpty()
                ? "no endpoints are known: add EndpointSlices (label `" + EndpointSlice.SERVICE_NAME
                        + "`) or the annotation `" + Service.ENDPOINTS + "`"
                : "no EndpointSlice has a port named `" + port.name() + "`, so port " + port.number()
                        + " has no endpoints";
        findings.warning(service, "metadata.name", "NoEndpoints", message);
    }
}
