package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessSeriesTest {

    @TempDir
    Path proc;

    @Test
    void readsWhatLinuxSaysOfAProcess() throws Exception {
        Files.writeString(
                proc.resolve("stat"),
                "42 (my (odd) name) S 1 42 42 0 -1 4194560 5000 0 3 0 150 50 0 0 20 0 17 0 900 2000000 300 18446744\n");
        Files.writeString(proc.resolve("status"), "Name:\tjava\nVmSize:\t 4096 kB\nVmRSS:\t  64 kB\nThreads:\t17\n");
        Files.writeString(proc.resolve("limits"), """
                Limit                     Soft Limit           Hard Limit           Units
                Max open files            1024                 524288               files
                """);
        Files.createDirectory(proc.resolve("fd"));
        Files.createFile(proc.resolve("fd/0"));
        Files.createFile(proc.resolve("fd/1"));
        MetricsText page = page();
        assertThat(page.value("process_cpu_seconds_total")).isEqualTo(2.0);
        assertThat(page.value("process_threads")).isEqualTo(17);
        assertThat(page.value("process_virtual_memory_bytes")).isEqualTo(4096 * 1024);
        assertThat(page.value("process_resident_memory_bytes")).isEqualTo(64 * 1024);
        assertThat(page.value("process_open_fds")).isEqualTo(2);
        assertThat(page.value("process_max_fds")).isEqualTo(1024);
    }

    @Test
    void elsewhereOnlyTheHeapIsTold() throws Exception {
        assertThat(page().samples())
                .containsOnlyKeys(
                        "jvm_memory_used_bytes{area=\"heap\"}",
                        "jvm_memory_committed_bytes{area=\"heap\"}",
                        "jvm_memory_max_bytes{area=\"heap\"}");
    }

    private MetricsText page() throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(new ProcessSeries(proc));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new MetricsPage(registry.scrape(), "").writeTo(out);
        return MetricsText.parse(out.toString(StandardCharsets.UTF_8));
    }
}
