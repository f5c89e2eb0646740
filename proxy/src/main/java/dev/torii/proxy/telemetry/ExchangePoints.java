package dev.torii.proxy.telemetry;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.List;

/** What one scrape tells of the exchanges, gathered series by series. */
final class ExchangePoints {

    private static final String GRPC_CODE = "rpc_response_status_code";
    private static final MetricMetadata SERVER = new MetricMetadata(
            "http_server_request_duration_seconds",
            "Requests and connections by their whole duration at this proxy.",
            Unit.SECONDS);
    private static final MetricMetadata CLIENT = new MetricMetadata(
            "http_client_request_duration_seconds",
            "Requests that a backend answered by the time to its first byte.",
            Unit.SECONDS);
    private static final MetricMetadata RETRIES =
            new MetricMetadata("torii_retries", "Attempts at a backend beyond the first of each request.");
    private static final MetricMetadata GRPC =
            new MetricMetadata("torii_grpc_responses", "Answers of gRPC by the status they ended in.");

    private final List<HistogramDataPointSnapshot> server = new ArrayList<>();
    private final List<HistogramDataPointSnapshot> client = new ArrayList<>();
    private final List<CounterDataPointSnapshot> retries = new ArrayList<>();
    private final List<CounterDataPointSnapshot> grpc = new ArrayList<>();

    void server(Labels labels, DurationHistogram histogram) {
        server.add(point(labels, histogram));
    }

    void client(Labels labels, DurationHistogram histogram) {
        client.add(point(labels, histogram));
    }

    void retries(Labels labels, long count) {
        retries.add(new CounterDataPointSnapshot(count, labels, null, 0));
    }

    void grpc(Labels labels, String code, long count) {
        grpc.add(new CounterDataPointSnapshot(count, labels.add(GRPC_CODE, code), null, 0));
    }

    private static HistogramDataPointSnapshot point(Labels labels, DurationHistogram histogram) {
        return new HistogramDataPointSnapshot(
                histogram.buckets(), histogram.sumSeconds(), labels, histogram.exemplars(), 0);
    }

    MetricSnapshots snapshots() {
        return MetricSnapshots.of(
                new HistogramSnapshot(SERVER, server),
                new HistogramSnapshot(CLIENT, client),
                new CounterSnapshot(RETRIES, retries),
                new CounterSnapshot(GRPC, grpc));
    }
}
