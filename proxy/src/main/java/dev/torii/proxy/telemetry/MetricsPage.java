package dev.torii.proxy.telemetry;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;

/** All metrics at one moment, in the format that a scraper asked for: Prometheus text, or OpenMetrics by Accept. */
public final class MetricsPage {

    private final ExpositionFormatWriter writer;
    private final MetricSnapshots metrics;

    MetricsPage(MetricSnapshots metrics, String accept) {
        this.writer = ExpositionFormats.init().findWriter(accept);
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
