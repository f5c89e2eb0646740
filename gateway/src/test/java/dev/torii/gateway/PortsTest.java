package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.Yaml;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ports that come and go while the gateway runs: a port that goes finishes what it has, and the others see nothing. */
class PortsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String SLOW = "/?delay=2s";

    private final Vertx vertx = Vertx.vertx();
    private final EchoBackend echo = EchoBackend.start(vertx, Pod.of("echo"));
    private final Map<Integer, Integer> bound = new ConcurrentHashMap<>();

    @TempDir
    Path folder;

    private TestGateway gateway;

    @BeforeEach
    void start() {
        String route = Yaml.all(Yaml.route("all", "/", "echo"), Yaml.service("echo", echo.port()));
        TestGateway.write(folder, "route.yaml", route);
        listenOn(80, 81);
        gateway = new TestGateway(folder, port -> bound.computeIfAbsent(port, p -> FreePort.find()), false);
    }

    @AfterEach
    void stop() {
        gateway.close();
        echo.close();
        TestGateway.await(vertx.close());
    }

    private void listenOn(int... ports) {
        TestGateway.write(folder, "gateway.yaml", Yaml.gateway(ports));
    }

    private RawHttp connect(int port) {
        return RawHttp.connect(bound.get(port)).timeout(PATIENCE);
    }

    private void serves(RawHttp client) {
        assertThat(client.send(GET).readResponse().status()).isEqualTo(200);
    }

    private boolean isServing(int port) {
        try (RawHttp client = connect(port)) {
            return client.send(GET).readResponse().status() == 200;
        } catch (UncheckedIOException refused) {
            return false;
        }
    }

    private void untilServing(int port, boolean expected) {
        assertThat(Await.until(PATIENCE, () -> bound.containsKey(port) && isServing(port) == expected))
                .as("port %d serving: %s", port, expected)
                .isTrue();
    }

    private void untilBackendHasSlow(int n) {
        assertThat(echo.await(n, seen -> seen.uri().equals(SLOW))).hasSize(n);
    }

    @Test
    void aPortThatGoesFinishesWhatItHasAndRefusesTheRest() {
        try (RawHttp other = connect(80);
                RawHttp idle = connect(81);
                RawHttp busy = connect(81);
                RawHttp2 http2 = RawHttp2.connect(bound.get(81)).timeout(PATIENCE)) {
            serves(other);
            serves(idle);
            assertThat(http2.answer(http2.request("GET", "/")).status()).isEqualTo(200);
            busy.send(GET.replace("/ ", SLOW + " "));
            int stream = http2.request("GET", SLOW);
            untilBackendHasSlow(2);

            listenOn(80);

            untilServing(81, false);
            assertThat(gateway.port(81)).isEqualTo(-1);
            assertThat(busy.readResponse().status()).isEqualTo(200);
            // The gateway may have closed already, and would take nothing more.
            assertThat(http2.keepWindow().answer(stream).status()).isEqualTo(200);
            assertThat(idle.closedWithin(PATIENCE)).as("an idle one is closed").isTrue();
            assertThat(busy.closedWithin(PATIENCE))
                    .as("and one that is through")
                    .isTrue();
            http2.awaitEnd();
            serves(other);
        }
    }

    @Test
    void aPortThatComesServesEvenWhereAnotherStillFinishes() {
        try (RawHttp other = connect(80);
                RawHttp busy = connect(81)) {
            serves(other);
            busy.send(GET.replace("/ ", SLOW + " "));
            untilBackendHasSlow(1);
            listenOn(80);
            untilServing(81, false);

            listenOn(80, 81, 82);

            untilServing(81, true);
            untilServing(82, true);
            assertThat(busy.readResponse().status()).isEqualTo(200);
            serves(other);
        }
    }
}
