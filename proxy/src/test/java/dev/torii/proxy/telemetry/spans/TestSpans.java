package dev.torii.proxy.telemetry.spans;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TraceRecord;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;

/** Spans of exchanges that never happened. */
final class TestSpans {

    private TestSpans() {}

    static ServerSpan server(String path) {
        TraceRecord trace = new TraceRecord("", 1_772_357_400_007_000_000L, List.of(), List.of());
        ExchangeRecord exchange = new ExchangeRecord(
                "gateway",
                1_772_357_400_007L,
                1_000_000,
                -1,
                "0195-abc",
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "00f067aa0ba902b7",
                "GET",
                "http",
                "shop.example",
                path,
                "HTTP/1.1",
                200,
                -1,
                null,
                "",
                0,
                0,
                "shop/cart/0",
                "shop/cart",
                "",
                0,
                false,
                "192.0.2.1",
                "192.0.2.1",
                "curl/8.5.0",
                "a1b2c3",
                true,
                List.of(),
                List.of(),
                trace);
        return new ServerSpan(exchange, trace, Resource.empty());
    }
}
