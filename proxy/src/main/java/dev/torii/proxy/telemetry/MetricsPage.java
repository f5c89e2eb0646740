package dev.torii.proxy.telemetry;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;

/** All metrics at one moment, in the format that a scraper asked for: Prometheus text, or OpenMetrics by Accept. */
public final class MetricsPage {

    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String TEXT = "text/plain";

    private final ExpositionFormatWriter writer;
    private final MetricSnapshots metrics;

    MetricsPage(MetricSnapshots metrics, String accept) {
        ExpositionFormats formats = ExpositionFormats.init();
        boolean open = Accept.quality(accept, OPEN_METRICS) > Accept.quality(accept, TEXT);
        this.writer = open ? formats.getOpenMetricsTextFormatWriter() : formats.getPrometheusTextFormatWriter();
        this.metrics = metrics;
    }

    /** The media type with its version. */
    public String contentType() {
        return writer.getContentType();
    }

    /** Writes the page; can be megabytes, so not on an event loop. */
    public void writeTo(OutputStream out) throws IOException {
        writer.write(out, metrics);
    }
}
