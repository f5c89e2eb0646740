package dev.torii.proxy.http;

import static dev.torii.proxy.TestProxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Filter;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Target;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies for mirrors: they arrive whole where they can, and nothing that a mirror does is felt by the original. */
class MirrorTest {

    private static final int SETTINGS_INITIAL_WINDOW_SIZE = 4;
    private static final int BODY = 32 * 1024 * 1024;

    private final Gate gate = new Gate();

    @BeforeEach
    void open() {
        gate.proxy.apply();
    }

    @AfterEach
    void close() {
        gate.close();
    }

    private void mirror(MisbehavingBackend to, Timeouts timeouts, int numerator, int denominator) {
        gate.proxy
                .clearRoutes()
                .cluster("mirror", to.port())
                .route(
                        "/",
                        "behind",
                        timeouts,
                        new Filter.Mirror(new Target.ToCluster("mirror"), numerator, denominator))
                .apply();
    }

    private void get(RawHttp client) {
        client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    @Test
    void aMirrorGetsTheWholeRequestAndItsAnswerIsIgnored() {
        int length = 3_000_000;
        try (MisbehavingBackend mirror = MisbehavingBackend.start(connection -> {
                    connection.readHead();
                    connection.count("body " + connection.read(length).length);
                    connection.send("HTTP/1.1 500 Broken\r\ncontent-length: 3\r\n\r\nbad");
                    connection.stall();
                });
                RawHttp client = gate.connect()) {
            mirror(mirror, Timeouts.NONE, 100, 100);
            client.send("POST /x?y=1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: " + length + "\r\n\r\n");
            client.send(new byte[length]);
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(mirror.awaitRequests(2)).isTrue();
            assertThat(mirror.requests().get(0)).startsWith("POST /x?y=1 HTTP/1.1\r\nHost: a.example\r\n");
            assertThat(mirror.requests().get(1)).isEqualTo("body " + length);
            assertThat(gate.reached()).contains("body " + length);
            eventually("counted", () -> gate.proxy.mirrored().size(), 1);
        }
        assertThat(gate.proxy.mirrored()).containsExactly("default/mirror 500");
        assertThat(gate.proxy.mirrorsDropped()).isZero();
    }

    @Test
    void aMirrorThatNeverAnswersIsGivenUpAtTheTimeoutOfTheRule() {
        try (MisbehavingBackend mirror = MisbehavingBackend.start(Behaviours.stalls());
                RawHttp client = gate.connect()) {
            mirror(mirror, new Timeouts(500, 0), 100, 100);
            get(client);
            assertThat(mirror.awaitRequests(1)).isTrue();
            assertThat(mirror.awaitClosed()).isTrue();
        }
        eventually("dropped", gate.proxy::mirrorsDropped, 1);
        assertThat(gate.proxy.mirrored()).containsExactly("default/mirror 0");
        assertThat(gate.proxy.record().fault()).isNull();
    }

    @Test
    void aMirrorThatDoesNotReadIsDroppedAndTheOriginalGoesOn() throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        try (MisbehavingBackend mirror = MisbehavingBackend.start(connection -> {
                    connection.readHead();
                    await(answered);
                    connection.readToEnd();
                });
                RawHttp client = gate.connect()) {
            mirror(mirror, Timeouts.NONE, 100, 100);
            client.timeout(Duration.ofSeconds(60));
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + BODY + "\r\n\r\n");
            byte[] piece = new byte[1024 * 1024];
            for (int sent = 0; sent < BODY; sent += piece.length) {
                client.send(piece);
            }
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(gate.reached()).contains("body " + BODY);
            eventually("dropped", gate.proxy::mirrorsDropped, 1);
            answered.countDown();
            assertThat(mirror.awaitClosed()).isTrue();
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new IOException("the original was held back");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Over HTTP/2 to a mirror that takes heads, but no byte of a body. */
    private MisbehavingBackend closedWindow() {
        MisbehavingBackend mirror = MisbehavingBackend.start(connection -> {
            connection.http2(SETTINGS_INITIAL_WINDOW_SIZE, 0);
            connection.stall();
        });
        gate.proxy
                .clearRoutes()
                .cluster(
                        "mirror",
                        Cluster.Protocol.HTTP2,
                        LoadBalancing.DEFAULT,
                        ConnectionSettings.DEFAULT,
                        mirror.port())
                .route("/", "behind", Timeouts.NONE, new Filter.Mirror(new Target.ToCluster("mirror"), 1, 1))
                .apply();
        return mirror;
    }

    @Test
    void singleBytesAreNotHeldAsIfTheyCostNothing() {
        try (MisbehavingBackend mirror = closedWindow();
                RawHttp client = gate.connect()) {
            get(client);
            assertThat(mirror.awaitConnections(1)).isTrue();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("1\r\nx\r\n".repeat(3_000) + "0\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(gate.reached()).contains("body 3000");
            eventually("dropped", gate.proxy::mirrorsDropped, 1);
        }
    }

    @Test
    void allMirrorsTogetherHoldOnlySoMuch() {
        int length = 250_000;
        List<RawHttp> clients = new ArrayList<>();
        try (MisbehavingBackend mirror = closedWindow();
                RawHttp first = gate.connect()) {
            get(first);
            assertThat(mirror.awaitConnections(1)).isTrue();
            for (int i = 0; i < 24; i++) {
                RawHttp client = gate.connect();
                clients.add(client);
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
                client.send(new byte[length]);
                assertThat(client.readResponse().status()).isEqualTo(200);
            }
            // 4 MiB hold sixteen such bodies; a little of each may be on its way.
            assertThat(gate.proxy.mirrorsDropped()).isBetween(6, 8);
        } finally {
            clients.forEach(RawHttp::close);
        }
    }

    @Test
    void anEndlessAnswerIsNotReadForLong() {
        try (MisbehavingBackend mirror = MisbehavingBackend.start(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 200 OK\r\n\r\n");
                    while (true) {
                        connection.send("x".repeat(64 * 1024));
                    }
                });
                RawHttp client = gate.connect()) {
            mirror(mirror, Timeouts.NONE, 1, 1);
            get(client);
            eventually("dropped", gate.proxy::mirrorsDropped, 1);
            assertThat(mirror.awaitClosed()).isTrue();
        }
    }

    @Test
    void noMoreThanSoManyAreInFlightAndTheRestIsDropped() {
        try (MisbehavingBackend mirror = MisbehavingBackend.start(Behaviours.stalls());
                RawHttp2 client = RawHttp2.connect(gate.proxy.port())) {
            mirror(mirror, Timeouts.NONE, 1, 1);
            for (int i = 0; i < 140; i++) {
                assertThat(client.answer(client.request("GET", "/x")).status()).isEqualTo(200);
            }
            assertThat(mirror.awaitConnections(128)).isTrue();
            assertThat(gate.proxy.mirrorsDropped()).isEqualTo(12);
            assertThat(mirror.connections()).isEqualTo(128);
        }
    }

    @Test
    void halfOfTheConnectionsToAnEndpointAreLeftToOriginals() {
        try (MisbehavingBackend mirror = MisbehavingBackend.start(Behaviours.stalls());
                RawHttp client = gate.connect()) {
            gate.proxy
                    .clearRoutes()
                    .cluster(
                            "mirror",
                            Cluster.Protocol.AUTO,
                            LoadBalancing.DEFAULT,
                            new ConnectionSettings(1_000, 4_000, 10),
                            mirror.port())
                    .route("/", "behind", Timeouts.NONE, new Filter.Mirror(new Target.ToCluster("mirror"), 1, 1))
                    .apply();
            for (int i = 0; i < 20; i++) {
                get(client);
            }
            assertThat(mirror.awaitConnections(5)).isTrue();
            assertThat(gate.proxy.mirrorsDropped()).isEqualTo(15);
            assertThat(mirror.connections()).isEqualTo(5);
        }
    }

    @Test
    void aMirrorThatRefusesOrBreaksIsNotFelt() {
        try (RawHttp client = gate.connect()) {
            gate.proxy
                    .clearRoutes()
                    .cluster("refused", 1)
                    .route("/", "behind", Timeouts.NONE, new Filter.Mirror(new Target.ToCluster("refused"), 1, 1))
                    .apply();
            get(client);
        }
        for (MisbehavingBackend.Behaviour behaviour :
                new MisbehavingBackend.Behaviour[] {Behaviours.resets(), Behaviours.garbage(), Behaviours.closesAtOnce()
                }) {
            try (MisbehavingBackend mirror = MisbehavingBackend.start(behaviour);
                    RawHttp client = gate.connect()) {
                mirror(mirror, Timeouts.NONE, 1, 1);
                get(client);
                assertThat(mirror.awaitConnections(1)).isTrue();
                assertThat(mirror.awaitClosed()).isTrue();
            }
        }
    }

    @Test
    void aPercentageOrFractionOfTheRequestsIsCopied() {
        assertThat(copiesOf(200, 0, 100)).isZero();
        assertThat(copiesOf(200, 100, 100)).isEqualTo(200);
        // Six standard deviations either way: fails by chance less than once in a hundred million runs.
        assertThat(copiesOf(400, 50, 100)).isBetween(140, 260);
        assertThat(copiesOf(400, 1, 4)).isBetween(48, 152);
    }

    private int copiesOf(int requests, int numerator, int denominator) {
        try (MisbehavingBackend mirror = MisbehavingBackend.start(Behaviours.wellBehaved());
                RawHttp client = gate.connect()) {
            mirror(mirror, Timeouts.NONE, numerator, denominator);
            for (int i = 0; i < requests; i++) {
                get(client);
            }
            // Each counts from before its original's answer to its own.
            eventually(
                    "mirrors in flight",
                    () -> TestProxy.await(gate.proxy.plane().ask(Worker::mirrors))
                            .get(0),
                    0);
            return mirror.requests().size();
        }
    }
}
