package dev.torii.proxy.telemetry;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ClusterView.Breaker;
import dev.torii.proxy.ClusterView.EndpointView;
import dev.torii.proxy.ClusterView.Health;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Turns the clusters' live state into gauges by service: never by endpoint, for those come and go with pods. */
final class UpstreamSeries {

    private static final String SERVICE = "torii_service";

    private final Map<String, List<ClusterView>> byService = new TreeMap<>();

    /** @param maxServices all beyond it are added up as {@value ExchangeSeries#OTHER} */
    UpstreamSeries(List<ClusterView> clusters, int maxServices) {
        for (ClusterView cluster : clusters) {
            String service = cluster.service();
            boolean room = byService.containsKey(service) || byService.size() < maxServices;
            byService
                    .computeIfAbsent(room ? service : ExchangeSeries.OTHER, name -> new ArrayList<>())
                    .add(cluster);
        }
    }

    List<MetricSnapshot> collect() {
        return List.of(
                gauge("connections", "Open connections to backends.", sumOfEndpoints(EndpointView::connections)),
                gauge(
                        "in_flight",
                        "Requests in flight to backends.",
                        sum(c -> c.requests().current())),
                gauge(
                        "in_flight_limit",
                        "Bound of the above; 0 is none.",
                        sum(c -> c.requests().limit())),
                gauge(
                        "queued",
                        "Requests that wait for one in flight to end.",
                        sum(c -> c.queue().current())),
                gauge(
                        "queued_limit",
                        "Bound of the above; 0 is none.",
                        sum(c -> c.queue().limit())),
                gauge(
                        "panic",
                        "Backends of which all endpoints are left out, so that all are used.",
                        sum(c -> c.events().panic() ? 1 : 0)),
                endpoints(),
                breakers(),
                ejections(),
                transitions());
    }

    private CounterSnapshot ejections() {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        byService.forEach((service, clusters) -> {
            long count =
                    clusters.stream().mapToLong(c -> c.events().ejections()).sum();
            if (count > 0) {
                points.add(count(Labels.of(SERVICE, service), count));
            }
        });
        return new CounterSnapshot(
                new MetricMetadata("torii_ejections", "Endpoints left out for a while because of errors in a row."),
                points);
    }

    /** Only of services whose breakers have done something. */
    private CounterSnapshot transitions() {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        byService.forEach((service, clusters) -> {
            long opened = clusters.stream().mapToLong(c -> c.events().opened()).sum();
            if (opened > 0) {
                long halfOpened = clusters.stream()
                        .mapToLong(c -> c.events().halfOpened())
                        .sum();
                long closed =
                        clusters.stream().mapToLong(c -> c.events().closed()).sum();
                points.add(count(state(service, Breaker.OPEN), opened));
                points.add(count(state(service, Breaker.HALF_OPEN), halfOpened));
                points.add(count(state(service, Breaker.CLOSED), closed));
            }
        });
        return new CounterSnapshot(
                new MetricMetadata("torii_breaker_transitions", "Changes of breakers, by the state they came to."),
                points);
    }

    private static Labels state(String service, Breaker state) {
        return Labels.of(SERVICE, service, "torii_state", word(state));
    }

    private static CounterDataPointSnapshot count(Labels labels, long value) {
        return new CounterDataPointSnapshot((double) value, labels, null, 0);
    }

    private static ToLongFunction<List<ClusterView>> sum(ToLongFunction<ClusterView> amount) {
        return clusters -> clusters.stream().mapToLong(amount).sum();
    }

    private static ToLongFunction<List<ClusterView>> sumOfEndpoints(ToLongFunction<EndpointView> amount) {
        return sum(cluster -> cluster.endpoints().stream().mapToLong(amount).sum());
    }

    private GaugeSnapshot gauge(String name, String help, ToLongFunction<List<ClusterView>> amount) {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        byService.forEach(
                (service, clusters) -> points.add(point(Labels.of(SERVICE, service), amount.applyAsLong(clusters))));
        return new GaugeSnapshot(new MetricMetadata("torii_upstream_" + name, help), points);
    }

    private GaugeSnapshot endpoints() {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        byService.forEach((service, clusters) -> {
            for (Health health : Health.values()) {
                long count = clusters.stream()
                        .flatMap(cluster -> cluster.endpoints().stream())
                        .filter(endpoint -> endpoint.health() == health)
                        .count();
                points.add(point(Labels.of(SERVICE, service, "torii_health", word(health)), count));
            }
        });
        return new GaugeSnapshot(
                new MetricMetadata("torii_upstream_endpoints", "Endpoints of backends by their health."), points);
    }

    /** Only of services that have breakers. */
    private GaugeSnapshot breakers() {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        byService.forEach((service, clusters) -> {
            List<Breaker> breakers = clusters.stream()
                    .flatMap(UpstreamSeries::breakers)
                    .filter(breaker -> breaker != Breaker.NONE)
                    .toList();
            for (Breaker state : breakers.isEmpty() ? new Breaker[0] : Breaker.values()) {
                if (state != Breaker.NONE) {
                    long count = breakers.stream()
                            .filter(breaker -> breaker == state)
                            .count();
                    points.add(point(state(service, state), count));
                }
            }
        });
        return new GaugeSnapshot(new MetricMetadata("torii_breakers", "Circuit breakers by their state."), points);
    }

    private static Stream<Breaker> breakers(ClusterView cluster) {
        return Stream.concat(
                Stream.of(cluster.breaker()), cluster.endpoints().stream().map(EndpointView::breaker));
    }

    private static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static GaugeDataPointSnapshot point(Labels labels, long value) {
        return new GaugeDataPointSnapshot((double) value, labels, null);
    }
}
