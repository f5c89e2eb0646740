package dev.torii.proxy.telemetry.spans;

import io.opentelemetry.exporter.zipkin.ZipkinSpanExporter;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.traces.ConfigurableSpanExporterProvider;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import zipkin2.reporter.BytesMessageSender;
import zipkin2.reporter.urlconnection.URLConnectionSender;

/**
 * Makes the exporters that are named by the standard variables, which the SDK's own providers read: endpoint, protocol
 * ({@code http/protobuf} unless told otherwise), headers, timeout, compression, certificates.
 */
final class Exporters {

    private static final String PROTOCOL = "otel.exporter.otlp.protocol";

    private Exporters() {}

    /** @throws RuntimeException when a variable cannot be used, with one line that says which */
    static SpanExporter of(TracingSettings settings) {
        Map<String, String> properties = new HashMap<>(settings.properties());
        properties.putIfAbsent(PROTOCOL, "http/protobuf");
        ConfigProperties config = DefaultConfigProperties.createFromMap(properties);
        List<SpanExporter> all = settings.exporters().stream()
                .map(name -> switch (name) {
                    case "otlp" -> otlp(config);
                    case "zipkin" -> zipkin(config);
                    default ->
                        throw new IllegalArgumentException(
                                "OTEL_TRACES_EXPORTER is otlp, zipkin or none, not '" + name + "'");
                })
                .toList();
        return SpanExporter.composite(all);
    }

    private static SpanExporter otlp(ConfigProperties config) {
        for (ConfigurableSpanExporterProvider provider :
                config.getComponentLoader().load(ConfigurableSpanExporterProvider.class)) {
            if (provider.getName().equals("otlp")) {
                return provider.createExporter(config);
            }
        }
        throw new IllegalStateException("the OTLP exporter is not on the class path");
    }

    /**
     * Not by its provider, whose sender is a third HTTP client. OpenTelemetry will not develop it further, but nothing else
     * speaks to a Zipkin without a collector between.
     */
    @SuppressWarnings("deprecation")
    private static SpanExporter zipkin(ConfigProperties config) {
        String endpoint = config.getString("otel.exporter.zipkin.endpoint", "http://localhost:9411/api/v2/spans");
        int timeoutMs = (int) config.getDuration("otel.exporter.zipkin.timeout", Duration.ofSeconds(10))
                .toMillis();
        if (!URI.create(endpoint).isAbsolute()) {
            throw new IllegalArgumentException("OTEL_EXPORTER_ZIPKIN_ENDPOINT is a URL, not '" + endpoint + "'");
        }
        BytesMessageSender sender = URLConnectionSender.newBuilder()
                .endpoint(endpoint)
                .connectTimeout(timeoutMs)
                .readTimeout(timeoutMs)
                .build();
        return ZipkinSpanExporter.builder().setSender(sender).build();
    }
}
