package dev.torii.proxy.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Speaks;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an app opens: asked for by name as of a proxy, or for a place, as captured connections are. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
final class OutboundTest {

    private static String get(String target, String host, String more) {
        return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n";
    }

    private static String connect(String place) {
        return "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n\r\n";
    }

    private static int status(TestSidecar sidecar, String target, String host) {
        try (RawHttp client = RawHttp.connect(sidecar.port())) {
            int status = client.send(get(target, host, "Connection: close\r\n"))
                    .readResponse()
                    .status();
            sidecar.record();
            return status;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reviews",
                "reviews:80",
                "Reviews.Shop",
                "reviews.shop.svc",
                "reviews.shop.svc.cluster.local",
                "reviews.shop.svc.cluster.local.:80"
            })
    void aServiceIsFoundByItsNames(String host) {
        try (MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound()) {
            sidecar.service("reviews", 80, Speaks.HTTP, reviews.port(), "/r").apply();

            assertThat(status(sidecar, "http://" + host + "/r/1", "ignored")).isEqualTo(200);
            assertThat(reviews.requests().get(0))
                    .startsWith("GET /r/1 HTTP/1.1\r\n")
                    .contains("\r\nHost: " + host + "\r\n");
            assertThat(status(sidecar, "/r/2", host)).isEqualTo(200);
            assertThat(status(sidecar, "http://" + host + "/none", host)).isEqualTo(404);
        }
    }

    @Test
    void whatTheAppSaysOfItsClientIsKeptAndNothingIsAdded() {
        try (MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            sidecar.service("reviews", 80, Speaks.HTTP, reviews.port()).apply();

            client.send(
                    get(
                            "/",
                            "reviews",
                            "x-forwarded-for: 1.2.3.4\r\nforwarded: for=1.2.3.4\r\nx-request-id: r-1\r\nx-torii-attempt: 2\r\n"));

            assertThat(client.readResponse().header("x-request-id")).isEqualTo("r-1");
            assertThat(reviews.requests().get(0))
                    .contains("x-forwarded-for: 1.2.3.4\r\n", "forwarded: for=1.2.3.4\r\n", "x-request-id: r-1\r\n")
                    .doesNotContain("127.0.0.1", "x-forwarded-proto")
                    .as("an app may have copied that from what it serves")
                    .doesNotContain("x-torii-attempt");
            assertThat(sidecar.record().role()).isEqualTo("outbound");
        }
    }

    @Test
    void whatIsOutsideIsPassedOnUnlessStrict() {
        try (MisbehavingBackend outside = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound().apply();
                TestSidecar strict = TestSidecar.strict().apply()) {
            String place = "127.0.0.1:" + outside.port();
            assertThat(status(sidecar, "http://" + place + "/", place)).isEqualTo(200);
            assertThat(status(strict, "http://" + place + "/", place)).isEqualTo(502);
            try (RawHttp client = strict.connected(place)) {
                client.send(get("/", place, "Connection: close\r\n"));
                assertThat(client.readResponse().status()).isEqualTo(502);
                assertThat(strict.record().detail()).isEqualTo("no_service_at_address");
            }
        }
    }

    @Test
    void aRequestForTheSidecarItselfDoesNotGoRound() {
        try (TestSidecar sidecar = TestSidecar.outbound().apply()) {
            for (String host :
                    List.of("127.0.0.1", "LOCALHOST", "127.1", "[::ffff:127.0.0.1]", "localhost.localdomain")) {
                String self = host + ":" + sidecar.port();
                assertThat(status(sidecar, "http://" + self + "/", self))
                        .as(self)
                        .isEqualTo(502);
            }
            assertThat(status(sidecar, "/", "localhost:" + sidecar.port())).isEqualTo(502);
        }
    }

    @Test
    void aConnectionForAServiceIsRoutedAsHttp() {
        try (MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound()) {
            sidecar.service("declared", 80, Speaks.HTTP, reviews.port(), "/r")
                    .service("likely", 80, Speaks.CLIENT_FIRST, reviews.port(), "/r")
                    .service("unknown", 80, Speaks.UNKNOWN, reviews.port(), "/r")
                    .apply();
            for (String name : List.of("declared", "likely", "unknown")) {
                try (RawHttp client = sidecar.connected(name + ":80")) {
                    // any Host: the place says which Service it is
                    client.send(get("/r", "other", ""));
                    assertThat(client.readResponse().status()).as(name).isEqualTo(200);
                    assertThat(sidecar.record().service()).isEqualTo("shop/" + name);
                    client.send(get("/none", "other", "Connection: close\r\n"));
                    assertThat(client.readResponse().status()).as(name).isEqualTo(404);
                    assertThat(sidecar.record().fault()).isEqualTo(Fault.NR);
                }
            }
            assertThat(sidecar.silent.get() + sidecar.unknown.get()).isZero();
        }
    }

    @Test
    void whatComesBehindAConnectIsNotLost() {
        String said = "PING of somebody in a hurry\r\n";
        try (MisbehavingBackend store = MisbehavingBackend.start(
                        client -> client.send("heard " + client.readToEnd()).halfClose());
                TestSidecar sidecar = TestSidecar.outbound()) {
            sidecar.service("plain", 1, Speaks.TCP, store.port())
                    .service("unknown", 1, Speaks.UNKNOWN, store.port())
                    .service("likely", 1, Speaks.CLIENT_FIRST, store.port())
                    .apply();
            for (String place : List.of("plain:1", "unknown:1", "likely:1", "127.0.0.1:" + store.port())) {
                try (RawHttp client = RawHttp.connect(sidecar.port())) {
                    client.send(connect(place) + said).closeOutput();
                    assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
                    assertThat(client.readToEnd()).as(place).isEqualTo("heard " + said.length());
                }
                assertThat(sidecar.record().method()).isEqualTo("CONNECT");
                assertThat(sidecar.record().bytesIn()).as(place).isEqualTo(said.length());
            }
        }
    }

    @Test
    void aRequestBehindAConnectIsForThePlace() {
        try (MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            sidecar.service("first", 80, Speaks.HTTP, reviews.port())
                    .service("reviews", 80, Speaks.HTTP, reviews.port(), "/r")
                    .apply();

            client.send(get("/", "first", "") + connect("reviews:80") + get("/r", "any", "") + get("/none", "any", ""));

            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(client.readResponse().status()).isEqualTo(404);
            client.send(get("/r", "any", "Connection: close\r\n"));
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(List.of(sidecar.record(), sidecar.record(), sidecar.record(), sidecar.record()))
                    .extracting(ExchangeRecord::route)
                    .containsExactlyInAnyOrder("shop/first/-", "", "shop/reviews/-", "");
            sidecar.record();
        }
    }

    @Test
    void muchBehindAConnectArrivesInOrder() throws Exception {
        byte[] much = new byte[4 << 20];
        long seed = System.nanoTime();
        new Random(seed).nextBytes(much);
        try (MisbehavingBackend store = MisbehavingBackend.start(
                        client -> client.send(new String(client.read(much.length), StandardCharsets.ISO_8859_1)));
                TestSidecar sidecar = TestSidecar.outbound();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            sidecar.service("store", 1, Speaks.TCP, store.port()).apply();
            byte[] head = connect("store:1").getBytes(StandardCharsets.US_ASCII);
            byte[] all = Arrays.copyOf(head, head.length + much.length);
            System.arraycopy(much, 0, all, head.length, much.length);

            client.send(all);

            client.readUntil("\r\n\r\n");
            assertThat(client.read(much.length)).as("seed %d", seed).isEqualTo(much);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONNECT me@reviews:80 HTTP/1.1\r\nHost: reviews\r\n\r\n",
                "CONNECT reviews:80 HTTP/1.1\r\n\r\n",
                "CONNECT reviews:80 HTTP/1.1\r\nHost: reviews\r\nContent-Length: 3\r\n\r\n",
                "CONNECT reviews:80 HTTP/1.1\r\nHost: reviews\r\nTransfer-Encoding: chunked\r\n\r\n"
            })
    void nothingBehindARefusedConnectIsARequest(String head) {
        try (MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            sidecar.service("reviews", 80, Speaks.HTTP, reviews.port()).apply();

            client.send(head + get("/", "reviews", ""));

            RawResponse refused = client.readResponse();
            assertThat(refused.status()).isEqualTo(400);
            assertThat(client.closedWithin(Duration.ofSeconds(10))).isTrue();
            assertThat(reviews.requests()).isEmpty();
        }
    }

    @Test
    void aConnectOfHttp10NeedsNoHost() {
        try (MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            sidecar.service("reviews", 80, Speaks.HTTP, reviews.port()).apply();

            client.send("CONNECT reviews:80 HTTP/1.0\r\n\r\n");

            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.0 200 ");
            client.send(get("/", "any", "Connection: close\r\n"));
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }

    @Test
    void aHeadThatComesInPiecesIsStillHttp() {
        try (MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound()) {
            sidecar.service("reviews", 1234, Speaks.UNKNOWN, reviews.port()).apply();
            try (RawHttp client = sidecar.connected("reviews:1234")) {
                client.send("GET / HT").send("TP/1.1\r\nHost: reviews\r\n").send("Connection: close\r\n\r\n");
                assertThat(client.readResponse().status()).isEqualTo(200);
                assertThat(sidecar.record().route()).isEqualTo("shop/reviews/-");
            }
        }
    }

    @Test
    void aServerThatSpeaksFirstIsHeard() {
        String greeting = "220 mail.example ESMTP\r\n";
        try (MisbehavingBackend mail = MisbehavingBackend.start(client -> {
                    client.send(greeting);
                    client.readToEnd();
                });
                TestSidecar sidecar = TestSidecar.outbound()) {
            sidecar.service("mail", 25, Speaks.TCP, mail.port())
                    .service("other", 1234, Speaks.UNKNOWN, mail.port())
                    .apply();
            for (String place : List.of("mail:25", "other:1234")) {
                try (RawHttp client = sidecar.connected(place)) {
                    assertThat(client.readUntil("\n")).isEqualTo(greeting);
                }
                assertThat(sidecar.record().protocol()).isEqualTo("TCP");
            }
            assertThat(sidecar.silent).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PING\r\n",
                "SET key GET HTTP\r\n",
                "*1\r\n$4\r\nPING\r\n",
                "GET\n",
                "\0\0\0\10abc",
                "get / HTTP/1.1\r\n"
            })
    void otherProtocolsPassByteForByte(String said) {
        try (MisbehavingBackend store = MisbehavingBackend.start(
                        client -> client.send(new String(client.read(said.length()), StandardCharsets.ISO_8859_1)));
                TestSidecar sidecar = TestSidecar.outbound()) {
            sidecar.service("store", 1234, Speaks.UNKNOWN, store.port())
                    .service("slow", 8080, Speaks.CLIENT_FIRST, store.port())
                    .apply();
            for (String place : List.of("store:1234", "slow:8080")) {
                try (RawHttp client = sidecar.connected(place)) {
                    client.send(said);
                    assertThat(client.readToEnd()).isEqualTo(said);
                }
                assertThat(sidecar.record().bytesIn()).isEqualTo(said.length());
            }
            assertThat(sidecar.unknown).hasValue(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PING", "GET", "GET /unfinished HTTP/1.1"})
    void whoHasSaidAllIsHeardWhateverItIs(String said) {
        try (MisbehavingBackend store = MisbehavingBackend.start(client -> client.send("got " + client.readToEnd()));
                TestSidecar sidecar = TestSidecar.outbound()) {
            sidecar.service("store", 1234, Speaks.UNKNOWN, store.port())
                    .service("slow", 8080, Speaks.CLIENT_FIRST, store.port())
                    .apply();
            for (String place : List.of("store:1234", "slow:8080")) {
                boolean looked = said.isEmpty() && place.startsWith("slow");
                try (RawHttp client = sidecar.connected(place)) {
                    client.send(said).closeOutput();
                    assertThat(client.readToEnd()).isEqualTo(looked ? "" : "got " + said.length());
                }
                if (!looked) {
                    assertThat(sidecar.record().protocol()).isEqualTo("TCP");
                }
            }
        }
    }

    @Test
    void whatComesBeforeTheFirstConfigurationWaits() {
        try (MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            client.send(get("/", "reviews", "Connection: close\r\n"));
            assertThat(client.closedWithin(Duration.ofMillis(200))).isFalse();

            sidecar.service("reviews", 80, Speaks.HTTP, reviews.port()).apply();

            assertThat(client.readResponse().status()).isEqualTo(200);
            sidecar.record();
        }
    }

    @Test
    void aPlaceThatIsNotInUseIsForgotten() {
        try (MisbehavingBackend outside = MisbehavingBackend.start(Behaviours.closesAfterRequest());
                TestSidecar sidecar = TestSidecar.outbound().apply()) {
            String place = "127.0.0.1:" + outside.port();
            status(sidecar, "http://" + place + "/", place);
            TestProxy.eventually("places", sidecar::clusters, 0);
        }
    }

    @Test
    void theAppsTraceGoesOnWhereverItCalls() {
        String id = "4bf92f3577b34da6a3ce929d0e0e4736";
        String parent = "traceparent: 00-" + id + "-00f067aa0ba902b7-01\r\n";
        try (MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
                MisbehavingBackend outside = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.outbound();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            sidecar.service("reviews", 80, Speaks.HTTP, reviews.port(), "/").apply();
            client.send(get("/", "reviews", parent)).readResponse();
            assertThat(sidecar.record().traceId()).isEqualTo(id);
            String there = "127.0.0.1:" + outside.port();
            client.send(get("http://" + there + "/", there, parent)).readResponse();
            assertThat(sidecar.record().traceId()).isEqualTo(id);
            assertThat(reviews.requests().get(0)).contains("traceparent: 00-" + id + "-");
            assertThat(outside.requests().get(0)).contains("traceparent: 00-" + id + "-");
        }
    }
}
