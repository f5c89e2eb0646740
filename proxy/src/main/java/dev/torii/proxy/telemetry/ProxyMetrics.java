package dev.torii.proxy.telemetry;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ControlContact;
import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.limit.LimitView;
import dev.torii.proxy.limit.StoreView;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one proxy. Counting an exchange takes no lock, allocates nothing and costs some tens of nanoseconds;
 * all else happens when a scraper asks. Safe on any thread.
 *
 * <p>Labels grow with the configured routes and services, never with paths, users or pods, and there is a bound beyond
 * which all the rest is one series called {@code other}.
 */
public final class ProxyMetrics implements ExchangeListener {

    /** How many combinations of role, route, status, service and flag are told apart unless told otherwise. */
    public static final int DEFAULT_MAX_SERIES = 2_000;

    /** What became of a new configuration. */
    public enum Reload {
        /** It is being served. */
        APPLIED,
        /** It says the same as the one being served. */
        UNCHANGED,
        /** It could not be read; the last good one is still served. */
        REJECTED
    }

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final InstantSource clock;
    private final int maxSeries;
    private final ExchangeSeries exchanges;
    private final LongAdder inFlight = new LongAdder();
    private final LongAdder mirrorsDropped = new LongAdder();
    private final LongAdder unrecognised = new LongAdder();
    private final LongAdder silent = new LongAdder();
    private final Map<String, LongAdder> retriesRefused = new ConcurrentHashMap<>();
    private final Counter reloads;
    private final Counter injected;
    private final Counter healthChecks;
    private final Set<String> checkedServices = ConcurrentHashMap.newKeySet();
    private final Counter mirrored;
    private final Gauge findings;
    private final Gauge portsClosed;
    private volatile @Nullable Served served;

    private record Served(String version, Instant since) {}

    /**
     * @param eventLoops that report exchanges
     * @param maxSeries bound of the exchanges' series, and of the services in the upstreams' ones
     * @param accessLogDropped records that the access log did not write
     */
    public ProxyMetrics(int eventLoops, int maxSeries, LongSupplier accessLogDropped, InstantSource clock) {
        this.clock = clock;
        this.maxSeries = maxSeries;
        this.exchanges = new ExchangeSeries(maxSeries, eventLoops, clock);
        registry.register(exchanges);
        registry.register(new ProcessSeries(Path.of("/proc/self")));
        this.reloads = Counter.builder()
                .name("torii_config_reloads")
                .help("Configurations read, by what became of them.")
                .labelNames("result")
                .withoutExemplars()
                .register(registry);
        this.mirrored = Counter.builder()
                .name("torii_mirrored_requests")
                .help("Copies of requests for mirrors, by the class of the answer; without one where there was none.")
                .labelNames("torii_service", "http_response_status_code")
                .withoutExemplars()
                .register(registry);
        this.injected = Counter.builder()
                .name("torii_faults_injected")
                .help("Failures rehearsed, by the name of the fault: delays and aborts.")
                .labelNames("torii_fault", "torii_service", "kind")
                .withoutExemplars()
                .register(registry);
        this.healthChecks = Counter.builder()
                .name("torii_health_checks")
                .help("Questions to endpoints how they are, by the answer.")
                .labelNames("torii_service", "result")
                .withoutExemplars()
                .register(registry);
        this.findings = Gauge.builder()
                .name("torii_config_findings")
                .help("What the last configuration was told.")
                .labelNames("severity")
                .withoutExemplars()
                .register(registry);
        this.portsClosed = Gauge.builder()
                .name("torii_ports_closed")
                .help("Ports of the snapshot that could not be opened.")
                .withoutExemplars()
                .register(registry);
        for (Reload result : Reload.values()) {
            reloads.initLabelValues(word(result));
        }
        registerCallbacks(accessLogDropped);
    }

    private void registerCallbacks(LongSupplier accessLogDropped) {
        GaugeWithCallback.builder()
                .name("torii_in_flight_requests")
                .help("Requests and connections being served.")
                .callback(gauge -> gauge.call(inFlight.doubleValue()))
                .register(registry);
        CounterWithCallback.builder()
                .name("torii_mirrors_dropped")
                .help("Mirrored requests not sent or given up, because there were too many or the mirror was too slow.")
                .callback(counter -> counter.call(mirrorsDropped.doubleValue()))
                .register(registry);
        CounterWithCallback.builder()
                .name("torii_retry_budget_refused")
                .help("Requests that were not sent again, because their service's retries had used up their budget.")
                .labelNames("torii_service")
                .callback(counter ->
                        retriesRefused.forEach((service, count) -> counter.call(count.doubleValue(), service)))
                .register(registry);
        CounterWithCallback.builder()
                .name("torii_protocol_fallbacks")
                .help("Connections in the mesh passed on as bytes, because what they speak was neither declared nor"
                        + " recognised: the client said nothing in time, or something unknown.")
                .labelNames("reason")
                .callback(counter -> {
                    counter.call(silent.doubleValue(), "silent");
                    counter.call(unrecognised.doubleValue(), "unknown");
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("torii_access_log_dropped")
                .help("Access log records that were not written, because the stream was too slow or failed.")
                .callback(counter -> counter.call((double) accessLogDropped.getAsLong()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("torii_snapshot_info")
                .help("The version being served.")
                .labelNames("version")
                .callback(gauge -> {
                    Served now = served;
                    if (now != null) {
                        gauge.call(1, now.version());
                    }
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("torii_snapshot_age_seconds")
                .help("For how long it has been served.")
                .callback(gauge -> {
                    Served now = served;
                    if (now != null) {
                        gauge.call(now.since().until(clock.instant(), ChronoUnit.MILLIS) / 1e3);
                    }
                })
                .register(registry);
    }

    /** Tells how often the app of a sidecar called somebody without a word for which request. */
    public void lostContexts(LongSupplier count) {
        CounterWithCallback.builder()
                .name("torii_context_lost")
                .help("Calls of the app that carried neither a request id nor a trace while it had requests to answer:"
                        + " it does not pass headers on.")
                .callback(counter -> counter.call((double) count.getAsLong()))
                .register(registry);
    }

    /** Tells of rate limits, and of the stores that some of them are shared by. */
    public void limits(Supplier<List<LimitView>> limits, Supplier<List<StoreView>> stores) {
        registry.register(new LimitSeries(limits, maxSeries));
        registry.register(new StoreSeries(stores));
    }

    /** Tells how well control is heard; for proxies that follow one. */
    public void control(Supplier<ControlContact> contact) {
        GaugeWithCallback.builder()
                .name("torii_control_connected")
                .help("Whether there is a stream from control: 1 or 0. Without, what is known is served.")
                .callback(gauge -> gauge.call(contact.get().connected() ? 1 : 0))
                .register(registry);
        GaugeWithCallback.builder()
                .name("torii_control_heard_seconds")
                .help("Since control was last heard; it is asked for a sign of life every 10 s.")
                .callback(gauge -> {
                    double seconds = contact.get().heardSeconds();
                    if (!Double.isNaN(seconds)) {
                        gauge.call(seconds);
                    }
                })
                .register(registry);
    }

    /** Where others register metrics of their own; a label's values must come from the configuration. */
    public PrometheusRegistry registry() {
        return registry;
    }

    @Override
    public void started() {
        inFlight.increment();
    }

    @Override
    public void ended(ExchangeRecord exchange) {
        inFlight.decrement();
        exchanges.observe(exchange);
    }

    @Override
    public void unrecognised(boolean wasSilent) {
        (wasSilent ? silent : unrecognised).increment();
    }

    @Override
    public void injected(String fault, String service, boolean abort) {
        injected.labelValues(fault, service, abort ? "abort" : "delay").inc();
    }

    @Override
    public void mirrored(String service, int status) {
        mirrored.labelValues(service, status == 0 ? "" : status / 100 + "xx").inc();
    }

    @Override
    public void mirrorDropped() {
        mirrorsDropped.increment();
    }

    @Override
    public void healthChecked(String service, boolean healthy) {
        boolean room = checkedServices.contains(service) || checkedServices.size() < maxSeries;
        if (room) {
            checkedServices.add(service);
        }
        healthChecks
                .labelValues(room ? service : ExchangeSeries.OTHER, healthy ? "healthy" : "unhealthy")
                .inc();
    }

    @Override
    public void retryRefused(String service) {
        boolean known = retriesRefused.containsKey(service) || retriesRefused.size() < maxSeries;
        retriesRefused
                .computeIfAbsent(known ? service : ExchangeSeries.OTHER, s -> new LongAdder())
                .increment();
    }

    /**
     * Says who this is; once.
     *
     * @param role {@code gateway} or {@code sidecar}
     * @param service {@code namespace/name} that a sidecar is beside, else {@code ""}
     * @param ready whether traffic should come here now
     */
    public void describe(String role, Supplier<String> service, BooleanSupplier ready) {
        String built = ProxyMetrics.class.getPackage().getImplementationVersion();
        String version = built == null ? "" : built;
        GaugeWithCallback.builder()
                .name("torii_proxy_info")
                .help("What this proxy is.")
                .labelNames("torii_role", "torii_service", "version")
                .callback(gauge -> gauge.call(1, role, service.get(), version))
                .register(registry);
        GaugeWithCallback.builder()
                .name("torii_ready")
                .help("Whether traffic should come here: 1 or 0.")
                .callback(gauge -> gauge.call(ready.getAsBoolean() ? 1 : 0))
                .register(registry);
    }

    /** A snapshot is being served from now on. */
    public void snapshotServed(String version) {
        served = new Served(version, clock.instant());
    }

    /** So many ports of what is served could not be opened. */
    public void portsClosed(int count) {
        portsClosed.set(count);
    }

    /** A configuration was read, with so many findings. */
    public void configRead(Reload result, int errors, int warnings) {
        reloads.labelValues(word(result)).inc();
        findings.labelValues("error").set(errors);
        findings.labelValues("warning").set(warnings);
    }

    /**
     * All metrics as they are now. Takes milliseconds with thousands of series: not on an event loop.
     *
     * @param accept the scraper's Accept header, {@code ""} when absent
     * @param clusters the live state of those that are used; thousands that are not would be series that say nothing
     */
    public MetricsPage page(String accept, List<ClusterView> clusters) {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        registry.scrape().forEach(all::metricSnapshot);
        new UpstreamSeries(clusters, maxSeries).collect().forEach(all::metricSnapshot);
        return new MetricsPage(all.build(), accept);
    }

    private static String word(Reload result) {
        return result.name().toLowerCase(Locale.ROOT);
    }
}
