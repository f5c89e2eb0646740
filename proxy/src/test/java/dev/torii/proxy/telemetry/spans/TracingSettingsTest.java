package dev.torii.proxy.telemetry.spans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.routing.Tracing;
import dev.torii.routing.Tracing.Propagation;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenTelemetry's variables. Source: the specification's "Environment Variable Specification". */
class TracingSettingsTest {

    private static TracingSettings of(String... namesAndValues) {
        Map<String, String> environment = new java.util.HashMap<>(Map.of("HOME", "/root", "PATH", "/bin"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return TracingSettings.of(environment, Map.of("service.name", "web", "torii.role", "sidecar"));
    }

    @Test
    void nothingIsExportedUnlessAskedFor() {
        assertThat(of().exporters()).isEmpty();
        assertThat(of().properties()).isEmpty();
        assertThat(of().start()).isEmpty();
        assertThat(of("OTEL_EXPORTER_OTLP_ENDPOINT", " ").exporters()).isEmpty();
        assertThat(of("OTEL_SERVICE_NAME", "web").exporters()).isEmpty();
    }

    @Test
    void anEndpointOrAnExporterIsAsking() {
        assertThat(of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318").exporters())
                .containsExactly("otlp");
        assertThat(of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4318/x").exporters())
                .containsExactly("otlp");
        assertThat(of("OTEL_TRACES_EXPORTER", "otlp").exporters()).containsExactly("otlp");
        assertThat(of("OTEL_TRACES_EXPORTER", "zipkin, otlp").exporters()).containsExactly("zipkin", "otlp");
    }

    @Test
    void noneAndDisabledAreNoAsking() {
        assertThat(of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318", "OTEL_TRACES_EXPORTER", "none")
                        .exporters())
                .isEmpty();
        assertThat(of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318", "OTEL_SDK_DISABLED", "TRUE")
                        .exporters())
                .isEmpty();
    }

    @Test
    void whoThisIsMayBeToldOtherwise() {
        assertThat(of().resource()).isEqualTo(Map.of("service.name", "web", "torii.role", "sidecar"));
        assertThat(of("OTEL_RESOURCE_ATTRIBUTES", " a = b,c=d%2Ce+f , service.name=x", "OTEL_SERVICE_NAME", "y")
                        .resource())
                .isEqualTo(Map.of("service.name", "y", "torii.role", "sidecar", "a", "b", "c", "d,e+f"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a=b,c", "a=%zz"})
    void brokenAttributesAreToldInOneLine(String list) {
        assertThatThrownBy(() -> of("OTEL_RESOURCE_ATTRIBUTES", list))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("OTEL_RESOURCE_ATTRIBUTES: ")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "always_on, , 100",
        "always_off, , 0",
        "traceidratio, 0.25, 25",
        "traceidratio, , 100",
        "parentbased_always_on, , 100",
        "parentbased_traceidratio, 0.001, 0.1"
    })
    void theSamplerIsAPercentage(String sampler, String argument, double percent) {
        assertThat(of("OTEL_TRACES_SAMPLER", sampler, "OTEL_TRACES_SAMPLER_ARG", argument == null ? "" : argument)
                        .defaults()
                        .samplingPercent())
                .isEqualTo(percent);
    }

    @Test
    void withoutVariablesTheDefaultsAreOurs() {
        assertThat(of().defaults()).isEqualTo(Tracing.DEFAULT);
    }

    @Test
    void thePropagatorsAreTheFormats() {
        assertThat(of("OTEL_PROPAGATORS", "b3multi, tracecontext").defaults().propagation())
                .containsExactly(Propagation.TRACECONTEXT, Propagation.B3_MULTI);
        assertThat(of("OTEL_PROPAGATORS", "none").defaults().propagation()).isEmpty();
        TracingSettings unknown = of("OTEL_PROPAGATORS", "b3,xray");
        assertThatThrownBy(unknown::defaults)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'xray'");
    }

    @ParameterizedTest
    @CsvSource({"jaeger_remote, 1", "traceidratio, 2", "traceidratio, -0.1", "traceidratio, NaN", "traceidratio, x"})
    void anUnknownSamplerIsToldInOneLine(String sampler, String argument) {
        TracingSettings settings = of("OTEL_TRACES_SAMPLER", sampler, "OTEL_TRACES_SAMPLER_ARG", argument);
        assertThatThrownBy(settings::defaults)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("OTEL_TRACES_SAMPLER");
    }

    @ParameterizedTest
    @CsvSource({
        "OTEL_TRACES_EXPORTER, jaeger",
        "OTEL_EXPORTER_OTLP_ENDPOINT, nowhere",
        "OTEL_EXPORTER_OTLP_PROTOCOL, smtp",
        "OTEL_EXPORTER_OTLP_CERTIFICATE, /does/not/exist",
        "OTEL_BSP_MAX_QUEUE_SIZE, 0",
        "OTEL_BSP_SCHEDULE_DELAY, soon"
    })
    void whatCannotBeUsedIsToldInOneLine(String variable, String value) {
        TracingSettings settings = of("OTEL_TRACES_EXPORTER", "otlp", variable, value);
        assertThatThrownBy(settings::start)
                .isInstanceOf(RuntimeException.class)
                .satisfies(e ->
                        assertThat(e.getMessage()).isNotBlank().contains(value).doesNotContain("\n"));
    }
}
