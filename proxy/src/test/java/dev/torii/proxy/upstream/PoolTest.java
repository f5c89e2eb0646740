package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.Cluster.Protocol;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.UpstreamTls;
import dev.torii.testkit.BackendConnection;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.SeenRequest;
import dev.torii.testkit.ServerTls;
import io.vertx.core.Vertx;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections to backends: how long they rest, how many there are, who waits for one, and when they are left. */
class PoolTest {

    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    /** Far longer than any test: whatever is closed, is closed for another reason. */
    private static final long FOR_EVER = 600_000;

    private final TestProxy proxy = new TestProxy();
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void close() {
        proxy.close();
    }

    private void serve(Protocol protocol, int maxPerEndpoint, int... ports) {
        ConnectionSettings settings = new ConnectionSettings(1_000, FOR_EVER, maxPerEndpoint);
        proxy.cluster("b", protocol, LoadBalancing.DEFAULT, settings, ports)
                .clearRoutes()
                .route("/", "b")
                .apply();
    }

    private void get() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.timeout(Duration.ofSeconds(30)).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }

    private void awaitGate() throws IOException {
        try {
            gate.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Answers each request, in either version, once the gate is open. */
    private MisbehavingBackend behindGate(Protocol protocol) {
        return MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = protocol == Protocol.HTTP2 ? connection.http2() : null;
            while (true) {
                int stream = 0;
                if (http2 == null) {
                    connection.readHead();
                } else {
                    stream = http2.awaitHeaders().stream();
                    connection.count("h2");
                }
                awaitGate();
                if (http2 == null) {
                    connection.send(OK);
                } else {
                    http2.headers(stream, false, ":status", "200").data(stream, true, "ok");
                }
            }
        });
    }

    @Test
    void theAnnouncedKeepAliveIsUndercut() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(
                Behaviours.answers("HTTP/1.1 200 OK\r\nKeep-Alive: max=9, timeout=2\r\ncontent-length: 2\r\n\r\nok"))) {
            serve(Protocol.HTTP1, 10, backend.port());
            get();
            get();
            assertThat(backend.connections()).isEqualTo(1);
            assertThat(backend.awaitClosed()).isTrue();
            get();
        }
    }

    @Test
    void theKeepAliveThatABackendKeepsToItselfIsLearned() {
        CountDownLatch proxyClosedFirst = new CountDownLatch(1);
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            // Closes what has rested for half a second, the first time. Later it waits for ever.
            try {
                while (true) {
                    if (connection.number() == 1) {
                        connection.readHead(500);
                    } else {
                        connection.readHead();
                    }
                    connection.send(OK);
                }
            } catch (EOFException end) {
                if (connection.number() == 2) {
                    proxyClosedFirst.countDown();
                }
            }
        })) {
            serve(Protocol.HTTP1, 10, backend.port());
            get();
            assertThat(backend.awaitClosed()).isTrue();
            get();
            assertThat(backend.connections()).isEqualTo(2);
            assertThat(backend.awaitClosed()).isTrue();
            assertThat(proxyClosedFirst.getCount()).isZero();
        }
    }

    /** A backend that closes at any moment between two requests: no user ever sees it. */
    @Test
    void aBackendThatClosesAfterFewRequestsFailsNobody() throws IOException {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
                    for (int i = 0; i < 3; i++) {
                        connection.readHead();
                        connection.send(OK);
                    }
                });
                RawHttp client = connectAfter(backend)) {
            for (int i = 0; i < 300; i++) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse().status()).isEqualTo(200);
            }
        }
    }

    private RawHttp connectAfter(MisbehavingBackend backend) {
        serve(Protocol.HTTP1, 10, backend.port());
        return RawHttp.connect(proxy.port());
    }

    @Test
    void noMoreConnectionsAreMadeThanAllowedAndWhoWaitsIsServed() {
        try (MisbehavingBackend backend = behindGate(Protocol.HTTP1)) {
            serve(Protocol.HTTP1, 2, backend.port());
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                for (int i = 0; i < 20; i++) {
                    client.request("POST", "/" + i);
                }
                assertThat(backend.awaitRequests(2)).isTrue();
                gate.countDown();
                for (int i = 0; i < 20; i++) {
                    assertThat(proxy.record().status()).isEqualTo(200);
                }
            }
            assertThat(backend.connections()).isEqualTo(2);
            assertThat(backend.requests()).hasSize(20);
        }
    }

    @Test
    void theQueueForAConnectionIsBounded() {
        int room = 1 + 1024;
        int over = 75;
        try (MisbehavingBackend backend = behindGate(Protocol.HTTP1)) {
            serve(Protocol.HTTP1, 1, backend.port());
            List<RawHttp2> clients = new ArrayList<>();
            for (int sent = 0; sent < room + over; sent += 100) {
                RawHttp2 client = RawHttp2.connect(proxy.port());
                clients.add(client);
                for (int i = 0; i < 100; i++) {
                    client.request("GET", "/");
                }
                // One is in flight; until then the connection's own request waits as well.
                assertThat(backend.awaitRequests(1)).isTrue();
            }
            for (int i = 0; i < over; i++) {
                ExchangeRecord record = proxy.record();
                assertThat(record.fault()).isEqualTo(Fault.UO);
                assertThat(record.detail()).isEqualTo("connection_queue_full");
                assertThat(record.status()).isEqualTo(503);
            }
            gate.countDown();
            for (int i = 0; i < room; i++) {
                ExchangeRecord record = proxy.record();
                assertThat(record.status()).as(record.detail()).isEqualTo(200);
            }
            clients.forEach(RawHttp2::close);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP1", "HTTP2"})
    void anEndpointThatLeavesTheConfigurationFinishesWhatItHas(Protocol protocol) {
        try (MisbehavingBackend leaving = behindGate(protocol);
                MisbehavingBackend staying = behindGate(protocol)) {
            serve(protocol, 10, leaving.port());
            try (RawHttp slow = RawHttp.connect(proxy.port())) {
                slow.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(leaving.awaitRequests(1)).isTrue();
                serve(protocol, 10, staying.port());
                assertThat(leaving.openConnections()).isEqualTo(1);
                gate.countDown();
                assertThat(slow.readResponse().body()).isEqualTo("ok");
                assertThat(leaving.awaitClosed()).isTrue();
            }
            get();
            assertThat(leaving.requests()).hasSize(1);
            assertThat(staying.requests()).hasSize(1);
        }
    }

    /** A connection that rests when its endpoint leaves is closed at once. */
    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP1", "HTTP2"})
    void restingConnectionsOfAnEndpointThatLeavesAreClosed(Protocol protocol) {
        gate.countDown();
        try (MisbehavingBackend leaving = behindGate(protocol);
                MisbehavingBackend staying = behindGate(protocol)) {
            serve(protocol, 10, leaving.port());
            get();
            assertThat(leaving.openConnections()).isEqualTo(1);
            serve(protocol, 10, staying.port());
            assertThat(leaving.awaitClosed()).isTrue();
        }
    }

    /** Requests that wait for a connection when the protocol changes go over one of the new kind. */
    @Test
    void whoWaitsWhenTheProtocolChangesIsServedInTheNewOne() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            if (connection.number() == 1) {
                connection.readHead();
                connection.stall();
            }
            RawHttp2 http2 = connection.http2();
            while (true) {
                int stream = http2.awaitHeaders().stream();
                http2.headers(stream, false, ":status", "200").data(stream, true, "new");
            }
        })) {
            serve(Protocol.HTTP1, 1, backend.port());
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                client.request("GET", "/stalls");
                assertThat(backend.awaitRequests(1)).isTrue();
                int waits = client.request("GET", "/waits");
                TestProxy.eventually(
                        "in flight", () -> TestProxy.await(proxy.plane().live()), 2);
                serve(Protocol.HTTP2, 1, backend.port());
                assertThat(client.answer(waits).body()).isEqualTo("new");
            }
        }
    }

    /** Rolling restarts: every connection is told to go after some requests, and nobody notices. */
    @Test
    void goAwayUnderLoadFailsNobody() {
        int requests = 2_000;
        try (MisbehavingBackend backend = MisbehavingBackend.start(PoolTest::goesAwayNowAndThen)) {
            serve(Protocol.HTTP2, 4, backend.port());
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                int answered = 0;
                for (int sent = 0; sent < requests; sent += 50) {
                    for (int i = 0; i < 50; i++) {
                        client.request(i % 2 == 0 ? "GET" : "POST", "/");
                    }
                    for (int i = 0; i < 50; i++) {
                        ExchangeRecord record = proxy.record();
                        assertThat(record.status()).as(record.detail()).isEqualTo(200);
                        answered++;
                    }
                }
                assertThat(answered).isEqualTo(requests);
            }
            assertThat(backend.connections()).isGreaterThan(20);
        }
    }

    /** Serves 40 streams, then names the last of them, finishes those, and ignores all that came after. */
    private static void goesAwayNowAndThen(BackendConnection connection) throws IOException {
        RawHttp2 http2 = connection.http2();
        int last = 0;
        for (int i = 0; i < 40; i++) {
            last = http2.awaitHeaders().stream();
            if (i < 39) {
                http2.headers(last, false, ":status", "200").data(last, true, "ok");
            }
        }
        byte[] payload = {0, 0, 0, (byte) last, 0, 0, 0, 0};
        http2.send(new Http2Frame(Http2Frame.GOAWAY, 0, 0, payload));
        http2.headers(last, false, ":status", "200").data(last, true, "ok");
        connection.stall();
    }

    @Test
    void aConnectionMadeUnderOtherTlsSettingsIsNotUsedAgain() {
        Certificates authority = Certificates.authority("upstream");
        Certificates.Leaf leaf = authority.issue("one.example", "two.example");
        Vertx vertx = Vertx.vertx();
        try (EchoBackend backend =
                EchoBackend.startTls(vertx, Pod.of("b"), ServerTls.of(leaf.certificatePem(), leaf.keyPem()))) {
            proxy.route("/", "b");
            for (String name : List.of("one.example", "two.example")) {
                UpstreamTls tls = new UpstreamTls(name, List.of(), authority.caPem(), null);
                proxy.cluster(new Cluster(
                                "b",
                                "default/b",
                                Protocol.HTTP1,
                                List.of(new Endpoint("127.0.0.1", backend.port())),
                                LoadBalancing.DEFAULT,
                                ConnectionSettings.DEFAULT,
                                tls,
                                null))
                        .apply();
                get();
                get();
            }
            assertThat(backend.journal().all())
                    .extracting(SeenRequest::serverName)
                    .containsExactly("one.example", "one.example", "two.example", "two.example");
        } finally {
            vertx.close().await();
        }
    }
}
