package dev.torii.proxy.telemetry;

import dev.torii.proxy.Fault;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The durations of exchanges that share role, route, status, service and flag. */
final class Series {

    private static final String[] LABELS = {
        "torii_role", "http_route", "http_response_status_code", "torii_service", "torii_flag"
    };

    private final String role;
    private final int status;
    private final String service;
    private final @Nullable Fault fault;
    private final Labels labels;
    private final int stripes;
    private final DurationHistogram server;
    private volatile @Nullable DurationHistogram client;
    private long lastCount;
    private long idleSince;

    private Series(String role, int status, String service, @Nullable Fault fault, Labels labels, int stripes) {
        this.role = role;
        this.status = status;
        this.service = service;
        this.fault = fault;
        this.labels = labels;
        this.stripes = stripes;
        this.server = new DurationHistogram(stripes);
    }

    /** @param status 0 for streams, which have none */
    static Series of(String role, String route, int status, String service, @Nullable Fault fault, int stripes) {
        String code = status == 0 ? "" : Integer.toString(status);
        return new Series(role, status, service, fault, labels(role, route, code, service, fault), stripes);
    }

    /**
     * For what has no series of its own.
     *
     * @param statusClass 1 to 5, or 0 for none
     */
    static Series other(String role, int statusClass, int stripes) {
        String code = statusClass == 0 ? "" : statusClass + "xx";
        String other = ExchangeSeries.OTHER;
        return new Series(role, statusClass, other, null, labels(role, other, code, other, null), stripes);
    }

    private static Labels labels(String role, String route, String status, String service, @Nullable Fault fault) {
        return Labels.of(LABELS, new String[] {role, route, status, service, fault == null ? "" : fault.name()});
    }

    boolean is(String role, int status, String service, @Nullable Fault fault) {
        return this.status == status && this.fault == fault && this.service.equals(service) && this.role.equals(role);
    }

    /** @param upstreamNanos negative when no backend answered */
    void observe(int stripe, long durationNanos, long upstreamNanos) {
        server.observe(stripe, durationNanos);
        if (upstreamNanos >= 0) {
            DurationHistogram histogram = client;
            (histogram != null ? histogram : firstClient()).observe(stripe, upstreamNanos);
        }
    }

    /** Made with the first answer of a backend, because many series never see one. */
    private synchronized DurationHistogram firstClient() {
        DurationHistogram histogram = client;
        if (histogram == null) {
            histogram = new DurationHistogram(stripes);
            client = histogram;
        }
        return histogram;
    }

    /** For how long nothing new was seen here; for one thread, that of the scrapes. */
    long idleMs(long now) {
        long count = server.count();
        if (count != lastCount) {
            lastCount = count;
            idleSince = now;
        }
        return now - idleSince;
    }

    void collect(List<HistogramDataPointSnapshot> servers, List<HistogramDataPointSnapshot> clients) {
        servers.add(point(server));
        DurationHistogram histogram = client;
        if (histogram != null) {
            clients.add(point(histogram));
        }
    }

    private HistogramDataPointSnapshot point(DurationHistogram histogram) {
        return new HistogramDataPointSnapshot(histogram.buckets(), histogram.sumSeconds(), labels, Exemplars.EMPTY, 0);
    }
}
