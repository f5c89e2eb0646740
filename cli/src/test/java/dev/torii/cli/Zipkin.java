package dev.torii.cli;

import dev.torii.testkit.Await;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A real Zipkin in a process of its own, which keeps spans in memory; ready once it is made. Maven puts it into target. */
final class Zipkin implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path JAR = Path.of("target/zipkin/zipkin-server.jar").toAbsolutePath();

    private final int port = FreePort.find();
    private final Process process;

    /** @param home where it keeps its log */
    Zipkin(Path home) throws IOException {
        Path log = home.resolve("zipkin.log");
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-Xss512k",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        JAR.toString(),
                        "--armeria.ports[0].ip=127.0.0.1",
                        "--armeria.ports[0].port=" + port,
                        "--armeria.ports[0].protocols[0]=http"))
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!Await.until(PATIENCE, () -> !process.isAlive() || isReady()) || !process.isAlive()) {
            close();
            throw new IllegalStateException("Zipkin is not ready: " + Files.readString(log));
        }
    }

    private boolean isReady() {
        try {
            return get("/health").status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    /** What a page says. */
    RawResponse get(String path) {
        try (RawHttp client = RawHttp.connect(port)) {
            return client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .readResponse();
        }
    }

    /** Where it takes spans. */
    String spans() {
        return "http://127.0.0.1:" + port + "/api/v2/spans";
    }

    /** Kills it. */
    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
