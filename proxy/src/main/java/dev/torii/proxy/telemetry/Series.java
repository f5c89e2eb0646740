package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is counted of the exchanges that share role, route, status, service and flag. */
final class Series {

    private static final String[] LABELS = {
        "torii_role", "http_route", "http_response_status_code", "torii_service", "torii_flag"
    };

    private final String role;
    private final int status;
    private final String service;
    private final @Nullable Fault fault;
    private final Labels labels;
    private final Supplier<DurationHistogram> histograms;
    private final DurationHistogram server;
    private final AtomicLong retries = new AtomicLong();
    private volatile @Nullable DurationHistogram client;
    private volatile @Nullable GrpcCounts grpc;
    private long lastCount;
    private long idleSince;

    private Series(
            String role,
            int status,
            String service,
            @Nullable Fault fault,
            Labels labels,
            Supplier<DurationHistogram> histograms) {
        this.role = role;
        this.status = status;
        this.service = service;
        this.fault = fault;
        this.labels = labels;
        this.histograms = histograms;
        this.server = histograms.get();
    }

    /** For exchanges like this one. */
    static Series like(ExchangeRecord exchange, Supplier<DurationHistogram> histograms) {
        String role = exchange.role();
        int status = exchange.status();
        String service = exchange.service();
        Fault fault = exchange.fault();
        String code = status == 0 ? "" : Integer.toString(status);
        Labels labels = labels(role, exchange.route(), code, service, fault);
        return new Series(role, status, service, fault, labels, histograms);
    }

    /**
     * For what has no series of its own.
     *
     * @param statusClass 1 to 5, or 0 for none
     */
    static Series other(String role, int statusClass, Supplier<DurationHistogram> histograms) {
        String code = statusClass == 0 ? "" : statusClass + "xx";
        String other = ExchangeSeries.OTHER;
        return new Series(role, statusClass, other, null, labels(role, other, code, other, null), histograms);
    }

    private static Labels labels(String role, String route, String status, String service, @Nullable Fault fault) {
        return Labels.of(LABELS, new String[] {role, route, status, service, fault == null ? "" : fault.name()});
    }

    boolean is(String role, int status, String service, @Nullable Fault fault) {
        return this.status == status && this.fault == fault && this.service.equals(service) && this.role.equals(role);
    }

    void observe(int stripe, ExchangeRecord exchange) {
        server.observe(stripe, exchange.durationNanos(), exchange);
        if (exchange.upstreamNanos() >= 0) {
            DurationHistogram histogram = client;
            (histogram != null ? histogram : firstClient()).observe(stripe, exchange.upstreamNanos(), exchange);
        }
        if (exchange.attempts() > 1) {
            retries.addAndGet(exchange.attempts() - 1);
        }
        if (exchange.grpcStatus() >= 0) {
            GrpcCounts counts = grpc;
            (counts != null ? counts : firstGrpc()).count(exchange.grpcStatus());
        }
    }

    /** Made with the first answer of a backend, because many series never see one. */
    private synchronized DurationHistogram firstClient() {
        DurationHistogram histogram = client;
        if (histogram == null) {
            histogram = histograms.get();
            client = histogram;
        }
        return histogram;
    }

    private synchronized GrpcCounts firstGrpc() {
        GrpcCounts counts = grpc;
        if (counts == null) {
            counts = new GrpcCounts();
            grpc = counts;
        }
        return counts;
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

    void collect(ExchangePoints points) {
        points.server(labels, server);
        DurationHistogram histogram = client;
        if (histogram != null) {
            points.client(labels, histogram);
        }
        if (retries.get() > 0) {
            points.retries(labels, retries.get());
        }
        GrpcCounts counts = grpc;
        if (counts != null) {
            counts.forEach((code, count) -> points.grpc(labels, code, count));
        }
    }
}
