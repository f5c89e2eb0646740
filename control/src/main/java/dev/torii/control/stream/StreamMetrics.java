package dev.torii.control.stream;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What control tells of its streams. Safe on any thread. */
final class StreamMetrics {

    private static final double NANOS = 1e9;

    private final Counter refused;
    private final Counter commits;
    private final Counter messages;
    private final Counter answered;
    private final Counter acks;
    private final Histogram lag;
    private static final String SERVED = "served";
    private static final String PROBLEMS = "problems";

    private volatile Count count = new Count(0, 0, 0, 0);

    /**
     * @param waiting streams whose last commit is not acknowledged
     * @param longestNanos since the oldest of those
     */
    record Count(long sidecars, long gateways, long waiting, long longestNanos) {}

    StreamMetrics(PrometheusRegistry registry) {
        refused = Counter.builder()
                .name("torii_control_streams_refused")
                .help("Streams that control closed, by the code it gave.")
                .labelNames("code")
                .withoutExemplars()
                .register(registry);
        commits = counter("torii_control_commits", "Commits sent to proxies.", registry);
        messages = counter("torii_control_messages", "Messages sent to proxies, commits among them.", registry);
        answered = counter("torii_control_wants_answered", "Places looked up for sidecars.", registry);
        acks = Counter.builder()
                .name("torii_control_acks")
                .help("Acknowledgements from proxies: served, or with problems.")
                .labelNames("result")
                .withoutExemplars()
                .register(registry);
        lag = Histogram.builder()
                .name("torii_control_ack_duration_seconds")
                .help("From a commit to its acknowledgement.")
                .classicOnly()
                .classicUpperBounds(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
                .withoutExemplars()
                .register(registry);
        // A first one would not be an increase.
        List.of(SERVED, PROBLEMS).forEach(acks::initLabelValues);
        List.of(Connection.Code.values()).forEach(code -> refused.initLabelValues(word(code)));
        GaugeWithCallback.builder()
                .name("torii_control_streams")
                .help("Proxies connected.")
                .labelNames("torii_role")
                .callback(gauge -> {
                    gauge.call((double) count.sidecars(), "sidecar");
                    gauge.call((double) count.gateways(), "gateway");
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("torii_control_streams_waiting")
                .help("Proxies that have not acknowledged the last commit to them.")
                .callback(gauge -> gauge.call((double) count.waiting()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("torii_control_oldest_commit_seconds")
                .help("Since the oldest commit that is not acknowledged.")
                .callback(gauge -> gauge.call(count.longestNanos() / NANOS))
                .register(registry);
    }

    private static Counter counter(String name, String help, PrometheusRegistry registry) {
        return Counter.builder().name(name).help(help).withoutExemplars().register(registry);
    }

    void refused(Connection.Code code) {
        refused.labelValues(word(code)).inc();
    }

    private static String word(Connection.Code code) {
        return String.valueOf(code.number);
    }

    void committed(int count, int wants) {
        commits.inc();
        messages.inc(count);
        answered.inc(wants);
    }

    /** @param since when it was committed; null when it was said again */
    void acknowledged(@Nullable Long since, boolean served) {
        acks.labelValues(served ? SERVED : PROBLEMS).inc();
        if (since != null) {
            lag.observe((System.nanoTime() - since) / NANOS);
        }
    }

    void counted(Count now) {
        count = now;
    }
}
