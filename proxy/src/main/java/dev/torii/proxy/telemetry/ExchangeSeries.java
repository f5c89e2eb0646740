package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of the exchanges by role, route, status, service and flag. A look-up is one hash of the route's name,
 * which the string remembers, and a walk along the few combinations seen with it. Safe on any thread.
 *
 * <p>The number of series is bounded: when there is no room, a combination not seen before is counted as
 * {@value #OTHER}, by the class of its status. When room gets short, a scrape lets go of series that were idle for a
 * while, so that routes which have left the configuration do not crowd out new ones.
 */
final class ExchangeSeries implements MultiCollector {

    static final String OTHER = "other";

    /** A backend chooses its status codes; this many combinations of one route are told apart. */
    static final int MAX_PER_ROUTE = 64;

    /** How long a series must have been idle before it can go. */
    static final Duration IDLE = Duration.ofMinutes(10);

    private static final Series[] NONE = {};

    private final int maxSeries;
    private final Supplier<DurationHistogram> histograms;
    private final InstantSource clock;
    private final AtomicInteger nextStripe = new AtomicInteger();
    private final ThreadLocal<Integer> stripe;
    private final Map<String, Series[]> byRoute = new ConcurrentHashMap<>();
    private final Map<String, Series[]> othersByRole = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private volatile boolean full;

    /** @param eventLoops that will report; more threads may, but share */
    ExchangeSeries(int maxSeries, int eventLoops, InstantSource clock) {
        this.maxSeries = maxSeries;
        RecentTraces traces = new RecentTraces();
        this.histograms = () -> new DurationHistogram(eventLoops, traces);
        this.clock = clock;
        this.stripe = ThreadLocal.withInitial(() -> nextStripe.getAndIncrement() % eventLoops);
    }

    /** Counts one exchange. */
    void observe(ExchangeRecord exchange) {
        of(exchange).observe(stripe.get(), exchange);
    }

    private Series of(ExchangeRecord exchange) {
        Series[] known = byRoute.getOrDefault(exchange.route(), NONE);
        Series series = find(known, exchange.role(), exchange.status(), exchange.service(), exchange.fault());
        if (series != null) {
            return series;
        }
        return full || known.length >= MAX_PER_ROUTE ? other(exchange) : open(exchange);
    }

    private static @Nullable Series find(
            Series[] known, String role, int status, String service, @Nullable Fault fault) {
        for (Series series : known) {
            if (series.is(role, status, service, fault)) {
                return series;
            }
        }
        return null;
    }

    private Series open(ExchangeRecord exchange) {
        String role = exchange.role();
        int status = exchange.status();
        String service = exchange.service();
        Fault fault = exchange.fault();
        Series[] known = byRoute.compute(exchange.route(), (route, before) -> {
            Series[] sofar = before == null ? NONE : before;
            boolean there = find(sofar, role, status, service, fault) != null;
            return there || !takeRoom() ? before : with(sofar, Series.like(exchange, histograms));
        });
        Series series = known == null ? null : find(known, role, status, service, fault);
        return series != null ? series : other(exchange);
    }

    private boolean takeRoom() {
        if (size.incrementAndGet() <= maxSeries) {
            return true;
        }
        size.decrementAndGet();
        full = true;
        return false;
    }

    /** At most six for each role: no class, and 1xx to 5xx. */
    private Series other(ExchangeRecord exchange) {
        String role = exchange.role();
        int ofStatus = exchange.status() / 100;
        int statusClass = ofStatus <= 5 ? ofStatus : 0;
        Series[] known = othersByRole.getOrDefault(role, NONE);
        Series series = find(known, role, statusClass, OTHER, null);
        if (series != null) {
            return series;
        }
        Series added = Series.other(role, statusClass, histograms);
        known = othersByRole.merge(
                role,
                new Series[] {added},
                (before, one) -> find(before, role, statusClass, OTHER, null) == null ? with(before, one[0]) : before);
        series = find(known, role, statusClass, OTHER, null);
        return series != null ? series : added;
    }

    private static Series[] with(Series[] known, Series added) {
        Series[] more = Arrays.copyOf(known, known.length + 1);
        more[known.length] = added;
        return more;
    }

    /** All as it is now; called by scrapes only. */
    @Override
    public synchronized MetricSnapshots collect() {
        forgetIdle();
        List<Series> all = new ArrayList<>();
        byRoute.values().forEach(some -> Collections.addAll(all, some));
        othersByRole.values().forEach(some -> Collections.addAll(all, some));
        ExchangePoints points = new ExchangePoints();
        all.forEach(series -> series.collect(points));
        return points.snapshots();
    }

    private void forgetIdle() {
        long now = clock.millis();
        boolean crowded = size.get() > maxSeries - maxSeries / 4;
        for (String route : byRoute.keySet()) {
            byRoute.computeIfPresent(route, (name, known) -> {
                Series[] used = Arrays.stream(known)
                        .filter(series -> series.idleMs(now) < IDLE.toMillis() || !crowded)
                        .toArray(Series[]::new);
                size.addAndGet(used.length - known.length);
                return used.length == 0 ? null : used;
            });
        }
        full = size.get() >= maxSeries;
    }
}
