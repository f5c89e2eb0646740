package dev.torii.control.provision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.torii.control.status.Reality.Address;
import dev.torii.control.status.Reality.Problem;
import java.util.ArrayList;
import java.util.List;

/** Where a Gateway is reached, as its Service's status says. Pure. */
final class ServiceAddresses {

    private ServiceAddresses() {}

    /** @param asked for by the Gateway; empty for any */
    static Provision of(JsonNode service, List<String> asked) {
        String name = service.at("/metadata/name").asText();
        List<Address> addresses = new ArrayList<>();
        boolean balanced = service.at("/spec/type").asText().equals("LoadBalancer");
        if (balanced) {
            for (JsonNode each : service.at("/status/loadBalancer/ingress")) {
                add(addresses, "IPAddress", each.path("ip").asText());
                add(addresses, "Hostname", each.path("hostname").asText());
            }
        } else {
            service.at("/spec/clusterIPs").forEach(each -> add(addresses, "IPAddress", each.asText()));
        }
        if (addresses.isEmpty()) {
            String hint = balanced ? "; without load balancers in the cluster use service-type NodePort" : "";
            return Provision.failed("AddressNotAssigned", "Service " + name + " has no address yet" + hint);
        }
        List<String> missing = asked.stream()
                .filter(each -> addresses.stream().noneMatch(one -> one.value().equals(each)))
                .toList();
        Problem problem = missing.isEmpty()
                ? Problem.NONE
                : new Problem("AddressNotUsable", "Service " + name + " did not get " + String.join(", ", missing));
        return new Provision(addresses, problem, true);
    }

    private static void add(List<Address> addresses, String type, String value) {
        if (!value.isEmpty() && !value.equals("None")) {
            addresses.add(new Address(type, value));
        }
    }
}
