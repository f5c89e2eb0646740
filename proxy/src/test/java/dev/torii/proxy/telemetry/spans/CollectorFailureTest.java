package dev.torii.proxy.telemetry.spans;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Tracing;
import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.SpanCollector;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A collector that is away, answers errors or nothing: requests do not notice, spans are counted, and all comes back. */
class CollectorFailureTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int QUEUE = 64;

    /** Its warnings are wanted here, and TestProxy takes any for a failure. */
    private static final Logger EXPECTED = Logger.getLogger(Delivery.class.getName());

    private final Vertx vertx = Vertx.vertx();
    private SpanCollector collector = SpanCollector.start(vertx);
    private final SpanExport export = SpanExport.start(TracingSettings.of(
            Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    collector.url(),
                    "OTEL_EXPORTER_OTLP_TIMEOUT",
                    "1000",
                    "OTEL_BSP_SCHEDULE_DELAY",
                    "20",
                    "OTEL_BSP_MAX_QUEUE_SIZE",
                    "" + QUEUE),
            Map.of("service.name", "gate")));
    private final MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final TestProxy proxy = new TestProxy(1, new ExchangeListener() {
        @Override
        public void ended(ExchangeRecord exchange) {
            export.ended(exchange);
        }
    });
    private int sent;

    @AfterEach
    void close() {
        proxy.close();
        export.close();
        backend.close();
        collector.close();
        TestProxy.await(vertx.close());
    }

    @BeforeAll
    static void expectWarnings() {
        EXPECTED.setLevel(Level.SEVERE);
    }

    @AfterAll
    static void expectNone() {
        EXPECTED.setLevel(null);
    }

    private void request(int count) {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            for (int i = 0; i < count; i++) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse().status()).isEqualTo(200);
                sent++;
            }
        }
    }

    private void fail(Consumer<SpanCollector> how) {
        Tracing all = new Tracing(100, Tracing.DEFAULT.propagation(), List.of(), List.of());
        proxy.telemetry(new Telemetry(all, AccessLogging.DEFAULT))
                .cluster("b", backend.port())
                .route("/", "b")
                .apply();
        assertDelivers();
        how.accept(collector);
        request(300);
        assertThat(Await.until(LIMIT, () -> export.dropped() > QUEUE)).isTrue();
    }

    private void assertDelivers() {
        long before = export.exported();
        assertThat(Await.until(LIMIT, () -> {
                    request(1);
                    return export.exported() > before;
                }))
                .isTrue();
    }

    private void assertRecovers() {
        assertDelivers();
        // Each request has two spans, and each of them was delivered or counted, or waits.
        assertThat(Await.until(LIMIT, () -> export.exported() + export.dropped() == 2L * sent))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void errorsOrNoAnswer(boolean errors) {
        fail(errors ? SpanCollector::refuse : SpanCollector::stall);
        collector.recover();
        assertRecovers();
    }

    @Test
    void away() {
        int port = collector.port();
        fail(SpanCollector::close);
        collector = SpanCollector.start(vertx, port);
        assertRecovers();
    }
}
