package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.telemetry.spans.SpanExport;
import dev.torii.proxy.telemetry.spans.TracingSettings;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a process tells of its exchanges.
 *
 * @param spans one or none
 */
public record Observation(ProxyMetrics metrics, AccessLog accessLog, List<SpanExport> spans) {

    /**
     * Begins to tell.
     *
     * @param eventLoops how many of them serve traffic
     * @param log where the access log goes
     * @throws RuntimeException when the settings cannot be used, with one line that says why
     */
    public static Observation start(int eventLoops, OutputStream log, TracingSettings tracing) {
        List<SpanExport> spans = tracing.start();
        AccessLog accessLog = new AccessLog(log);
        ProxyMetrics metrics = new ProxyMetrics(
                eventLoops, ProxyMetrics.DEFAULT_MAX_SERIES, accessLog::dropped, InstantSource.system());
        spans.forEach(each -> each.register(metrics.registry()));
        return new Observation(metrics, accessLog, spans);
    }

    /** Who must hear of the exchanges. */
    public List<ExchangeListener> listeners() {
        List<ExchangeListener> all = new ArrayList<>(List.of(metrics, accessLog));
        all.addAll(spans);
        return all;
    }

    /** Tells what there is still to tell, and waits for that, which is bounded in time. */
    public void close() {
        accessLog.close();
        spans.forEach(SpanExport::close);
    }
}
