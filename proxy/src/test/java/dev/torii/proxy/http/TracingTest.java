package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.Filter;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Target;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Timeouts;
import dev.torii.routing.Tracing;
import dev.torii.testkit.BackendConnection;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ids of traces over the wire: what a backend is told and what the record says. */
class TracingTest {

    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CLIENT = "00-" + ID + "-00f067aa0ba902b7-01";

    private final Gate gate = new Gate();

    @BeforeEach
    void open() {
        sample(0);
        trust(true);
    }

    /** Of what comes without a decision. */
    private void sample(double percent) {
        Tracing how = new Tracing(percent, Tracing.DEFAULT.propagation(), List.of(), List.of());
        gate.proxy
                .telemetry(new Telemetry(how, AccessLogging.DEFAULT))
                .clearRoutes()
                .route("/", "behind")
                .apply();
    }

    @AfterEach
    void close() {
        gate.close();
    }

    private void trust(boolean clients) {
        ListenerSettings d = ListenerSettings.DEFAULT;
        gate.proxy
                .settings(new ListenerSettings(
                        0,
                        clients,
                        false,
                        d.maxUriBytes(),
                        d.maxHeaderBytes(),
                        d.maxHeaders(),
                        0,
                        d.headerTimeoutMs(),
                        d.idleTimeoutMs(),
                        d.handshakeTimeoutMs()))
                .apply();
    }

    private RawResponse get(String lines) {
        try (RawHttp client = gate.connect()) {
            return client.send("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n").readResponse();
        }
    }

    /** The values of {@code traceparent} in a head. */
    private static List<String> parents(String head) {
        return Stream.of(head.split("\r\n"))
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("traceparent: "))
                .map(line -> line.substring("traceparent: ".length()))
                .toList();
    }

    private static void assertIsParent(ExchangeRecord record, String head, String flags) {
        assertThat(parents(head)).containsExactly("00-" + record.traceId() + "-" + record.spanId() + "-" + flags);
    }

    @Test
    void aRequestWithoutATraceGetsOne() {
        get("");
        ExchangeRecord record = gate.proxy.record();
        assertIsParent(record, gate.reached().get(0), "00");
    }

    @Test
    void theRulesPolicyDecides() {
        sample(100);
        get("");
        gate.proxy.record();
        assertThat(parents(gate.reached().get(0))).singleElement().asString().endsWith("-01");
    }

    @Test
    void aTrustedClientsTraceGoesOn() {
        get("TraceParent: " + CLIENT + "\r\ntracestate: a=1\r\nbaggage: k=v\r\n");
        ExchangeRecord record = gate.proxy.record();
        assertThat(record.traceId()).isEqualTo(ID);
        assertThat(gate.reached().get(0)).contains("\r\ntracestate: a=1\r\n", "\r\nbaggage: k=v\r\n");
        assertThat(parents(gate.reached().get(0)))
                .singleElement()
                .asString()
                .startsWith("00-" + ID + "-")
                .endsWith("-01");
    }

    @Test
    void aStrangersTraceDoesNot() {
        trust(false);
        get("traceparent: " + CLIENT + "\r\ntracestate: a=1\r\nbaggage: k=v\r\n");
        ExchangeRecord record = gate.proxy.record();
        assertThat(record.traceId()).isNotEqualTo(ID);
        assertIsParent(record, gate.reached().get(0), "00");
        assertThat(gate.reached().get(0)).doesNotContain("tracestate").contains("\r\nbaggage: k=v\r\n");
    }

    @Test
    void whatIsRefusedHasATraceToo() {
        try (RawHttp client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\ntraceparent: " + CLIENT + "\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(400);
        }
        assertThat(gate.proxy.record().traceId()).isEqualTo(ID);
        try (RawHttp client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\n: no name\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(400);
        }
        ExchangeRecord unread = gate.proxy.record();
        assertThat(unread.traceId()).matches("[0-9a-f]{32}");
        assertThat(unread.spanId()).matches("[0-9a-f]{16}");
    }

    @Test
    void eachTryIsAParentOfItsOwn() throws IOException {
        try (MisbehavingBackend flaky = MisbehavingBackend.start(TracingTest::closesTheFirst)) {
            gate.proxy
                    .clearRoutes()
                    .cluster("flaky", flaky.port())
                    .route("/", "flaky")
                    .apply();
            assertThat(get("traceparent: " + CLIENT + "\r\n").status()).isEqualTo(200);
            ExchangeRecord record = gate.proxy.record();
            assertThat(record.attempts()).isEqualTo(2);
            List<String> parents = flaky.requests().stream()
                    .flatMap(head -> parents(head).stream())
                    .toList();
            assertThat(parents)
                    .hasSize(2)
                    .doesNotHaveDuplicates()
                    .allMatch(parent -> parent.startsWith("00-" + ID + "-") && parent.endsWith("-01"))
                    .noneMatch(parent -> parent.contains(record.spanId()));
        }
    }

    private static void closesTheFirst(BackendConnection connection) throws IOException {
        if (connection.number() > 1) {
            Behaviours.wellBehaved().serve(connection);
        }
        connection.readHead();
    }

    @Test
    void aMirrorBelongsToTheSameTrace() {
        try (MisbehavingBackend mirror = MisbehavingBackend.start(Behaviours.wellBehaved())) {
            Filter copy = new Filter.Mirror(new Target.ToCluster("mirror"), 1, 1);
            gate.proxy
                    .clearRoutes()
                    .cluster("mirror", mirror.port())
                    .route("/", "behind", Timeouts.NONE, copy)
                    .apply();
            get("traceparent: " + CLIENT + "\r\n");
            assertThat(mirror.awaitRequests(1)).isTrue();
            assertIsParent(gate.proxy.record(), mirror.requests().get(0), "01");
        }
    }

    @Test
    void anUpgradeIsTracedToo() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n");
                });
                RawHttp client = gate.connect()) {
            gate.proxy
                    .clearRoutes()
                    .cluster("ws", backend.port())
                    .route("/", "ws")
                    .apply();
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
            assertIsParent(gate.proxy.record(), backend.requests().get(0), "00");
        }
    }

    @Test
    void aCallOverHttp2IsTracedToo() {
        try (RawHttp2 client = RawHttp2.connect(gate.proxy.port())) {
            int call = client.request(
                    "POST", "/a.B/Call", "content-type", "application/grpc", "te", "trailers", "traceparent", CLIENT);
            assertThat(client.answer(call).status()).isEqualTo(200);
        }
        assertThat(gate.proxy.record().traceId()).isEqualTo(ID);
        assertThat(parents(gate.reached().get(0))).singleElement().asString().startsWith("00-" + ID + "-");
    }
}
