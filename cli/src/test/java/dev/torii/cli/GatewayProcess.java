package dev.torii.cli;

import dev.torii.testkit.Await;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.RawHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code torii gateway} in a process of its own, on the JDK and class path of this test; ready once it is made. */
final class GatewayProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Process process;
    private final Path log;
    private final Path errors;

    /**
     * @param home where the file {@code NAME.log}, the access log, and {@code NAME.err} are put
     * @param config a file or folder of manifests
     * @param options of the JVM
     * @param arguments further ones of the command
     */
    GatewayProcess(Path home, String name, Path config, List<String> options, String... arguments) {
        log = home.resolve(name + ".log");
        errors = home.resolve(name + ".err");
        int admin = FreePort.find();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.torii.cli.Torii", "gateway"));
        command.addAll(List.of("--config", config.toString(), "--bind", "127.0.0.1"));
        command.addAll(List.of("--admin", "127.0.0.1:" + admin));
        command.addAll(List.of(arguments));
        try {
            process = new ProcessBuilder(command)
                    .redirectError(errors.toFile())
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!Await.until(PATIENCE, () -> !process.isAlive() || isReady(admin)) || !process.isAlive()) {
            close();
            throw new IllegalStateException("the gateway is not ready: " + errors());
        }
    }

    private static boolean isReady(int admin) {
        try (RawHttp client = RawHttp.connect(admin)) {
            return client.send("GET /ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                            .readResponse()
                            .status()
                    == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    Process process() {
        return process;
    }

    /** The access log so far. */
    String log() {
        return read(log);
    }

    /** What it wrote to stderr so far. */
    String errors() {
        return read(errors);
    }

    /** The most resident memory it has had, in MiB. Linux only. */
    long peakMemory() {
        return read(Path.of("/proc", Long.toString(process.pid()), "status"))
                        .lines()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                / 1024;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
