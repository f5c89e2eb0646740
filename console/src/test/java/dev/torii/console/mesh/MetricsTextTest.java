package dev.torii.console.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text format, with the example of Prometheus' documentation, and what is none. */
final class MetricsTextTest {

    @Test
    void readsTheDocumentedExample() {
        Map<String, Double> samples = read("""
                # HELP http_requests_total The total number of HTTP requests.
                # TYPE http_requests_total counter
                http_requests_total{method="post",code="200"} 1027 1395066363000
                http_requests_total{method="post",code="400"}    3 1395066363000

                # Escaping in label values:
                msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
                metric_without_timestamp_and_labels 12.47
                something_weird{problem="division by zero"} +Inf -3982045
                rpc_duration_seconds_sum 1.7560473e+07
                no_labels{} NaN
                trailing{a="1",} -2""");
        assertThat(samples)
                .hasSize(8)
                .containsEntry("http_requests_total{code=200, method=post}", 1027.0)
                .containsEntry(
                        "msdos_file_access_time_seconds{error=Cannot find file:\n\"FILE.TXT\", path=C:\\DIR\\FILE.TXT}",
                        1.458255915e9)
                .containsEntry("metric_without_timestamp_and_labels{}", 12.47)
                .containsEntry("something_weird{problem=division by zero}", Double.POSITIVE_INFINITY)
                .containsEntry("rpc_duration_seconds_sum{}", 1.7560473e7)
                .containsEntry("no_labels{}", Double.NaN)
                .containsEntry("trailing{a=1}", -2.0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>",
                "1abc 2",
                "name",
                "name one",
                "name 1 2 3",
                "name 1 soon",
                "name{a=b} 1",
                "name{a=\"b} 1",
                "name{a=\"b\" c=\"d\"} 1",
                "name{a=\"b\",a=\"c\"} 1",
                "name{a=\"\\x\"} 1",
                "name{a=\"b\"",
                "name{,} 1"
            })
    void refusesWhatIsNone(String line) {
        assertThatThrownBy(() -> read("fine 1\n" + line)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Map<String, Double> read(String text) {
        Map<String, Double> samples = new LinkedHashMap<>();
        MetricsText.read(text, (name, labels, value) -> samples.put(name + new TreeMap<>(labels), value));
        return samples;
    }
}
