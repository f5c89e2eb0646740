package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.FreePort;
import dev.torii.testkit.Noise;
import dev.torii.testkit.NoiseBackend;
import dev.torii.testkit.NoiseClient;
import dev.torii.testkit.Yaml;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bodies far larger than the gateway's memory, up and down, from and to either version of HTTP: each byte arrives once, and
 * the process stays small. {@code -Dbody.mebibytes=10240} sends 10 GiB.
 */
@Timeout(1800)
final class BigBodyTest {

    private static final long BYTES = Long.getLong("body.mebibytes", 512) << 20;

    /** For heap, direct memory, code, classes and threads of the gateway together. */
    private static final long MOST_MEBIBYTES = 256;

    private final Vertx vertx = Vertx.vertx();
    private final NoiseBackend backend = NoiseBackend.start(vertx);
    private final int port = FreePort.find();

    @TempDir
    private Path folder;

    private ToriiProcess gateway;

    @BeforeEach
    void start() throws Exception {
        Path config = Files.writeString(
                folder.resolve("all.yaml"),
                Yaml.all(
                        Yaml.gateway(port),
                        Yaml.route("to-http1", "/HTTP_1_1", "backend"),
                        Yaml.http2Route("to-http2", "/HTTP_2", "backend"),
                        Yaml.service("backend", backend.port())));
        gateway = ToriiProcess.gateway(
                folder,
                "gateway",
                config,
                List.of("-XX:+UseSerialGC", "-Xmx64m", "-XX:MaxDirectMemorySize=32m"),
                "--event-loops",
                "1");
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(1800, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, HTTP_1_1", "HTTP_1_1, HTTP_2", "HTTP_2, HTTP_1_1", "HTTP_2, HTTP_2"})
    void everyByteArrivesOnceAndTheGatewayStaysSmall(HttpVersion from, HttpVersion to) throws Exception {
        String expected = Noise.Tally.of(BYTES);
        NoiseClient client = new NoiseClient(vertx, from, port);
        long began = System.nanoTime();

        assertThat(await(client.download("/" + to + "/" + BYTES))).hasToString(expected);
        long down = System.nanoTime();
        assertThat(await(client.upload("/" + to, BYTES))).isEqualTo(expected);
        long up = System.nanoTime();

        System.out.printf(
                "%s to %s, %d MiB: down %.1f s, up %.1f s, at most %d MiB resident%n",
                from, to, BYTES >> 20, (down - began) / 1e9, (up - down) / 1e9, gateway.peakMemory());
        assertThat(gateway.peakMemory()).as("MiB resident").isLessThan(MOST_MEBIBYTES);
        assertThat(gateway.errors()).doesNotContain("Exception");
        client.close();
    }
}
