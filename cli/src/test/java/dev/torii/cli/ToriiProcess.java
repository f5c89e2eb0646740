package dev.torii.cli;

import dev.torii.testkit.FreePort;
import dev.torii.testkit.RawHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code torii gateway} or {@code torii sidecar} in a process of its own, on the JDK and class path of this test; ready once it is made. */
final class ToriiProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final List<String> SMALL = List.of("-Xmx64m", "-XX:TieredStopAtLevel=1");

    private final Program program;
    private final Path log;
    private final Path errors;
    private final int admin = FreePort.find();

    private ToriiProcess(
            Path home,
            String name,
            List<String> options,
            Map<String, String> environment,
            String role,
            List<String> arguments) {
        log = home.resolve(name + ".log");
        errors = home.resolve(name + ".err");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.torii.cli.Torii", role));
        command.addAll(List.of("--admin", "127.0.0.1:" + admin));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(errors.toFile()).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        program = Program.start(builder, errors, PATIENCE, () -> isReady(admin));
    }

    /**
     * Starts a gateway on loopback.
     *
     * @param home where the file {@code NAME.log}, the access log, and {@code NAME.err} are put
     * @param config a file or folder of manifests
     * @param options of the JVM
     * @param arguments further ones of the command
     */
    static ToriiProcess gateway(Path home, String name, Path config, List<String> options, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--config", config.toString(), "--bind", "127.0.0.1"));
        all.addAll(List.of(arguments));
        return new ToriiProcess(home, name, options, Map.of(), "gateway", all);
    }

    /** The same, small and quick to start, with these variables in its environment. */
    static ToriiProcess gateway(Path home, String name, Path config, Map<String, String> environment) {
        List<String> all = List.of("--config", config.toString(), "--bind", "127.0.0.1");
        return new ToriiProcess(home, name, SMALL, environment, "gateway", all);
    }

    /** Starts a gateway on loopback that serves the cluster of a kubeconfig, as this user. */
    static ToriiProcess gatewayOfCluster(Path home, Path kubeconfig, String user) {
        List<String> all = List.of("--kube", "--bind", "127.0.0.1");
        Map<String, String> environment =
                Map.of("KUBECONFIG", kubeconfig.toString(), "KUBERNETES_IMPERSONATE_USERNAME", user);
        return new ToriiProcess(home, "kube", SMALL, environment, "gateway", all);
    }

    /**
     * Starts a sidecar, small and quick to start.
     *
     * @param home where the file {@code NAME.log}, the access log, and {@code NAME.err} are put
     * @param config a file or folder of manifests
     * @param service that the app is, in the namespace {@code default}
     * @param arguments further ones of the command
     */
    static ToriiProcess sidecar(Path home, String name, Path config, String service, String... arguments) {
        return sidecar(home, name, config, service, Map.of(), arguments);
    }

    /** The same with these variables in its environment. */
    static ToriiProcess sidecar(
            Path home, String name, Path config, String service, Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--config", config.toString(), "--service", "default/" + service));
        all.addAll(List.of(arguments));
        return new ToriiProcess(home, name, SMALL, environment, "sidecar", all);
    }

    /** Starts any role, small, with these arguments besides {@code --admin}. */
    static ToriiProcess of(Path home, String name, String role, String... arguments) {
        return new ToriiProcess(home, name, SMALL, Map.of(), role, List.of(arguments));
    }

    /** The same with these variables in its environment. */
    static ToriiProcess of(
            Path home, String name, String role, Map<String, String> environment, List<String> arguments) {
        return new ToriiProcess(home, name, SMALL, environment, role, arguments);
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

    /** Where its admin pages are. */
    int admin() {
        return admin;
    }

    Process process() {
        return program.process();
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
        return read(Path.of("/proc", Long.toString(program.process().pid()), "status"))
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
        program.close();
    }
}
