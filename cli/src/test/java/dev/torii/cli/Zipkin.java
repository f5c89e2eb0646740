package dev.torii.cli;

import dev.torii.testkit.FreePort;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A real Zipkin in a process of its own, which keeps spans in memory; ready once it is made. Maven puts it into target. */
final class Zipkin implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path JAR = Path.of("target/zipkin/zipkin-server.jar").toAbsolutePath();

    private final int port = FreePort.find();
    private final Program program;

    /** @param home where it keeps its log */
    Zipkin(Path home) {
        Path log = home.resolve("zipkin.log");
        ProcessBuilder command = new ProcessBuilder(List.of(
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
                .redirectOutput(log.toFile());
        program = Program.start(command, log, PATIENCE, this::isReady);
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
        program.close();
    }
}
