package dev.torii.proxy.telemetry;

import dev.torii.proxy.limit.StoreView;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The stores that rate limits are shared by, one label for each that is configured. */
final class StoreSeries implements MultiCollector {

    private static final String STORE = "torii_store";
    private static final MetricMetadata UP =
            new MetricMetadata("torii_rate_limit_store_up", "Whether a store of shared limits is used: 1 or 0.");
    private static final MetricMetadata ANSWERS = new MetricMetadata(
            "torii_rate_limit_store_answer_duration_seconds",
            "Answers of a store by the time they took.",
            Unit.SECONDS);
    private static final MetricMetadata ERRORS = new MetricMetadata(
            "torii_rate_limit_store_errors",
            "Questions to a store that came to nothing: refused by it or lost, not answered in time, or not asked because it"
                    + " was down or too many were under way.");
    private static final MetricMetadata PERMITS = new MetricMetadata(
            "torii_rate_limit_store_permits", "Permits that a store gave, and those of them that nobody used in time.");

    private final Supplier<List<StoreView>> stores;

    StoreSeries(Supplier<List<StoreView>> stores) {
        this.stores = stores;
    }

    @Override
    public MetricSnapshots collect() {
        List<GaugeDataPointSnapshot> up = new ArrayList<>();
        List<HistogramDataPointSnapshot> answers = new ArrayList<>();
        List<CounterDataPointSnapshot> errors = new ArrayList<>();
        List<CounterDataPointSnapshot> permits = new ArrayList<>();
        for (StoreView store : StoreView.merged(stores.get())) {
            Labels labels = Labels.of(STORE, store.name());
            up.add(new GaugeDataPointSnapshot(store.up() ? 1 : 0, labels, null));
            answers.add(answers(store, labels));
            errors.add(count(store.errors(), labels.add("reason", "error")));
            errors.add(count(store.timeouts(), labels.add("reason", "timeout")));
            errors.add(count(store.unasked(), labels.add("reason", "not_asked")));
            permits.add(count(store.granted(), labels.add("use", "granted")));
            permits.add(count(store.lost(), labels.add("use", "lost")));
        }
        return up.isEmpty()
                ? MetricSnapshots.of()
                : MetricSnapshots.of(
                        new GaugeSnapshot(UP, up),
                        new HistogramSnapshot(ANSWERS, answers),
                        new CounterSnapshot(ERRORS, errors),
                        new CounterSnapshot(PERMITS, permits));
    }

    private static HistogramDataPointSnapshot answers(StoreView store, Labels labels) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < store.answers().size(); i++) {
            double bound = i < store.boundsMs().size() ? store.boundsMs().get(i) / 1e3 : Double.POSITIVE_INFINITY;
            buckets.bucket(bound, store.answers().get(i));
        }
        return new HistogramDataPointSnapshot(buckets.build(), store.answerNanos() / 1e9, labels, Exemplars.EMPTY, 0);
    }

    private static CounterDataPointSnapshot count(long value, Labels labels) {
        return new CounterDataPointSnapshot((double) value, labels, null, 0);
    }
}
