package dev.torii.proxy.telemetry.spans;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.Retry;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Tracing;
import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.SeenSpan;
import dev.torii.testkit.SpanCollector;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests through a proxy, and the spans of them that a collector gets on the wire. */
class SpanExportTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final SpanCollector collector = SpanCollector.start(vertx);
    private final MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
        if (connection.number() == 1) {
            connection.readHead();
            return;
        }
        Behaviours.wellBehaved().serve(connection);
    });
    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
        backend.close();
        collector.close();
        TestProxy.await(vertx.close());
    }

    private static Telemetry sampling(double percent, String... tags) {
        Tracing how = new Tracing(percent, Tracing.DEFAULT.propagation(), List.of(), List.of(tags));
        return new Telemetry(how, AccessLogging.DEFAULT);
    }

    private void serve(Telemetry telemetry) {
        proxy.clearRoutes()
                .telemetry(telemetry)
                .cluster("b", backend.port())
                .cluster("none")
                .route("/none", "none")
                .route("/", "b")
                .apply();
    }

    private void get(String path, String lines) {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: shop.example:8443\r\nUser-Agent: me\r\n" + lines + "\r\n")
                    .readResponse();
        }
    }

    private SpanExport export(String... more) {
        Map<String, String> environment = new HashMap<>();
        environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
        environment.put("OTEL_BSP_SCHEDULE_DELAY", "50");
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return SpanExport.start(
                TracingSettings.of(environment, Map.of("service.name", "gate", "torii.role", "gateway")));
    }

    @ParameterizedTest
    @CsvSource({"http/protobuf, none", "http/protobuf, gzip", "grpc, none", "grpc, gzip"})
    void aRetriedRequestIsATreeOfThreeSpans(String protocol, String compression) {
        serve(sampling(100, "x-tenant-id", "authorization"));
        get("/cart?item=1", "x-tenant-id: acme\r\nAuthorization: Bearer secret\r\n");
        ExchangeRecord record = proxy.record();
        try (SpanExport export = export(
                "OTEL_EXPORTER_OTLP_PROTOCOL",
                protocol,
                "OTEL_EXPORTER_OTLP_COMPRESSION",
                compression,
                "OTEL_EXPORTER_OTLP_HEADERS",
                "x-key=k1")) {
            export.ended(record);
            List<SeenSpan> spans = collector.spans().await(3, span -> true, LIMIT);
            assertThat(spans).hasSize(3);
            assertServer(spans.get(0), record);
            assertTry(spans.get(1), spans.get(0), 1);
            assertTry(spans.get(2), spans.get(0), 2);
            assertThat(spans.get(1).attributes())
                    .containsEntry("torii.flags", "UC")
                    .containsEntry("error.type", "UC");
            assertThat(spans.get(1).status()).isEqualTo("ERROR");
            assertThat(spans.get(2).status()).isEqualTo("UNSET");
            assertThat(spans.get(2).attributes()).containsEntry("http.response.status_code", "200");
            assertThat(spans.get(2).events()).containsExactly("request sent", "first byte");
            assertThat(Await.until(LIMIT, () -> export.exported() == 3)).isTrue();
            assertThat(export.dropped()).isZero();
        }
        assertThat(collector.calls().all()).containsOnly(protocol.equals("grpc") ? "grpc k1" : "http k1");
        assertThat(backend.requests().get(1))
                .contains(collector.spans().all().get(2).spanId());
    }

    private static void assertServer(SeenSpan span, ExchangeRecord record) {
        assertThat(span.kind()).isEqualTo("SERVER");
        assertThat(span.name()).isEqualTo("GET default/r1/0");
        assertThat(span.traceId()).isEqualTo(record.traceId());
        assertThat(span.spanId()).isEqualTo(record.spanId());
        assertThat(span.parentId()).isEmpty();
        assertThat(span.end() - span.start()).isEqualTo(record.durationNanos());
        assertThat(Math.abs(span.start() / 1_000_000 - record.startEpochMs())).isLessThan(1_000);
        assertThat(span.status()).isEqualTo("UNSET");
        assertThat(span.events()).containsExactly("retry");
        assertThat(span.resource()).containsEntry("service.name", "gate").containsEntry("torii.role", "gateway");
        assertThat(span.attributes())
                .containsEntry("http.request.method", "GET")
                .containsEntry("url.scheme", "http")
                .containsEntry("url.path", "/cart")
                .containsEntry("server.address", "shop.example")
                .containsEntry("server.port", "8443")
                .containsEntry("client.address", "127.0.0.1")
                .containsEntry("user_agent.original", "me")
                .containsEntry("network.protocol.version", "1.1")
                .containsEntry("http.route", "default/r1/0")
                .containsEntry("http.response.status_code", "200")
                .containsEntry("torii.role", "gateway")
                .containsEntry("torii.route", "default/r1/0")
                .containsEntry("torii.service", "default/b")
                .containsEntry("torii.attempts", "2")
                .containsEntry("torii.request_id", record.requestId())
                .containsEntry("torii.snapshot", record.snapshot())
                .containsEntry("http.request.header.x-tenant-id", "acme")
                .containsEntry("http.request.header.authorization", "***")
                .doesNotContainKeys("error.type", "torii.flags");
    }

    private static void assertTry(SeenSpan span, SeenSpan server, int number) {
        assertThat(span.kind()).isEqualTo("CLIENT");
        assertThat(span.traceId()).isEqualTo(server.traceId());
        assertThat(span.parentId()).isEqualTo(server.spanId());
        assertThat(span.start()).isGreaterThanOrEqualTo(server.start());
        assertThat(span.end()).isLessThanOrEqualTo(server.end()).isGreaterThan(span.start());
        assertThat(span.name()).isEqualTo("GET default/b");
        assertThat(span.attributes())
                .containsEntry("torii.attempt", "" + number)
                .containsEntry("server.address", "127.0.0.1")
                .containsEntry(
                        "torii.endpoint",
                        span.attributes().get("server.address") + ":"
                                + span.attributes().get("server.port"));
    }

    @Test
    void aFailureOfOurOwnIsAnErrorOfTheServerSpan() {
        serve(sampling(100));
        get("/none", "");
        try (SpanExport export = export()) {
            export.ended(proxy.record());
            SeenSpan span = collector.spans().await(1, any -> true, LIMIT).get(0);
            assertThat(span.status()).isEqualTo("ERROR");
            assertThat(span.attributes())
                    .containsEntry("http.response.status_code", "503")
                    .containsEntry("error.type", "503")
                    .containsEntry("torii.flags", "UH")
                    .containsEntry("torii.reason", "no_endpoint")
                    .containsEntry("torii.attempts", "0");
        }
    }

    @Test
    void retriesThatWereUsedUpAreAFlagOfTheServerSpanAlone() {
        proxy.retry(new Retry(1, List.of(), 1)).cluster("dead", FreePort.find());
        serve(sampling(100));
        proxy.route("/dead", "dead").apply();
        get("/dead", "");
        try (SpanExport export = export()) {
            export.ended(proxy.record());
            List<SeenSpan> spans = collector.spans().await(3, any -> true, LIMIT);
            assertThat(spans.get(0).attributes())
                    .containsEntry("torii.flags", "URX,UF")
                    .containsEntry("torii.reason", "connection_refused")
                    .containsEntry("torii.attempts", "2");
            assertThat(spans.get(2).attributes()).containsEntry("torii.flags", "UF");
        }
    }

    @Test
    void aGrpcCallIsNamedByItsMethod() {
        serve(sampling(100));
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            client.answer(client.request(
                    "POST", "/none/shop.Cart/Add", "content-type", "application/grpc", "te", "trailers"));
        }
        try (SpanExport export = export()) {
            export.ended(proxy.record());
            SeenSpan span = collector.spans().await(1, any -> true, LIMIT).get(0);
            assertThat(span.name()).isEqualTo("none/shop.Cart/Add");
            assertThat(span.status()).isEqualTo("ERROR");
            assertThat(span.attributes())
                    .containsEntry("rpc.system.name", "grpc")
                    .containsEntry("rpc.method", "none/shop.Cart/Add")
                    .containsEntry("rpc.response.status_code", "UNAVAILABLE")
                    .containsEntry("network.protocol.version", "2");
        }
    }

    @Test
    void whatIsNotSampledIsNotExported() {
        serve(sampling(0));
        get("/", "");
        ExchangeRecord unsampled = proxy.record();
        assertThat(unsampled.trace()).isNull();
        serve(sampling(100));
        get("/", "");
        try (SpanExport export = export()) {
            export.ended(unsampled);
            export.ended(proxy.record());
            collector.spans().await(2, any -> true, LIMIT);
        }
        assertThat(collector.spans().all())
                .hasSize(2)
                .noneMatch(span -> span.traceId().equals(unsampled.traceId()));
    }

    @Test
    void whatWaitsIsSentOnClosing() {
        serve(sampling(100));
        get("/none", "");
        try (SpanExport export = export("OTEL_BSP_SCHEDULE_DELAY", "3600000")) {
            export.ended(proxy.record());
        }
        assertThat(collector.spans().all()).hasSize(1);
    }
}
