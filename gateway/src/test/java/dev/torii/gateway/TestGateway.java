package dev.torii.gateway;

import dev.torii.config.source.Source;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.spans.TracingSettings;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.RawHttp;
import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/** A gateway in this process over a folder of manifests that a test edits. */
final class TestGateway implements AutoCloseable {

    private static final Logging LOGGING = Logging.install(System.err, Logging.Format.TEXT, Logging.Verbosity.WARN);

    private final Path folder;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final Gateway gateway;

    TestGateway(Path folder) {
        this(folder, 0);
    }

    /** @param port 0 for any free one */
    TestGateway(Path folder, int port) {
        this(folder, configured -> port == 0 ? FreePort.find() : port, false);
    }

    TestGateway(Path folder, IntUnaryOperator bindPort, boolean sharePorts) {
        this.folder = folder;
        this.gateway = await(Gateway.start(
                new Gateway.Options(
                        Source.files(List.of(folder)),
                        "127.0.0.1",
                        0,
                        "127.0.0.1",
                        bindPort,
                        sharePorts,
                        2,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(10),
                        log,
                        HeaderMask.random(),
                        TracingSettings.OFF),
                LOGGING));
    }

    /** Writes as careful editors do: a new file put in the place of the old. */
    static void write(Path folder, String name, String text) {
        try {
            Path fresh = Files.writeString(folder.resolve("." + name + ".new"), text);
            Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(String name, String text) {
        write(folder, name, text);
    }

    Gateway gateway() {
        return gateway;
    }

    int port(int configured) {
        return gateway.boundPort(configured);
    }

    String metrics() {
        try (RawHttp admin = RawHttp.connect(gateway.adminPort())) {
            return admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .readResponse()
                    .body();
        }
    }

    String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        await(gateway.close());
    }
}
