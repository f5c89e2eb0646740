package dev.torii.proxy.http;

import static io.vertx.core.http.HttpVersion.HTTP_2;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.testkit.Await;
import dev.torii.testkit.Noise;
import dev.torii.testkit.NoiseBackend;
import dev.torii.testkit.NoiseClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever does not read holds up whoever sends to him, and nobody else; the proxy keeps next to nothing meanwhile. */
@Timeout(120)
class BackPressureTest {

    private static final long MIB = 1 << 20;
    private static final long MUCH = 68 * MIB;

    /** What the sockets' buffers of the kernel take in on the way; our own part is a few hundred kilobytes. */
    private static final long ON_THE_WAY = 28 * MIB;

    private final Vertx vertx = Vertx.vertx();
    private final NoiseBackend backend = NoiseBackend.start(vertx);
    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
        backend.close();
        TestProxy.await(vertx.close());
    }

    private NoiseClient client(HttpVersion from, HttpVersion to) {
        Cluster.Protocol protocol = to == HTTP_2 ? Cluster.Protocol.HTTP2 : Cluster.Protocol.HTTP1;
        proxy.cluster("behind", protocol, LoadBalancing.DEFAULT, ConnectionSettings.DEFAULT, backend.port())
                .route("/", "behind")
                .apply();
        return new NoiseClient(vertx, from, proxy.port());
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, HTTP_1_1", "HTTP_1_1, HTTP_2", "HTTP_2, HTTP_1_1", "HTTP_2, HTTP_2"})
    void aClientThatDoesNotReadHoldsTheBackendBack(HttpVersion from, HttpVersion to) {
        try (NoiseClient client = client(from, to)) {
            HttpClientResponse answer = TestProxy.await(client.open("/" + MUCH));
            assertThat(Await.settled(backend::sent)).isBetween(1L, ON_THE_WAY);
            assertThat(TestProxy.await(NoiseClient.read(answer))).hasToString(Noise.Tally.of(MUCH));
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, HTTP_1_1", "HTTP_1_1, HTTP_2", "HTTP_2, HTTP_1_1", "HTTP_2, HTTP_2"})
    void aBackendThatDoesNotReadHoldsTheClientBack(HttpVersion from, HttpVersion to) {
        try (NoiseClient client = client(from, to)) {
            Future<String> upload = client.upload("/deaf", MUCH);
            assertThat(Await.settled(client::sent)).isBetween(1L, ON_THE_WAY);
            backend.hear();
            assertThat(TestProxy.await(upload)).isEqualTo(Noise.Tally.of(MUCH));
        }
    }

    /** Many users share a connection to a backend: one who pauses must cost the others nothing. */
    @ParameterizedTest
    @CsvSource({"HTTP_1_1, HTTP_2, 20", "HTTP_2, HTTP_1_1, 20", "HTTP_2, HTTP_2, 20"})
    void downloadsThatStandStillHoldUpNoOther(HttpVersion from, HttpVersion to, int many) {
        try (NoiseClient client = client(from, to);
                NoiseClient other = new NoiseClient(vertx, from, proxy.port())) {
            List<HttpClientResponse> paused = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                paused.add(TestProxy.await(client.open("/" + 8 * MIB)));
            }
            Await.settled(backend::sent);
            assertThat(TestProxy.await(client.download("/" + MIB))).hasToString(Noise.Tally.of(MIB));
            assertThat(TestProxy.await(other.download("/" + MIB))).hasToString(Noise.Tally.of(MIB));
            for (HttpClientResponse answer : paused) {
                assertThat(TestProxy.await(NoiseClient.read(answer))).hasToString(Noise.Tally.of(8 * MIB));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, HTTP_2, 12", "HTTP_2, HTTP_1_1, 6", "HTTP_2, HTTP_2, 6"})
    void uploadsThatStandStillHoldUpNoOther(HttpVersion from, HttpVersion to, int many) {
        try (NoiseClient client = client(from, to);
                NoiseClient other = new NoiseClient(vertx, from, proxy.port())) {
            List<Future<String>> stalled = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                stalled.add(client.upload("/deaf", 8 * MIB));
            }
            Await.settled(client::sent);
            assertThat(TestProxy.await(client.upload("/", MIB))).isEqualTo(Noise.Tally.of(MIB));
            assertThat(TestProxy.await(other.upload("/", MIB))).isEqualTo(Noise.Tally.of(MIB));
            backend.hear();
            for (Future<String> upload : stalled) {
                assertThat(TestProxy.await(upload)).isEqualTo(Noise.Tally.of(8 * MIB));
            }
        }
    }
}
