package dev.torii.proxy.telemetry.spans;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TraceRecord;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends spans of sampled exchanges to a collector: one for the exchange, one for each try. Never holds up a request: what
 * does not fit into the queue, and what comes while the collector fails, is dropped and counted. Safe on any thread.
 */
public final class SpanExport implements ExchangeListener, AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final int MAX_WAITING_BYTES = 4 << 20;

    /** The SDK tells of each failure with a stack trace; {@link Delivery} does it in one line. Held, or it is forgotten. */
    private static final Logger SDK_LOG = Logger.getLogger("io.opentelemetry");

    private final Resource resource;
    private final Delivery delivery;
    private final BatchSpanProcessor batches;

    private SpanExport(TracingSettings settings, SpanExporter exporter) {
        int maxSpans = settings.positive("otel.bsp.max.queue.size", 2048);
        int batch = Math.min(maxSpans, settings.positive("otel.bsp.max.export.batch.size", 512));
        this.resource = resource(settings);
        this.delivery = new Delivery(exporter, maxSpans, MAX_WAITING_BYTES, System::nanoTime);
        this.batches = BatchSpanProcessor.builder(delivery)
                .setMaxQueueSize(maxSpans)
                .setMaxExportBatchSize(batch)
                .setScheduleDelay(settings.positive("otel.bsp.schedule.delay", 1000), TimeUnit.MILLISECONDS)
                .setExporterTimeout(settings.positive("otel.bsp.export.timeout", 30_000), TimeUnit.MILLISECONDS)
                .build();
    }

    /**
     * Begins to export. Opens no connection yet.
     *
     * @param settings that name an exporter
     * @throws RuntimeException when they cannot be used, with one line that says why
     */
    public static SpanExport start(TracingSettings settings) {
        SDK_LOG.setLevel(Level.OFF);
        return new SpanExport(settings, Exporters.of(settings));
    }

    private static Resource resource(TracingSettings settings) {
        AttributesBuilder attributes = Attributes.builder();
        settings.resource().forEach(attributes::put);
        attributes.put("telemetry.sdk.name", "opentelemetry").put("telemetry.sdk.language", "java");
        return Resource.create(attributes.build());
    }

    /** Tells how many spans were exported, and how many were not. */
    public SpanExport register(PrometheusRegistry registry) {
        CounterWithCallback.builder()
                .name("torii_spans_exported")
                .help("Spans that the collector has taken.")
                .callback(counter -> counter.call((double) delivery.exported()))
                .register(registry);
        CounterWithCallback.builder()
                .name("torii_spans_dropped")
                .help("Spans of sampled requests that were lost, because there were too many or the collector failed.")
                .callback(counter -> counter.call((double) delivery.dropped()))
                .register(registry);
        return this;
    }

    @Override
    public void ended(ExchangeRecord exchange) {
        TraceRecord trace = exchange.trace();
        if (trace == null) {
            return;
        }
        List<TraceRecord.Try> tries = trace.tries();
        boolean ownSpans = !tries.isEmpty() && !tries.get(0).spanId().equals(exchange.spanId());
        ServerSpan server = new ServerSpan(exchange, trace, resource);
        if (delivery.admit(ownSpans ? 1 + tries.size() : 1, server.weight())) {
            batches.onEnd(server);
            for (int number = 1; ownSpans && number <= tries.size(); number++) {
                batches.onEnd(new TrySpan(exchange, trace, number, resource));
            }
        }
    }

    /** Spans that the collector has taken, since the start. */
    public long exported() {
        return delivery.exported();
    }

    /** Spans that were lost, since the start. */
    public long dropped() {
        return delivery.dropped();
    }

    /** Sends what waits, but for no longer than two seconds. Not for an event loop. */
    @Override
    public void close() {
        batches.shutdown().join(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
