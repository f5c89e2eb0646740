package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.UpstreamTls;
import dev.torii.testkit.BackendConnection;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.SeenRequest;
import dev.torii.testkit.ServerTls;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections to HTTP/2 backends: TLS, how many streams, windows, limits, and what is tried again when one is lost. */
class Http2BackendTest {

    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int MAX_HEADER_LIST_SIZE = 6;

    private final TestProxy proxy = new TestProxy();
    private final List<RawHttp2> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(RawHttp2::close);
        proxy.close();
    }

    private RawHttp2 client() {
        RawHttp2 client = RawHttp2.connect(proxy.port());
        clients.add(client);
        return client;
    }

    private RawHttp2 clientOf(MisbehavingBackend backend, int maxConnections) {
        serve(backend.port(), maxConnections);
        return client();
    }

    private void serve(int port, int maxConnections) {
        ConnectionSettings settings = new ConnectionSettings(1_000, 4_000, maxConnections);
        proxy.cluster("b", Cluster.Protocol.HTTP2, LoadBalancing.DEFAULT, settings, port)
                .route("/", "b")
                .apply();
    }

    private static void ok(RawHttp2 connection, int stream, String body) {
        connection.headers(stream, false, ":status", "200").data(stream, true, body);
    }

    private static String path(RawHttp2.Block head) {
        return head.lines().stream()
                .filter(line -> line.getKey().equals(":path"))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private Http2Answer get(RawHttp2 client, String path) {
        return client.answer(client.request("GET", path));
    }

    private static Cluster tls(int port, UpstreamTls tls) {
        return new Cluster(
                "b",
                "default/b",
                Cluster.Protocol.HTTP2,
                List.of(new Endpoint("127.0.0.1", port)),
                LoadBalancing.DEFAULT,
                ConnectionSettings.DEFAULT,
                tls,
                null);
    }

    @Test
    void overTlsTheProtocolIsAgreedByAlpnAndAConnectionMadeUnderOtherSettingsIsNotUsedAgain() {
        Certificates authority = Certificates.authority("upstream");
        Certificates.Leaf leaf = authority.issue("one.example", "two.example");
        Vertx vertx = Vertx.vertx();
        try (EchoBackend backend =
                EchoBackend.startTls(vertx, Pod.of("b"), ServerTls.of(leaf.certificatePem(), leaf.keyPem()))) {
            proxy.route("/", "b").apply();
            RawHttp2 client = client();
            for (String name : List.of("one.example", "two.example")) {
                UpstreamTls tls = new UpstreamTls(name, List.of(), authority.caPem(), null);
                proxy.cluster(tls(backend.port(), tls)).apply();
                for (int i = 0; i < 3; i++) {
                    assertThat(get(client, "/").status()).isEqualTo(200);
                }
            }
            assertThat(backend.journal().all())
                    .extracting(SeenRequest::protocol)
                    .containsOnly("HTTP/2.0")
                    .hasSize(6);
            assertThat(backend.journal().all())
                    .extracting(SeenRequest::serverName)
                    .containsExactly(
                            "one.example", "one.example", "one.example", "two.example", "two.example", "two.example");
            // A name that the certificate does not have.
            proxy.cluster(tls(backend.port(), new UpstreamTls("three.example", List.of(), authority.caPem(), null)))
                    .apply();
            Http2Answer refused = get(client, "/");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("x-torii-reason")).isEqualTo("UF tls_handshake_failed");
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void requestsWaitForAStreamWhenTheBackendAllowsFew() throws IOException {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2(MAX_CONCURRENT_STREAMS, 1);
            while (true) {
                RawHttp2.Block head = http2.awaitHeaders();
                connection.count(path(head));
                ok(http2, head.stream(), path(head));
            }
        })) {
            RawHttp2 client = clientOf(backend, 1);
            int last = 0;
            for (int i = 0; i < 50; i++) {
                last = client.request("GET", "/" + i);
            }
            assertThat(client.answer(last).body()).isEqualTo("/49");
            assertThat(backend.requests()).hasSize(50);
            assertThat(backend.connections()).isEqualTo(1);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(proxy.record().status()).isEqualTo(200);
        }
    }

    @Test
    void aBackendMayAllowNoStreamAtFirst() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2(MAX_CONCURRENT_STREAMS, 0);
            // The proxy has seen them: it says so.
            Http2Frame frame = http2.await(Http2Frame.SETTINGS);
            while (!frame.has(Http2Frame.ACK)) {
                frame = http2.await(Http2Frame.SETTINGS);
            }
            http2.send(Http2Frame.settings(MAX_CONCURRENT_STREAMS, 10));
            ok(http2, http2.awaitHeaders().stream(), "at last");
            connection.stall();
        })) {
            RawHttp2 client = clientOf(backend, 1);
            assertThat(get(client, "/").body()).isEqualTo("at last");
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    /** The connection dies with requests in flight: those that may be repeated are, on a new one, all at once. */
    @ParameterizedTest
    @CsvSource({"GET, 200", "POST, 502"})
    void whatALostConnectionCarriedIsTriedAgainIfThatIsSafe(String method, int status) {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            if (connection.number() == 1) {
                ok(http2, http2.awaitHeaders().stream(), "first");
                for (int i = 0; i < 10; i++) {
                    http2.awaitHeaders();
                }
                return;
            }
            while (true) {
                ok(http2, http2.awaitHeaders().stream(), "again");
            }
        })) {
            RawHttp2 client = clientOf(backend, 10);
            assertThat(get(client, "/").body()).isEqualTo("first");
            assertThat(proxy.record().status()).isEqualTo(200);
            for (int i = 0; i < 10; i++) {
                client.request(method, "/");
            }
            for (int i = 0; i < 10; i++) {
                assertThat(proxy.record().status()).isEqualTo(status);
            }
            assertThat(backend.connections()).isEqualTo(status == 200 ? 2 : 1);
        }
    }

    @Test
    void aBodyBeforeItsHeadIsMalformed() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            http2.data(http2.awaitHeaders().stream(), false, "what?");
            int second = http2.awaitHeaders().stream();
            http2.headers(second, false, ":status", "100");
            http2.data(second, true, "what?");
            ok(http2, http2.awaitHeaders().stream(), "sound");
            connection.stall();
        })) {
            RawHttp2 client = clientOf(backend, 1);
            for (int i = 0; i < 2; i++) {
                assertThat(get(client, "/").header("x-torii-reason")).isEqualTo("UPE malformed_response");
                assertThat(proxy.record().fault()).isEqualTo(Fault.UPE);
            }
            assertThat(get(client, "/").body()).isEqualTo("sound");
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    /** What waits for slow clients is more than one connection's window; others on the same connection get on. */
    @Test
    void slowClientsHoldUpTheirOwnStreamsOnly() {
        int slow = 40;
        int pieces = 4;
        String piece = "x".repeat(16_000);
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            List<Integer> streams = new ArrayList<>();
            for (int i = 0; i < slow; i++) {
                int stream = http2.awaitHeaders().stream();
                streams.add(stream);
                http2.headers(stream, false, ":status", "200");
                // As much as the stream's window takes, for a client that takes none of it.
                for (int p = 0; p < pieces; p++) {
                    http2.data(stream, false, piece);
                }
                connection.count("slow");
            }
            ok(http2, http2.awaitHeaders().stream(), "quick");
            for (int stream : streams) {
                http2.data(stream, true, "");
            }
            connection.stall();
        })) {
            serve(backend.port(), 1);
            for (int i = 0; i < slow; i++) {
                RawHttp2 client = RawHttp2.connect(proxy.port(), INITIAL_WINDOW_SIZE, 0);
                client.request("GET", "/slow");
                clients.add(client);
            }
            assertThat(backend.awaitRequests(slow)).isTrue();
            assertThat(get(client(), "/quick").body()).isEqualTo("quick");
            assertThat(backend.connections()).isEqualTo(1);
            for (RawHttp2 client : clients.subList(0, slow)) {
                client.send(Http2Frame.number(Http2Frame.WINDOW_UPDATE, 1, 1 << 20));
                assertThat(client.answer(1).body()).hasSize(pieces * piece.length());
            }
        }
    }

    /** {@link dev.torii.proxy.LoopWatch} finds what is not released. */
    @Test
    void whatWaitedForAClientThatLeavesIsReleased() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            while (true) {
                int stream = http2.awaitHeaders().stream();
                http2.headers(stream, false, ":status", "200");
                http2.data(stream, false, "x".repeat(16_000)).data(stream, false, "x".repeat(16_000));
                connection.count("sent");
                http2.data(stream, false, "x".repeat(16_000));
            }
        })) {
            serve(backend.port(), 1);
            for (int i = 0; i < 10; i++) {
                RawHttp2 client = RawHttp2.connect(proxy.port(), INITIAL_WINDOW_SIZE, i * 1_000);
                client.request("GET", "/slow");
                clients.add(client);
            }
            assertThat(backend.awaitRequests(10)).isTrue();
            clients.forEach(RawHttp2::awaitHeaders);
            clients.forEach(RawHttp2::close);
            for (int i = 0; i < 10; i++) {
                assertThat(proxy.record().fault()).isEqualTo(Fault.DC);
            }
        }
    }

    @Test
    void aHeadOverTheBackendsLimitIsNotSentAndEndsNothingElse() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2(MAX_HEADER_LIST_SIZE, 1_000);
            while (true) {
                ok(http2, http2.awaitHeaders().stream(), "ok");
            }
        })) {
            RawHttp2 client = clientOf(backend, 1);
            assertThat(get(client, "/").status()).isEqualTo(200);
            Http2Answer refused = client.answer(client.request("GET", "/", "x-large", "y".repeat(1_000)));
            assertThat(refused.status()).isEqualTo(431);
            assertThat(refused.header("x-torii-reason")).isEqualTo("TL headers_too_large_for_backend");
            assertThat(get(client, "/").status()).isEqualTo(200);
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @Test
    void aConnectFailureTellsAllWhoWait() {
        serve(FreePort.find(), 1);
        RawHttp2 client = client();
        for (int i = 0; i < 20; i++) {
            client.request("POST", "/");
        }
        for (int i = 0; i < 20; i++) {
            assertThat(proxy.record().detail()).isEqualTo("connection_refused");
        }
    }

    @Test
    void aSilentBackendIsAConnectFailure() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(BackendConnection::stall)) {
            RawHttp2 client = clientOf(backend, 1);
            assertThat(get(client, "/").header("x-torii-reason")).isEqualTo("UF no_http2");
            assertThat(backend.awaitClosed()).isTrue();
        }
    }
}
