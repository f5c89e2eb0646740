package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.HashKey;
import dev.torii.routing.LoadBalancing;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried a second time, and what never is, because a backend may have acted on it. */
class RetryTest {

    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    private static final LoadBalancing IN_TURN = new LoadBalancing(LoadBalancing.Algorithm.ROUND_ROBIN, null, 0);

    private static final LoadBalancing BY_KEY =
            new LoadBalancing(LoadBalancing.Algorithm.CONSISTENT_HASH, new HashKey(HashKey.Source.HEADER, "x-key"), 0);

    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
    }

    private void serve(long connectTimeoutMs, int... ports) {
        ConnectionSettings settings = new ConnectionSettings(connectTimeoutMs, 60_000, 10);
        proxy.cluster("b", Cluster.Protocol.HTTP1, IN_TURN, settings, ports)
                .route("/", "b")
                .apply();
    }

    private RawResponse send(String request) {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send(request);
            return client.readResponse();
        }
    }

    private RawResponse send(String method, String body) {
        return send(method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    /** Answers the first request of its first connection and then does that; later connections are sound. */
    private static MisbehavingBackend.Behaviour staleAfterOne(MisbehavingBackend.Behaviour then) {
        return connection -> {
            if (connection.number() > 1) {
                Behaviours.wellBehaved().serve(connection);
            }
            connection.readHead();
            connection.send(OK);
            connection.readHead();
            then.serve(connection);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS"})
    void anIdempotentRequestThatMetAConnectionJustClosingIsSentAgain(String method) {
        try (MisbehavingBackend backend = MisbehavingBackend.start(staleAfterOne(connection -> {}))) {
            serve(1_000, backend.port());
            assertThat(send("GET", "").status()).isEqualTo(200);
            assertThat(send("GET", "").status()).isEqualTo(200);
            assertThat(backend.requests()).hasSize(3);
            assertThat(proxy.record().attempts()).isEqualTo(1);
            assertThat(proxy.record().attempts()).isEqualTo(2);
        }
    }

    /** A backend that is just ending accepts connections and closes them again. */
    @Test
    void anIdempotentRequestThatGotNoByteOnANewConnectionIsSentAgain() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            connection.readHead();
            if (connection.number() > 1) {
                connection.send(OK);
            }
        })) {
            serve(1_000, backend.port());
            assertThat(send("GET", "").status()).isEqualTo(200);
            assertThat(proxy.record().attempts()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"POST, ''", "PATCH, ''", "POST, body", "PUT, body"})
    void whatMayHaveBeenActedOnOrIsHalfGoneIsNot(String method, String body) {
        try (MisbehavingBackend backend = MisbehavingBackend.start(staleAfterOne(connection -> {}))) {
            serve(1_000, backend.port());
            assertThat(send("GET", "").status()).isEqualTo(200);
            RawResponse got = send(method, body);
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.header("x-torii-reason")).isEqualTo("UC closed_before_answer");
            assertThat(backend.requests()).hasSize(2);
        }
    }

    /** A backend that has begun to answer, if only with a 100 or half a line, has got the request. */
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 20", "HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 200 OK\r\n"})
    void anAnswerThatHadBegunIsNotAskedForAgain(String begun) {
        try (MisbehavingBackend backend =
                MisbehavingBackend.start(staleAfterOne(connection -> connection.send(begun)))) {
            serve(1_000, backend.port());
            assertThat(send("GET", "").status()).isEqualTo(200);
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                RawResponse got = client.readResponse();
                assertThat((got.status() == 103 ? client.readResponse() : got).status())
                        .isEqualTo(502);
            }
            assertThat(backend.requests()).hasSize(2);
        }
    }

    @Test
    void onceMoreIsOnce() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            connection.readHead();
            if (connection.number() == 1) {
                connection.send(OK);
                connection.readHead();
            }
        })) {
            serve(1_000, backend.port());
            assertThat(send("GET", "").status()).isEqualTo(200);
            assertThat(send("GET", "").header("x-torii-reason")).isEqualTo("UC closed_before_answer");
            assertThat(backend.requests()).hasSize(3);
        }
    }

    /** The second try is on a new connection: of those that rest, the others may be just closing as well. */
    @Test
    void theSecondTryIsOnANewConnection() {
        int resting = 3;
        CountDownLatch asked = new CountDownLatch(resting);
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            if (connection.number() > resting) {
                Behaviours.wellBehaved().serve(connection);
            }
            connection.readHead();
            asked.countDown();
            await(asked);
            connection.send(OK);
            connection.readHead();
        })) {
            serve(1_000, backend.port());
            List<RawHttp> clients = new ArrayList<>();
            for (int i = 0; i < resting; i++) {
                clients.add(RawHttp.connect(proxy.port()).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
            }
            clients.forEach(client -> assertThat(client.readResponse().status()).isEqualTo(200));
            assertThat(backend.connections()).isEqualTo(resting);
            assertThat(send("GET", "").status()).isEqualTo(200);
            assertThat(backend.connections()).isEqualTo(resting + 1);
            clients.forEach(RawHttp::close);
        }
    }

    @Test
    void whatNeverLeftGoesElsewhereWhateverItIs() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            while (true) {
                connection.readHead();
                connection.read(4);
                connection.send(OK);
            }
        })) {
            serve(1_000, FreePort.find(), backend.port());
            for (int i = 0; i < 4; i++) {
                assertThat(send("POST", "body").status()).isEqualTo(200);
            }
            List<Integer> attempts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                ExchangeRecord record = proxy.record();
                attempts.add(record.attempts());
            }
            // One at least had drawn the dead one.
            assertThat(attempts).contains(2).doesNotContain(3);
            assertThat(backend.requests()).hasSize(4);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "503 Service Unavailable\r\nx-torii-reason: UF connection_refused",
                "502 Bad Gateway\r\nx-torii-reason: UC closed_before_answer"
            })
    void whatASidecarCouldNotHandToItsAppGoesElsewhereUnlessItMayHaveBeenActedOn(String said) {
        try (MisbehavingBackend sidecar = MisbehavingBackend.start(
                        Behaviours.answers("HTTP/1.1 " + said + "\r\ncontent-length: 4\r\n\r\nnone"));
                MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved())) {
            serve(1_000, sidecar.port(), backend.port());
            for (int i = 0; i < 4; i++) {
                assertThat(send("GET", "").status()).isEqualTo(200);
            }
            assertThat(sidecar.requests()).as("avoided for a moment").hasSize(1);
            proxy.clearRoutes();
            serve(1_000, sidecar.port());
            assertThat(send("GET", "").body()).as("what the only one says").isEqualTo("none");
            proxy.clearRoutes();
            serve(1_000, sidecar.port(), sidecar.port());
            assertThat(send("POST", "").status())
                    .as("an app may have copied that")
                    .isEqualTo(Integer.parseInt(said.substring(0, 3)));
        }
    }

    @Test
    void anEndpointThatDiesWithTheFirstTryAndRefusesTheSecondIsPassedOver() throws IOException {
        try (ServerSocket dying = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved())) {
            Thread death = new Thread(() -> dieWithTheFirstRequest(dying));
            death.start();
            // By key, so that the second try is at the same place.
            proxy.cluster(
                            "b",
                            Cluster.Protocol.HTTP1,
                            BY_KEY,
                            ConnectionSettings.DEFAULT,
                            dying.getLocalPort(),
                            backend.port())
                    .route("/", "b")
                    .apply();
            int attempts = 1;
            for (int key = 0; attempts == 1; key++) {
                assertThat(send("GET / HTTP/1.1\r\nHost: a\r\nx-key: " + key + "\r\n\r\n")
                                .status())
                        .isEqualTo(200);
                attempts = proxy.record().attempts();
            }
            assertThat(attempts).isEqualTo(3);
        }
    }

    private static void dieWithTheFirstRequest(ServerSocket server) {
        try (Socket first = server.accept()) {
            first.getInputStream().read();
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aConnectionThatTakesTooLongToOpenIsGivenUp() {
        try (Full full = new Full();
                MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved())) {
            serve(200, full.port());
            RawResponse got = send("GET", "");
            assertThat(got.status()).isEqualTo(503);
            assertThat(got.header("x-torii-reason")).isEqualTo("UF connect_timeout");
            assertThat(proxy.record().attempts()).isEqualTo(2);
            proxy.clearRoutes();
            serve(200, full.port(), backend.port());
            for (int i = 0; i < 4; i++) {
                assertThat(send("GET", "").status()).isEqualTo(200);
            }
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Listens, accepts nobody, and its queue is full: the kernel lets no more connections through. */
    private static final class Full implements AutoCloseable {

        private final ServerSocket server;
        private final List<Socket> queue = new ArrayList<>();

        Full() {
            try {
                server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                boolean taken = true;
                while (taken && queue.size() < 64) {
                    Socket next = new Socket();
                    queue.add(next);
                    taken = connects(next);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private boolean connects(Socket next) {
            try {
                next.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 300);
                return true;
            } catch (IOException full) {
                return false;
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() {
            try {
                server.close();
                for (Socket socket : queue) {
                    socket.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
