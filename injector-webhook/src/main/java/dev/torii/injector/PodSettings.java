package dev.torii.injector;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.util.NetUtil;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a pod's annotations say (DESIGN 5.7), checked: a typo must not start a pod that does less than its owner believes.
 *
 * @param appPorts of the app, as annotated, else as its containers declare them
 * @param values of the other annotations, by their name without the prefix
 */
record PodSettings(List<Integer> appPorts, Map<String, String> values) {

    static final String PREFIX = "torii.dev/";
    static final String INJECT = "torii.dev/inject";
    static final String STATUS = "torii.dev/status";

    /** Sorted by name. Kubernetes' own syntax where there is one. */
    private static final Map<String, Kind> KNOWN = Collections.unmodifiableMap(new TreeMap<>(Map.ofEntries(
            Map.entry("app-ports", Kind.PORTS),
            Map.entry("exclude-inbound-ports", Kind.PORT_RANGES),
            Map.entry("exclude-outbound-ports", Kind.PORT_RANGES),
            Map.entry("exclude-outbound-cidrs", Kind.CIDRS),
            Map.entry("opaque-ports", Kind.PORTS),
            Map.entry("log-headers", Kind.HEADERS),
            Map.entry("sampling-percent", Kind.PERCENT),
            Map.entry("cpu-request", Kind.QUANTITY),
            Map.entry("cpu-limit", Kind.QUANTITY),
            Map.entry("memory-request", Kind.QUANTITY),
            Map.entry("memory-limit", Kind.QUANTITY),
            Map.entry("drain-timeout", Kind.DURATION),
            Map.entry("log-level", Kind.LEVEL),
            Map.entry("image", Kind.IMAGE))));

    private static final Set<String> NOT_SETTINGS = Set.of("inject", "status", "endpoints", "split-by");

    /** What an annotation holds. */
    private enum Kind {
        PORTS("ports as in 8080,9090", "\\d{1,5}(,\\d{1,5})*"),
        PORT_RANGES("ports as in 80,8000-8999", "\\d{1,5}(-\\d{1,5})?(,\\d{1,5}(-\\d{1,5})?)*"),
        CIDRS("networks as in 10.0.0.0/8,fd00::/8", "[0-9a-fA-F.:]+/\\d{1,3}(,[0-9a-fA-F.:]+/\\d{1,3})*"),
        HEADERS(
                "headers as in x-tenant-id,x-user(hash),x-card(mask)",
                "[A-Za-z0-9-]+(\\((hash|mask)\\))?(,[A-Za-z0-9-]+(\\((hash|mask)\\))?)*"),
        PERCENT("a number from 0 to 100", "\\d{1,3}(\\.\\d{1,4})?"),
        QUANTITY("a quantity as in 100m or 128Mi", "\\d+(\\.\\d+)?(m|k|M|G|Ki|Mi|Gi)?"),
        DURATION("a duration as in 30s or 1m30s", "(\\d{1,5}h)?(\\d{1,5}m)?(\\d{1,5}s)?(\\d{1,5}ms)?"),
        LEVEL("one of error, warning, info, debug", "error|warning|info|debug"),
        IMAGE("an image as in registry.example/torii:1.2", "[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}");

        private final String wanted;
        private final Pattern syntax;

        Kind(String wanted, String syntax) {
            this.wanted = wanted;
            this.syntax = Pattern.compile(syntax);
        }

        boolean takes(String value) {
            if (value.isEmpty()
                    || value.length() > 4096
                    || !syntax.matcher(value).matches()) {
                return false;
            }
            return switch (this) {
                case PORTS, PORT_RANGES -> portsFit(value);
                case CIDRS -> networksFit(value);
                case PERCENT -> Double.parseDouble(value) <= 100;
                default -> true;
            };
        }

        private static boolean portsFit(String value) {
            for (String part : value.split(",", -1)) {
                int dash = part.indexOf('-');
                int from = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
                int to = dash < 0 ? from : Integer.parseInt(part.substring(dash + 1));
                if (from < 1 || to > 65_535 || from > to) {
                    return false;
                }
            }
            return true;
        }

        /** As `torii capture` will ask for them: a container that fails over them tells nobody but its log. */
        private static boolean networksFit(String value) {
            for (String part : value.split(",", -1)) {
                int slash = part.indexOf('/');
                byte[] address = NetUtil.createByteArrayFromIpAddressString(part.substring(0, slash));
                if (address == null) {
                    return false;
                }
                int hostBits = address.length * 8 - Integer.parseInt(part.substring(slash + 1));
                BigInteger number = new BigInteger(1, address);
                if (hostBits < 0 || number.signum() != 0 && number.getLowestSetBit() < hostBits) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Whoever wrote the annotations has to change them. */
    static final class WrongAnnotation extends Exception {

        private static final long serialVersionUID = 1L;

        private WrongAnnotation(String message) {
            super(message);
        }
    }

    PodSettings {
        appPorts = List.copyOf(appPorts);
        values = Map.copyOf(values);
    }

    /** Reads a pod's annotations. */
    static PodSettings of(JsonNode pod) throws WrongAnnotation {
        Map<String, String> values = new TreeMap<>();
        for (var annotation : pod.path("metadata").path("annotations").properties()) {
            String name = annotation.getKey();
            if (name.startsWith(PREFIX) && !NOT_SETTINGS.contains(name.substring(PREFIX.length()))) {
                String own = name.substring(PREFIX.length());
                values.put(own, checked(own, annotation.getValue().asText()));
            }
        }
        String annotated = values.get("app-ports");
        return new PodSettings(annotated == null ? declaredPorts(pod) : ports(annotated), values);
    }

    private static String checked(String name, String text) throws WrongAnnotation {
        Kind kind = KNOWN.get(name);
        if (kind == null) {
            throw new WrongAnnotation(
                    "annotation `" + PREFIX + name + "` is not known; known are " + String.join(", ", KNOWN.keySet()));
        }
        String value = text.replace(" ", "");
        if (!kind.takes(value)) {
            throw new WrongAnnotation("annotation `" + PREFIX + name + "` must be " + kind.wanted + ", but is `"
                    + text.substring(0, Math.min(60, text.length())) + "`");
        }
        return value;
    }

    private static List<Integer> ports(String text) {
        List<Integer> ports = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            ports.add(Integer.valueOf(part));
        }
        return ports;
    }

    private static List<Integer> declaredPorts(JsonNode pod) {
        Set<Integer> ports = new LinkedHashSet<>();
        for (JsonNode container : pod.path("spec").path("containers")) {
            for (JsonNode port : container.path("ports")) {
                if (port.path("protocol").asText("TCP").equals("TCP")) {
                    ports.add(port.path("containerPort").asInt());
                }
            }
        }
        return List.copyOf(ports);
    }

    @Nullable
    String get(String name) {
        return values.get(name);
    }

    String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }
}
