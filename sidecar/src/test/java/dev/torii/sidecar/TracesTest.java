package dev.torii.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.telemetry.spans.TracingSettings;
import dev.torii.testkit.ConfigFolder;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.SeenSpan;
import dev.torii.testkit.SpanCollector;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A call through two sidecars is one tree of spans. */
class TracesTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String APP_SPAN = "00f067aa0ba902b7";

    private final Vertx vertx = Vertx.vertx();
    private final SpanCollector collector = SpanCollector.start(vertx);
    private final ConfigFolder callerFolder = new ConfigFolder();
    private final ConfigFolder calleeFolder = new ConfigFolder();

    @AfterEach
    void stop() {
        callerFolder.close();
        calleeFolder.close();
        collector.close();
        TestSidecar.await(vertx.close());
    }

    private TracingSettings tracing(String service) {
        return TracingSettings.of(
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url(), "OTEL_BSP_SCHEDULE_DELAY", "50"),
                Map.of("service.name", service));
    }

    @Test
    void aCallIsATree() {
        try (EchoBackend app = EchoBackend.start(vertx, Pod.of("reviews"))) {
            calleeFolder.turnTo(Map.of("mesh", MeshYaml.service("reviews", app.port(), "http")));
            try (TestSidecar in =
                    TestSidecar.tracing(tracing("reviews"), calleeFolder.path(), "shop", "reviews", app.port())) {
                callerFolder.turnTo(Map.of("mesh", MeshYaml.service("reviews", in.inbound(), "http")));
                try (TestSidecar out = TestSidecar.tracing(tracing("web"), callerFolder.path(), "shop", "web");
                        RawHttp web = RawHttp.connect(out.outbound())) {
                    web.send("GET http://reviews/1 HTTP/1.1\r\nHost: reviews\r\ntraceparent: 00-" + ID + "-" + APP_SPAN
                                    + "-01\r\n\r\n")
                            .readResponse();
                    List<SeenSpan> spans = collector.spans().await(3, any -> true, LIMIT);
                    assertThat(spans).hasSize(3);
                    SeenSpan called = find(spans, "outbound", "SERVER");
                    SeenSpan calling = find(spans, "outbound", "CLIENT");
                    SeenSpan work = find(spans, "inbound", "SERVER");
                    assertThat(called.parentId()).isEqualTo(APP_SPAN);
                    assertThat(calling.parentId()).isEqualTo(called.spanId());
                    assertThat(work.parentId()).isEqualTo(calling.spanId());
                    assertThat(spans).allMatch(span -> span.traceId().equals(ID));
                    assertThat(spans)
                            .extracting(span -> span.attributes().get("torii.request_id"))
                            .hasSize(3)
                            .containsOnly(called.attributes().get("torii.request_id"));
                    assertThat(called.resource()).containsEntry("service.name", "web");
                    assertThat(work.resource()).containsEntry("service.name", "reviews");
                    assertThat(work.events()).containsExactly("request sent", "first byte");
                    assertThat(app.journal().all().get(0).header("traceparent"))
                            .containsExactly("00-" + ID + "-" + work.spanId() + "-01");
                    assertThat(out.admin("GET /metrics").body()).contains("torii_spans_exported_total");
                }
            }
        }
    }

    /** An app that passes on only headers that begin so, and calls {@code leaf} with them. */
    private static MisbehavingBackend passing(String start, AtomicInteger outbound) {
        return MisbehavingBackend.start(connection -> {
            String passed = Stream.of(connection.readHead().split("\r\n"))
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line + "\r\n")
                    .collect(Collectors.joining());
            try (RawHttp call = RawHttp.connect(outbound.get())) {
                call.send("GET http://leaf/ HTTP/1.1\r\nHost: leaf\r\n" + passed + "\r\n")
                        .readResponse();
            }
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        });
    }

    @ParameterizedTest
    @CsvSource({"traceparent:, true", "baggage:, true", "x-request-id:, true", "accept:, false"})
    void theRequestIdGoesOnWithWhateverTheAppPassesOn(String passed, boolean kept) {
        AtomicInteger outbound = new AtomicInteger();
        try (EchoBackend leaf = EchoBackend.start(vertx, Pod.of("leaf"));
                MisbehavingBackend app = passing(passed, outbound)) {
            callerFolder.turnTo(
                    Map.of("web", MeshYaml.service("web", app.port()), "leaf", MeshYaml.service("leaf", leaf.port())));
            try (TestSidecar sidecar = TestSidecar.start(callerFolder.path(), "shop", "web", app.port());
                    RawHttp client = RawHttp.connect(sidecar.inbound())) {
                outbound.set(sidecar.outbound());
                client.send("GET / HTTP/1.1\r\nHost: web\r\nAccept: */*\r\nx-request-id: order-7\r\n\r\n");
                assertThat(client.readResponse().status()).isEqualTo(200);
                List<String> ids = leaf.journal().all().get(0).header("x-request-id");
                assertThat(ids).hasSize(1);
                assertThat(ids.get(0).equals("order-7")).isEqualTo(kept);
                assertThat(sidecar.admin("GET /metrics").body())
                        .contains("torii_context_lost_total " + (kept ? "0.0" : "1.0"));
            }
        }
    }

    private static SeenSpan find(List<SeenSpan> spans, String role, String kind) {
        return spans.stream()
                .filter(span -> role.equals(span.attributes().get("torii.role"))
                        && span.kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }
}
