package dev.torii.control;

import dev.torii.config.source.Catalog;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** What control tells of itself, beside its streams. Safe on any thread. */
final class ControlMetrics {

    private static final double NANOS = 1e9;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter catalogs;
    private volatile @Nullable Catalog last;
    private volatile long lastAt;

    ControlMetrics(Reviews reviews, BooleanSupplier ready, BooleanSupplier leads) {
        catalogs = Counter.builder()
                .name("torii_control_catalogs")
                .help("Changes of what is to be served, several at once counted as one.")
                .withoutExemplars()
                .register(registry);
        gauge("torii_ready", "Whether proxies should come here: 1 or 0.", () -> ready.getAsBoolean() ? 1 : 0);
        gauge("torii_control_leads", "Whether this replica writes status: 1 or 0.", () -> leads.getAsBoolean() ? 1 : 0);
        gauge("torii_control_catalog_age_seconds", "Since the last change.", this::age);
        GaugeWithCallback.builder()
                .name("torii_control_objects")
                .help("Objects of the cluster, or of files, that are known.")
                .labelNames("kind")
                .callback(gauge -> kinds().forEach((kind, count) -> gauge.call(count, kind)))
                .register(registry);
        CounterWithCallback.builder()
                .name("torii_control_status_writes")
                .help("Statuses written to the cluster, and tries that failed; known to the leader only.")
                .labelNames("result")
                .callback(counter -> {
                    LeaderWork.Tally tally = reviews.tally();
                    counter.call((double) tally.written(), "written");
                    counter.call((double) tally.failed(), "failed");
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("torii_config_findings")
                .help("What is wrong with the objects; known to the leader only.")
                .labelNames("severity")
                .callback(gauge -> {
                    gauge.call(reviews.errors(), "error");
                    gauge.call(reviews.warnings(), "warning");
                })
                .register(registry);
    }

    private void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(gauge -> gauge.call(value.getAsDouble()))
                .register(registry);
    }

    PrometheusRegistry registry() {
        return registry;
    }

    void catalog(Catalog next) {
        last = next;
        lastAt = System.nanoTime();
        catalogs.inc();
    }

    private double age() {
        return last == null ? Double.NaN : (System.nanoTime() - lastAt) / NANOS;
    }

    private Map<String, Integer> kinds() {
        Catalog catalog = last;
        Map<String, Integer> kinds = new TreeMap<>();
        if (catalog != null) {
            catalog.resources().all().forEach(each -> kinds.merge(each.kind(), 1, Integer::sum));
        }
        return kinds;
    }

    String page() {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(page, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory takes all
        }
        return page.toString(StandardCharsets.UTF_8);
    }
}
