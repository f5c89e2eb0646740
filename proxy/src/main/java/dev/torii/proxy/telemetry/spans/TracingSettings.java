package dev.torii.proxy.telemetry.spans;

import dev.torii.routing.Tracing;
import dev.torii.routing.Tracing.Propagation;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What OpenTelemetry's standard variables say of traces, and who this process is. Spans go nowhere unless an endpoint or an
 * exporter is named. Immutable.
 *
 * @param properties the variables by their names as properties: {@code OTEL_TRACES_EXPORTER} is {@code otel.traces.exporter}
 * @param resource attributes of all spans
 */
public record TracingSettings(Map<String, String> properties, Map<String, String> resource) {

    /** Nothing is exported. */
    public static final TracingSettings OFF = new TracingSettings(Map.of(), Map.of());

    private static final String PREFIX = "otel.";

    public TracingSettings {
        properties = Map.copyOf(properties);
        resource = Map.copyOf(resource);
    }

    /**
     * Reads the variables {@code OTEL_…}; others are left alone.
     *
     * @param identity resource attributes where the variables name no other
     * @throws IllegalArgumentException when one cannot be read, with one line that says which
     */
    public static TracingSettings of(Map<String, String> environment, Map<String, String> identity) {
        Map<String, String> properties = new LinkedHashMap<>();
        environment.forEach((name, value) -> {
            String property = name.toLowerCase(Locale.ROOT).replace('_', '.');
            if (property.startsWith(PREFIX) && !value.isBlank()) {
                properties.put(property, value.trim());
            }
        });
        Map<String, String> resource = new LinkedHashMap<>(identity);
        resource.putAll(attributes(properties.getOrDefault("otel.resource.attributes", "")));
        String name = properties.get("otel.service.name");
        if (name != null) {
            resource.put("service.name", name);
        }
        return new TracingSettings(properties, resource);
    }

    private static Map<String, String> attributes(String list) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (String entry : list.split(",")) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                String value = entry.substring(equals + 1).trim();
                // A plus is itself here: this is no form.
                attributes.put(entry.substring(0, equals).trim(), decoded(value.replace("+", "%2B")));
            } else if (!entry.isBlank()) {
                throw new IllegalArgumentException("OTEL_RESOURCE_ATTRIBUTES: not name=value: '" + entry.trim() + "'");
            }
        }
        return attributes;
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("OTEL_RESOURCE_ATTRIBUTES: " + e.getMessage(), e);
        }
    }

    /** Where spans go: {@code otlp}, {@code zipkin}, both or nowhere. */
    public List<String> exporters() {
        String named = properties.get("otel.traces.exporter");
        if (named == null) {
            boolean endpoint = properties.containsKey("otel.exporter.otlp.endpoint")
                    || properties.containsKey("otel.exporter.otlp.traces.endpoint");
            named = endpoint ? "otlp" : "none";
        }
        if ("true".equalsIgnoreCase(properties.get("otel.sdk.disabled"))) {
            named = "none";
        }
        return Stream.of(named.split(","))
                .map(String::trim)
                .filter(name -> !name.isEmpty() && !name.equals("none"))
                .distinct()
                .toList();
    }

    /**
     * What {@code OTEL_TRACES_SAMPLER} and {@code OTEL_PROPAGATORS} say, for requests of which no policy says anything. The
     * sampler's {@code parentbased_} makes no difference: a caller's decision is always heeded.
     *
     * @throws IllegalArgumentException when one cannot be read, with one line that says which
     */
    public Tracing defaults() {
        return new Tracing(samplingPercent(), propagation(), List.of(), List.of());
    }

    private double samplingPercent() {
        String sampler = properties.getOrDefault("otel.traces.sampler", "");
        return switch (sampler.startsWith("parentbased_") ? sampler.substring("parentbased_".length()) : sampler) {
            case "" -> Tracing.DEFAULT.samplingPercent();
            case "always_on" -> 100;
            case "always_off" -> 0;
            case "traceidratio" -> 100 * ratio();
            default ->
                throw new IllegalArgumentException(
                        "OTEL_TRACES_SAMPLER is always_on, always_off or traceidratio, or one of"
                                + " these after parentbased_, not '" + sampler + "'");
        };
    }

    private Set<Propagation> propagation() {
        String names = properties.get("otel.propagators");
        if (names == null) {
            return Tracing.DEFAULT.propagation();
        }
        Set<Propagation> formats = EnumSet.noneOf(Propagation.class);
        for (String name : names.split(",")) {
            switch (name.trim()) {
                case "tracecontext" -> formats.add(Propagation.TRACECONTEXT);
                case "baggage" -> formats.add(Propagation.BAGGAGE);
                case "b3" -> formats.add(Propagation.B3);
                case "b3multi" -> formats.add(Propagation.B3_MULTI);
                case "", "none" -> {}
                default ->
                    throw new IllegalArgumentException("OTEL_PROPAGATORS are of tracecontext, baggage, b3, b3multi and"
                            + " none, not '" + name.trim() + "'");
            }
        }
        return formats;
    }

    private double ratio() {
        String text = properties.getOrDefault("otel.traces.sampler.arg", "1");
        try {
            double ratio = Double.parseDouble(text);
            if (ratio >= 0 && ratio <= 1) {
                return ratio;
            }
        } catch (NumberFormatException e) {
            // told below, with the others
        }
        throw new IllegalArgumentException("OTEL_TRACES_SAMPLER_ARG is a number from 0 to 1, not '" + text + "'");
    }

    /**
     * Begins to export, when an exporter is named.
     *
     * @return one or none: what must hear of exchanges, and be closed at the end
     * @throws RuntimeException when the settings cannot be used, with one line that says why
     */
    public List<SpanExport> start() {
        return exporters().isEmpty() ? List.of() : List.of(SpanExport.start(this));
    }

    /** A number that must be positive, in milliseconds where it is a time. */
    int positive(String property, int standard) {
        String text = properties.get(property);
        if (text == null) {
            return standard;
        }
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, with the others
        }
        String variable = property.toUpperCase(Locale.ROOT).replace('.', '_');
        throw new IllegalArgumentException(variable + " is a number from 1, not '" + text + "'");
    }
}
