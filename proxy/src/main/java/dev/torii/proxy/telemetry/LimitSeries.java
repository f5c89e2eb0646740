package dev.torii.proxy.telemetry;

import dev.torii.proxy.limit.LimitView;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Turns the rate limits' live state into series by limit: never by key. */
final class LimitSeries implements MultiCollector {

    private static final String LIMIT = "torii_limit";
    private static final String DECISION = "torii_decision";

    private final Supplier<List<LimitView>> limits;
    private final int most;

    /** @param most limits that have series; they are configured, so those beyond have been told of otherwise */
    LimitSeries(Supplier<List<LimitView>> limits, int most) {
        this.limits = limits;
        this.most = most;
    }

    @Override
    public MetricSnapshots collect() {
        List<LimitView> shown = limits.get().stream().limit(most).toList();
        return shown.isEmpty() ? MetricSnapshots.of() : MetricSnapshots.of(requests(shown), shared(shown), keys(shown));
    }

    private static CounterSnapshot requests(List<LimitView> shown) {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (LimitView each : shown) {
            points.add(point(each, "allowed", each.allowed()));
            points.add(point(each, "refused", each.refused()));
            points.add(point(each, "shadow", each.shadow()));
            points.add(point(each, "error", each.errors()));
        }
        return new CounterSnapshot(
                new MetricMetadata(
                        "torii_rate_limit_requests",
                        "Requests by what a limit said: shadow would have been refused; error is said beside what then happened."),
                points);
    }

    private static CounterDataPointSnapshot point(LimitView of, String decision, long count) {
        return new CounterDataPointSnapshot(
                (double) count, Labels.of(LIMIT, of.limit().id(), DECISION, decision), null, 0);
    }

    private static CounterSnapshot shared(List<LimitView> shown) {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (LimitView each : shown) {
            points.add(new CounterDataPointSnapshot((double) each.crowded(), labels(each), null, 0));
        }
        return new CounterSnapshot(
                new MetricMetadata(
                        "torii_rate_limit_keys_crowded",
                        "Requests whose key had to share a bucket with others, since too many keys were in use."),
                points);
    }

    private static GaugeSnapshot keys(List<LimitView> shown) {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        for (LimitView each : shown) {
            points.add(new GaugeDataPointSnapshot(each.keys(), labels(each), null));
        }
        return new GaugeSnapshot(
                new MetricMetadata("torii_rate_limit_keys", "Keys that have a bucket of their own."), points);
    }

    private static Labels labels(LimitView of) {
        return Labels.of(LIMIT, of.limit().id());
    }
}
