package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TraceRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records of exchanges that never happened: a good one, changed where a test says so. */
public final class Exchanges {

    /** 2026-03-01T09:30:00.007Z. */
    static final long START = 1_772_357_400_007L;

    String role = "gateway";
    String requestId = "0195-abc";
    String traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    String spanId = "00f067aa0ba902b7";
    String authority = "shop.example";
    String path = "/cart?item=1";
    String protocol = "HTTP/1.1";
    int status = 200;
    int grpcStatus = -1;

    @Nullable
    Fault fault;

    String detail = "";
    long durationNanos = 12_345_678;
    long upstreamNanos = 9_000_400;
    String route = "shop/cart/0";
    String service = "shop/cart";
    String endpoint = "10.0.0.7:8080";
    int attempts = 1;
    boolean retriesUsedUp;
    String client = "192.0.2.1";
    String peer = "192.0.2.1";
    String userAgent = "curl/8.5.0";

    @Nullable
    TraceRecord trace;

    boolean logged = true;
    List<String> headers = List.of("x-tenant-id", "acme");
    List<String> responseHeaders = List.of("x-cache", "hit", "via", "1.1 torii");

    public ExchangeRecord make() {
        return new ExchangeRecord(
                role,
                START,
                durationNanos,
                upstreamNanos,
                requestId,
                traceId,
                spanId,
                "GET",
                "http",
                authority,
                path,
                protocol,
                status,
                grpcStatus,
                fault,
                detail,
                512,
                2048,
                route,
                service,
                endpoint,
                attempts,
                retriesUsedUp,
                client,
                peer,
                userAgent,
                "a1b2c3",
                logged,
                headers,
                responseHeaders,
                trace);
    }

    public static Exchanges good() {
        return new Exchanges();
    }

    public Exchanges path(String value) {
        path = value;
        return this;
    }

    Exchanges route(String value) {
        route = value;
        return this;
    }

    Exchanges service(String value) {
        service = value;
        return this;
    }

    Exchanges role(String value) {
        role = value;
        return this;
    }

    Exchanges status(int value) {
        status = value;
        return this;
    }

    Exchanges attempts(int value) {
        attempts = value;
        return this;
    }

    Exchanges grpcStatus(int value) {
        grpcStatus = value;
        return this;
    }

    Exchanges took(long nanos) {
        durationNanos = nanos;
        return this;
    }

    Exchanges userAgent(String value) {
        userAgent = value;
        return this;
    }

    Exchanges headers(String... namesAndValues) {
        headers = List.of(namesAndValues);
        return this;
    }

    /** Ended by the proxy itself: no upstream was asked. */
    Exchanges failed(Fault value, String why) {
        fault = value;
        detail = why;
        status = value.httpStatus();
        upstreamNanos = -1;
        endpoint = "";
        attempts = 0;
        return this;
    }
}
