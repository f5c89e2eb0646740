package dev.torii.proxy.stream;

import static dev.torii.proxy.stream.TestStreams.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Listening;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import dev.torii.testkit.ServerTls;
import dev.torii.testkit.TcpEchoServer;
import dev.torii.testkit.TlsClients;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTPS listeners that share a port with TLS listeners are as good as on a port of their own. */
class HttpsBesideTlsTest {

    private static final String WEB = "web.example.com";
    private static final String ENDED = "ended.example.com";
    private static final String PASSED = "passed.example.com";
    private static final Certificates CA = Certificates.authority("Gateway CA");
    private static final Certificates.Leaf WEB_LEAF = CA.issue(WEB);
    private static final Certificates.Leaf ENDED_LEAF = CA.issue(ENDED);
    private static final Certificates.Leaf BACKEND_LEAF = CA.issue(PASSED);

    private final TestStreams streams = new TestStreams();

    @BeforeEach
    void backends() {
        TcpEchoServer tls = TcpEchoServer.startTls(
                streams.vertx(), Pod.of("passed"), ServerTls.of(BACKEND_LEAF.certificatePem(), BACKEND_LEAF.keyPem()));
        streams.cluster("passed", tls.port())
                .cluster(
                        "ended",
                        TcpEchoServer.start(streams.vertx(), Pod.of("ended")).port())
                .cluster(
                        "web", EchoBackend.start(streams.vertx(), Pod.of("web")).port());
    }

    @AfterEach
    void close() {
        streams.close();
    }

    private void serveAll(Certificates.Leaf web) {
        streams.passthrough(PASSED, to("passed"))
                .terminate(ENDED, ENDED_LEAF, to("ended"))
                .https(WEB, web, to("web"))
                .apply();
    }

    @Test
    void eachNameGetsItsOwn() {
        serveAll(WEB_LEAF);

        try (RawHttp web = connect(WEB, "http/1.1")) {
            assertThat(web.tls().getApplicationProtocol()).isEqualTo("http/1.1");
            assertThat(shown(web)).isEqualTo(WEB_LEAF.certificate());
            assertThat(get(web, WEB, "/one").status()).isEqualTo(200);
            assertThat(get(web, WEB, "/two").status()).isEqualTo(200);
        }
        assertThat(streams.record().path()).isEqualTo("/one");
        assertThat(streams.record().path()).isEqualTo("/two");
        assertThat(serviceBehind(ENDED)).isEqualTo("ended");
        assertThat(streams.record().protocol()).isEqualTo("TLS");
        assertThat(serviceBehind(PASSED)).isEqualTo("passed");
        assertThat(streams.record().protocol()).isEqualTo("TLS");
        assertThatThrownBy(() -> connect("nobody.example.com")).hasMessageContaining("unrecognized_name");
        assertThat(streams.record().detail()).isEqualTo("no_listener_for_server_name");
    }

    @Test
    void anHttpsClientNeedNotNegotiate() {
        serveAll(WEB_LEAF);

        try (RawHttp web = connect(WEB)) {
            assertThat(get(web, WEB, "/").status()).isEqualTo(200);
        }
        assertThat(streams.record().protocol()).isEqualTo("HTTP/1.1");
    }

    @Test
    void http2IsServed() {
        serveAll(WEB_LEAF);

        try (RawHttp2 web = RawHttp2.over(connect(WEB, "h2", "http/1.1").tls())) {
            Http2Answer answer =
                    web.answer(web.open(true, ":method", "GET", ":scheme", "https", ":authority", WEB, ":path", "/h2"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(new JsonObject(answer.body()).getString("path")).isEqualTo("/h2");
            Http2Answer misdirected =
                    web.answer(web.open(true, ":method", "GET", ":scheme", "https", ":authority", ENDED, ":path", "/"));
            assertThat(misdirected.status()).isEqualTo(421);
        }
        assertThat(streams.record().protocol()).isEqualTo("HTTP/2");
        assertThat(streams.record().fault()).isEqualTo(Fault.MR);
    }

    @Test
    void hostsOfTheOtherListenersAreMisdirected() {
        serveAll(WEB_LEAF);

        try (RawHttp web = connect(WEB)) {
            assertThat(get(web, PASSED, "/").status()).isEqualTo(421);
            assertThat(get(web, ENDED, "/").status()).isEqualTo(421);
            assertThat(get(web, "nobody.example.com", "/").status()).isEqualTo(421);
        }
        assertThat(streams.record().fault()).isEqualTo(Fault.MR);
    }

    @Test
    void aHeadThatIsTooLargeOrTooSlowIsRefused() {
        streams.limits(2_000, 300);
        serveAll(WEB_LEAF);

        try (RawHttp web = connect(WEB)) {
            web.send("GET / HTTP/1.1\r\nHost: " + WEB + "\r\nx: " + "y".repeat(3_000) + "\r\n\r\n");
            assertThat(web.readResponse().status()).isEqualTo(431);
        }
        assertThat(streams.record().detail()).isEqualTo("headers_too_large");
        try (RawHttp web = connect(WEB)) {
            web.send("GET / HTTP/1.1\r\nHo");
            assertThat(web.readToEnd()).startsWith("HTTP/1.1 408 ").contains("x-torii-reason: SI header_timeout");
        }
    }

    @Test
    void aSilentClientIsClosed() {
        streams.timeouts(200, 200);
        serveAll(WEB_LEAF);

        try (RawHttp before = RawHttp.connect(streams.port());
                RawHttp after = connect(WEB, "http/1.1")) {
            assertThat(before.closedWithin(Duration.ofSeconds(10))).isTrue();
            assertThat(after.closedWithin(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(streams.record().detail()).isEqualTo("handshake_timeout");
    }

    @Test
    void aHandshakeThatFailsIsRecorded() {
        serveAll(WEB_LEAF);

        assertThatThrownBy(() -> RawHttp.connectTls(
                        Listening.HOST,
                        streams.port(),
                        TlsClients.trusting(Certificates.authority("Other").caPem()),
                        WEB,
                        List.of()))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(streams.record().fault()).isIn(Fault.DPE, Fault.DC);
    }

    @Test
    void certificatesChangeUnderAnOpenConnection() {
        serveAll(WEB_LEAF);
        int port = streams.port();
        Certificates.Leaf renewed = CA.issue(WEB);
        try (RawHttp open = connect(WEB)) {
            assertThat(get(open, WEB, "/").status()).isEqualTo(200);

            serveAll(renewed);

            assertThat(streams.port()).isEqualTo(port);
            assertThat(get(open, WEB, "/").status()).isEqualTo(200);
            try (RawHttp later = connect(WEB)) {
                assertThat(shown(later)).isEqualTo(renewed.certificate());
            }
        }
    }

    @Test
    void listenersOfAllKindsComeAndGoBehindAnOpenPort() {
        streams.https(WEB, WEB_LEAF, to("web")).apply();
        int port = streams.port();
        try (RawHttp open = connect(WEB)) {
            assertThat(get(open, WEB, "/").status()).isEqualTo(200);

            serveAll(WEB_LEAF);
            assertThat(get(open, WEB, "/").status()).isEqualTo(200);
            try (RawHttp passed = connect(PASSED)) {
                assertThat(service(passed)).isEqualTo("passed");

                streams.https(WEB, WEB_LEAF, to("web")).apply();
                assertThat(get(open, WEB, "/").status()).isEqualTo(200);
                assertThat(passed.send("PING\n").readUntil("\n")).isEqualTo("PONG\n");
            }
        }
        assertThat(streams.port()).isEqualTo(port);
    }

    @Test
    void drainLetsAllOfThemFinish() {
        serveAll(WEB_LEAF);
        Future<Void> drained;
        try (RawHttp web = connect(WEB);
                RawHttp2 web2 = RawHttp2.over(connect(WEB, "h2").tls());
                RawHttp passed = connect(PASSED)) {
            web.send("POST /slow HTTP/1.1\r\nHost: " + WEB + "\r\nContent-Length: 4\r\n\r\nab");
            int slow = web2.open(false, ":method", "POST", ":scheme", "https", ":authority", WEB, ":path", "/slow2");
            TestProxy.eventually(
                    "in flight", () -> TestProxy.await(streams.plane().live()), 2);

            drained = streams.plane().drain(Duration.ofMillis(1), Duration.ofSeconds(60));

            web2.awaitGoAway();
            web2.data(slow, true, "done");
            assertThat(web2.answer(slow).status()).isEqualTo(200);
            RawResponse last = web.send("cd").readResponse();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.header("connection")).isEqualTo("close");
            assertThat(service(passed)).isEqualTo("passed");
            assertThat(drained.isComplete()).isFalse();
        }
        TestProxy.await(drained);
    }

    private RawHttp connect(String serverName, String... alpn) {
        return RawHttp.connectTls(
                Listening.HOST, streams.port(), TlsClients.trusting(CA.caPem()), serverName, List.of(alpn));
    }

    private static RawResponse get(RawHttp client, String host, String path) {
        return client.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                .readResponse();
    }

    private static X509Certificate shown(RawHttp client) {
        try {
            return (X509Certificate) client.tls().getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String serviceBehind(String serverName) {
        try (RawHttp client = connect(serverName)) {
            return service(client);
        }
    }

    private static String service(RawHttp client) {
        assertThat(client.readUntil("\n")).isEqualTo(TcpEchoServer.GREETING + "\n");
        return new JsonObject(client.send("TEST\n").readUntil("\n")).getString("service");
    }
}
