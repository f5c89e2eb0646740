package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.routing.Backend;
import dev.torii.routing.FaultInjection;
import dev.torii.routing.Filter;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Protection;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.Target;
import dev.torii.routing.Telemetry;
import dev.torii.routing.TextMatch;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rehearsed failures: who meets them, what the client and the log are told, and that nothing is left behind. */
class FaultInjectionTest {

    private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final long LONG = Duration.ofMinutes(5).toMillis();

    private final MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final MisbehavingBackend mirror = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final ProxyMetrics metrics = new ProxyMetrics(1, 100, () -> 0, InstantSource.system());
    private final AtomicInteger delays = new AtomicInteger();
    private final AtomicInteger aborts = new AtomicInteger();
    private final ExchangeListener counting = new ExchangeListener() {
        @Override
        public void ended(ExchangeRecord exchange) {
            metrics.ended(exchange);
        }

        @Override
        public void injected(String fault, String service, boolean abort) {
            metrics.injected(fault, service, abort);
            (abort ? aborts : delays).incrementAndGet();
        }
    };
    private final TestProxy proxy =
            new TestProxy(1, counting).cluster("behind", backend.port()).cluster("mirror", mirror.port());

    @AfterEach
    void close() {
        proxy.close();
        backend.close();
        mirror.close();
    }

    private static FaultInjection abort(String name, int status, RequestMatch... matches) {
        return new FaultInjection(name, 0, 0, 100, status, 8, List.of(matches));
    }

    private static FaultInjection delay(String name, long ms, RequestMatch... matches) {
        return new FaultInjection(name, 100, ms, 0, 0, 0, List.of(matches));
    }

    private void rehearse(FaultInjection... faults) {
        rehearse(Timeouts.NONE, faults);
    }

    private void rehearse(Timeouts timeouts, FaultInjection... faults) {
        proxy.clearRoutes()
                .protection(new Protection(List.of(), List.of(faults)))
                .route("/", "behind", timeouts, new Filter.Mirror(new Target.ToCluster("mirror"), 1, 1))
                .apply();
    }

    private RawResponse ask(RawHttp client, String request) {
        return client.send(request).readResponse();
    }

    private void recorded(int status, String detail) {
        ExchangeRecord record = proxy.record();
        assertThat(record.fault()).isEqualTo(Fault.FI);
        assertThat(record.detail()).isEqualTo(detail);
        assertThat(record.status()).isEqualTo(status);
        assertThat(record.service()).isEqualTo("default/behind");
        assertThat(record.logged()).isTrue();
    }

    private String page() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            metrics.page("", List.of()).writeTo(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anAbortAnswersForTheBackend() {
        rehearse(abort("broken", 529));
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            RawResponse answer = ask(client, GET);
            assertThat(answer.status()).isEqualTo(529);
            assertThat(answer.header("x-torii-reason")).isEqualTo("FI injected_abort");
            assertThat(answer.header("x-request-id")).isNotEmpty();
            rehearse();
            assertThat(ask(client, GET).status()).as("the connection goes on").isEqualTo(200);
        }
        recorded(529, "injected_abort");
        assertThat(backend.requests()).hasSize(1);
        assertThat(mirror.awaitRequests(1)).isTrue();
        assertThat(mirror.requests())
                .as("what is answered here is not mirrored")
                .hasSize(1);
        assertThat(page())
                .contains("torii_faults_injected_total{kind=\"abort\",torii_fault=\"broken\","
                        + "torii_service=\"default/behind\"} 1.0");
    }

    @Test
    void overHttp2AndToGrpcTheSame() {
        rehearse(abort("broken", 529));
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            Http2Answer http = client.answer(client.request("GET", "/x"));
            assertThat(http.status()).isEqualTo(529);
            assertThat(http.header("x-torii-reason")).isEqualTo("FI injected_abort");
            recorded(529, "injected_abort");
            Http2Answer grpc = client.answer(
                    client.request("POST", "/pkg.Echo/Say", "content-type", "application/grpc", "te", "trailers"));
            assertThat(grpc.status()).isEqualTo(200);
            assertThat(grpc.header("grpc-status")).isEqualTo("8");
            assertThat(grpc.header("grpc-message")).contains("FI injected_abort");
            ExchangeRecord record = proxy.record();
            assertThat(record.grpcStatus()).isEqualTo(8);
            assertThat(record.fault()).isEqualTo(Fault.FI);
        }
        assertThat(backend.connections()).isZero();
    }

    @Test
    void anUpgradeIsAbortedOrDelayedToo() {
        String offer = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        rehearse(abort("broken", 503));
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(ask(client, offer).status()).isEqualTo(503);
        }
        recorded(503, "injected_abort");
        try (MisbehavingBackend switching = MisbehavingBackend.start(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                            + "Connection: Upgrade\r\n\r\n");
                    connection.stall();
                });
                RawHttp client = RawHttp.connect(proxy.port())) {
            proxy.cluster("behind", switching.port());
            rehearse(delay("slow", 50));
            assertThat(ask(client, offer).status()).isEqualTo(101);
        }
        recorded(101, "injected_delay");
    }

    @Test
    void aDelayIsAddedToAnAnswerThatStaysAsItIs() {
        rehearse(delay("slow", 200), delay("slower", 100));
        long start = System.nanoTime();
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            RawResponse answer = ask(client, GET);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("x-torii-reason")).isNull();
            assertThat(answer.body()).isEqualTo("ok");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        recorded(200, "injected_delay");
        assertThat(delays).hasValue(2);
        assertThat(page()).contains("torii_faults_injected_total{kind=\"delay\",torii_fault=\"slower\"");
    }

    @Test
    void theBodyWaitsWithItsRequest() {
        int length = 3_000_000;
        try (MisbehavingBackend reading = MisbehavingBackend.start(connection -> {
            connection.readHead();
            connection.count("body " + connection.read(length).length);
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        })) {
            proxy.cluster("behind", reading.port());
            rehearse(delay("slow", 100));
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
                client.send(new byte[length]);
                assertThat(client.readResponse().status()).isEqualTo(200);
                assertThat(reading.requests()).contains("body " + length);
            }
        }
    }

    @Test
    void aDelayCountsAgainstTheDeadline() {
        rehearse(new Timeouts(200, 0), delay("slow", LONG));
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            RawResponse answer = ask(client, GET);
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.header("x-torii-reason")).isEqualTo("DT request_timeout");
        }
        assertThat(proxy.record().fault()).isEqualTo(Fault.DT);
        assertThat(backend.connections()).isZero();
    }

    /** That its timer goes with it is seen by {@link TestProxy#close}. */
    @Test
    void aDelayEndsWithItsClient() {
        rehearse(delay("slow", LONG));
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send(GET);
            TestProxy.eventually("delayed", delays::get, 1);
        }
        assertThat(proxy.record().fault()).isEqualTo(Fault.DC);
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            int stream = client.request("GET", "/x");
            TestProxy.eventually("delayed", delays::get, 2);
            client.reset(stream, 8);
            assertThat(proxy.record().fault()).isEqualTo(Fault.DC);
        }
        assertThat(backend.connections()).isZero();
    }

    @Test
    void onlyWhatMatchesIsTouched() {
        RequestMatch tester = new RequestMatch(
                new PathMatch.Prefix("/shop"),
                "POST",
                List.of(new RequestMatch.NamedMatch("x-tester", new TextMatch.Exact("yes"))),
                List.of());
        RequestMatch other = new RequestMatch(new PathMatch.Exact("/broken"), null, List.of(), List.of());
        rehearse(abort("broken", 500, tester, other));
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            String tail = " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n";
            assertThat(ask(client, "POST /shop/1" + tail + "X-Tester: yes\r\n\r\n")
                            .status())
                    .isEqualTo(500);
            assertThat(ask(client, "GET /broken?a=b" + tail + "\r\n").status()).isEqualTo(500);
            assertThat(ask(client, "POST /shop/1" + tail + "X-Tester: no\r\n\r\n")
                            .status())
                    .isEqualTo(200);
            assertThat(ask(client, "GET /shop/1" + tail + "X-Tester: yes\r\n\r\n")
                            .status())
                    .isEqualTo(200);
            assertThat(ask(client, "POST /shopping" + tail + "X-Tester: yes\r\n\r\n")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void theBackendsFaultReplacesTheRulesOfTheSameName() {
        proxy.protection(new Protection(List.of(), List.of(abort("one", 500), delay("two", 1))))
                .rule(
                        new PathMatch.Prefix("/"),
                        List.of(new Backend(
                                1,
                                new Target.ToCluster("behind"),
                                List.of(),
                                Telemetry.DEFAULT,
                                new Protection(List.of(), List.of(delay("one", 1), abort("three", 418))))),
                        Timeouts.NONE,
                        null,
                        null)
                .apply();
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(ask(client, GET).status()).isEqualTo(418);
        }
        assertThat(delays).hasValue(2);
        assertThat(aborts).hasValue(1);
    }

    /** Six standard deviations either way: fails by chance less than once in a hundred million runs. */
    @Test
    void delaysAndAbortsAreDrawnApartByTheirPercentages() {
        rehearse(new FaultInjection("both", 50, 1, 12.5, 503, 14, List.of()));
        int requests = 1_000;
        int failed = 0;
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            for (int i = 0; i < requests; i++) {
                failed += ask(client, GET).status() == 503 ? 1 : 0;
            }
        }
        assertThat(aborts).hasValue(failed);
        assertThat(failed).isBetween(125 - 63, 125 + 63);
        assertThat(delays.get()).isBetween(500 - 95, 500 + 95);
        int both = 0;
        for (int i = 0; i < requests; i++) {
            ExchangeRecord record = proxy.record();
            both += record.status() == 503 && record.durationNanos() >= 1_000_000 ? 1 : 0;
        }
        assertThat(both).as("aborted after a delay").isBetween(62 - 47, failed);
    }

    @Test
    void nothingIsDrawnAtNoneAndAllAtAHundredPercent() {
        rehearse(new FaultInjection("none", 0, 1, 0, 503, 14, List.of()));
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            for (int i = 0; i < 200; i++) {
                assertThat(ask(client, GET).status()).isEqualTo(200);
            }
            rehearse(new FaultInjection("all", 100, 1, 100, 503, 14, List.of()));
            for (int i = 0; i < 200; i++) {
                assertThat(ask(client, GET).status()).isEqualTo(503);
            }
        }
        assertThat(delays).hasValue(200);
        assertThat(aborts).hasValue(200);
    }
}
