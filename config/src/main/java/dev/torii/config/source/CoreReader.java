package dev.torii.config.source;

import dev.torii.config.Wording;
import dev.torii.config.resource.ConfigMap;
import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.Namespace;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Secret;
import dev.torii.config.resource.Service;
import dev.torii.routing.Endpoint;
import dev.torii.routing.IpText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads Kubernetes' own kinds: strict in what Torii uses of them, silent about the rest of their many fields. */
final class CoreReader {

    private static final int MOST = 1000;

    private CoreReader() {}

    static Resource namespace(Metadata metadata, Fields root) {
        root.ignore("spec");
        return new Namespace(metadata);
    }

    static Resource configMap(Metadata metadata, Fields root) {
        root.ignore("binaryData", "immutable");
        return new ConfigMap(metadata, root.get("data").textMap());
    }

    static Resource secret(Metadata metadata, Fields root) {
        root.ignore("immutable");
        Map<String, String> data = new HashMap<>();
        Cell encoded = root.get("data");
        encoded.textMap().forEach((key, value) -> {
            try {
                data.put(key, decode(value));
            } catch (IllegalArgumentException e) {
                encoded.entry(key).error(Wording.quote(key) + " must be base64; plain text belongs into `stringData`");
            }
        });
        data.putAll(root.get("stringData").textMap());
        return new Secret(metadata, root.get("type").text(Syntax.LINE, "Opaque"), data);
    }

    private static String decode(String base64) {
        StringBuilder text = new StringBuilder(base64.length());
        base64.chars().filter(c -> !Character.isWhitespace(c)).forEach(c -> text.append((char) c));
        return new String(Base64.getDecoder().decode(text.toString()), StandardCharsets.UTF_8);
    }

    static @Nullable Resource service(Metadata metadata, Fields root) {
        Cell annotation = root.get("metadata").entry("annotations").entry(Service.ENDPOINTS);
        List<Endpoint> endpoints = endpoints(metadata.annotations().get(Service.ENDPOINTS), annotation);
        return root.need("spec").mapping(spec -> {
            spec.ignore("externalIPs", "externalName", "sessionAffinity", "ipFamilies");
            spec.ignore("loadBalancerIP", "loadBalancerClass", "loadBalancerSourceRanges", "sessionAffinityConfig");
            spec.ignore("externalTrafficPolicy", "internalTrafficPolicy", "healthCheckNodePort", "ipFamilyPolicy");
            spec.ignore("publishNotReadyAddresses", "allocateLoadBalancerNodePorts", "trafficDistribution");
            return new Service(
                    metadata,
                    spec.get("type").oneOf("ClusterIP", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
                    clusterIps(spec),
                    spec.get("selector").textMap(),
                    servicePorts(spec.get("ports")),
                    endpoints);
        });
    }

    /** {@code clusterIP} is the first of {@code clusterIPs}, and often the only one written. */
    private static List<String> clusterIps(Fields spec) {
        List<Cell> cells = new ArrayList<>(List.of(spec.get("clusterIP")));
        cells.addAll(spec.get("clusterIPs").items(0, 2));
        Set<String> addresses = new LinkedHashSet<>();
        for (Cell cell : cells) {
            String text = cell.text();
            if (text.equals("None") || Addresses.isIp(text)) {
                addresses.add(IpText.canonical(text));
            } else if (!text.isEmpty()) {
                cell.error(Wording.quote(text) + " is neither an IP address nor `None`");
            }
        }
        return List.copyOf(addresses);
    }

    private static List<Service.Port> servicePorts(Cell list) {
        Set<List<Object>> numbers = new HashSet<>();
        Set<String> names = new HashSet<>();
        List<Service.Port> ports = list.list(0, MOST, port -> servicePort(port, numbers, names));
        if (ports.size() > 1 && ports.stream().anyMatch(port -> port.name().isEmpty())) {
            list.error("MissingField", "every one of several ports needs a `name`");
        }
        return ports;
    }

    private static Service.Port servicePort(Fields port, Set<List<Object>> numbers, Set<String> names) {
        port.ignore("nodePort");
        Cell cell = port.need("port");
        int number = cell.integer(1, 65535, 0);
        String protocol = port.get("protocol").oneOf("TCP", "TCP", "UDP", "SCTP");
        if (number > 0 && !numbers.add(List.of(number, protocol))) {
            cell.error("port " + number + " is there twice");
        }
        String name = port.get("name").text(Syntax.LABEL, "");
        if (!name.isEmpty() && !names.add(name)) {
            port.get("name").error("the name " + Wording.quote(name) + " is taken by another port of this Service");
        }
        return new Service.Port(
                name,
                number,
                protocol,
                port.get("appProtocol").textOrNull(Syntax.NON_EMPTY),
                port.get("targetPort").intOrText(1, 65535, Syntax.LABEL));
    }

    /** The addresses of {@code torii.dev/endpoints}, or null without that annotation. */
    private static @Nullable List<Endpoint> endpoints(@Nullable String text, Cell annotation) {
        if (text == null) {
            return null;
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            Endpoint endpoint = Addresses.endpoint(each.strip());
            if (endpoint != null) {
                endpoints.add(endpoint);
            } else if (!text.isBlank()) {
                annotation.error(Wording.quote(each.strip()) + " is not `host:port`");
            }
        }
        return endpoints;
    }

    static Resource endpointSlice(Metadata metadata, Fields root) {
        String type = root.need("addressType").oneOf("IPv4", "IPv4", "IPv6", "FQDN");
        return new EndpointSlice(
                metadata,
                metadata.labels().getOrDefault(EndpointSlice.SERVICE_NAME, ""),
                type,
                ready(root.get("endpoints"), type),
                root.get("ports").list(0, 100, CoreReader::slicePort));
    }

    /** Unknown conditions count as ready, as the Kubernetes API says. */
    private static List<String> ready(Cell endpoints, String type) {
        List<String> ready = new ArrayList<>();
        endpoints.list(0, MOST, member -> {
            member.ignore("deprecatedTopology", "hints", "hostname", "nodeName", "targetRef", "zone");
            List<String> addresses = addresses(member.need("addresses"), type);
            Boolean isReady = member.get("conditions").mapping(CoreReader::isReady);
            ready.addAll(Boolean.FALSE.equals(isReady) ? List.of() : addresses);
            return addresses;
        });
        return ready;
    }

    private static List<String> addresses(Cell list, String type) {
        List<String> addresses = new ArrayList<>();
        for (Cell cell : list.items(1, 100)) {
            String address = cell.text(Syntax.NON_EMPTY);
            if (!address.isEmpty() && !Addresses.isOfType(type, address)) {
                cell.error(Wording.quote(address) + " is no " + type + " address");
            }
            addresses.add(address);
        }
        return addresses;
    }

    private static Boolean isReady(Fields conditions) {
        conditions.get("serving").bool(true);
        conditions.get("terminating").bool(false);
        return conditions.get("ready").bool(true);
    }

    private static EndpointSlice.Port slicePort(Fields port) {
        port.ignore("appProtocol");
        return new EndpointSlice.Port(
                port.get("name").text(Syntax.LINE, ""),
                port.get("port").integerOrNull(1, 65535),
                port.get("protocol").oneOf("TCP", "TCP", "UDP", "SCTP"));
    }
}
