package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a sidecar takes of a machine, as its launcher starts it: it must not matter how large the mesh is around it. */
@Timeout(180)
final class SidecarMemoryTest {

    private static final Path LAUNCHER = Path.of("..", "torii").toAbsolutePath().normalize();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int CALLED = 3;
    /** So many lead to the sidecar's own admin port. */
    private static final int LOCAL = 10;

    private static final long BUDGET_KIB = 96 * 1024;
    /** 2 KiB for each of 5,000; compiled they would take 8, and as read by a parser many more. */
    private static final long MORE_KIB = 12 * 1024;

    @TempDir
    private Path folder;

    private final int admin = FreePort.find();
    private final int outbound = FreePort.find();
    private final int inbound = FreePort.find();

    @Test
    void theMeshAroundItDoesNotMatter() throws Exception {
        long small = residentKib(10, Long.MAX_VALUE);
        long large = residentKib(5_000, small + MORE_KIB);

        assertThat(small).as("KiB in a small mesh").isLessThan(BUDGET_KIB);
        assertThat(large).as("KiB among 5,000 Services").isLessThan(BUDGET_KIB).isLessThan(small + MORE_KIB);
    }

    /** With control, and TLS to it, a sidecar holds what its app uses: of 1,000 Services the ten that it calls. */
    @Test
    void whatControlKnowsDoesNotMatter() throws Exception {
        Certificates authority = Certificates.authority("control");
        Certificates.Leaf identity = authority.issue("localhost");
        Path files = Files.createDirectory(folder.resolve("identity"));
        Files.writeString(files.resolve("ca.crt"), authority.caPem());
        Files.writeString(files.resolve("tls.crt"), identity.certificatePem());
        Files.writeString(files.resolve("tls.key"), identity.keyPem());
        Files.writeString(files.resolve("token"), "a.token");
        Path config = Files.createDirectory(folder.resolve("mesh"));
        Files.writeString(config.resolve("mesh.yaml"), mesh(1_000));
        int port = FreePort.find();
        Process control = start(
                "control",
                "--config=" + config,
                "--listen=127.0.0.1:" + port,
                "--admin=127.0.0.1:" + FreePort.find(),
                "--cert=" + files.resolve("tls.crt"),
                "--key=" + files.resolve("tls.key"));
        try {
            long resident = residentKib(
                    10,
                    BUDGET_KIB,
                    "--control=https://localhost:" + port,
                    "--ca-file=" + files.resolve("ca.crt"),
                    "--token-file=" + files.resolve("token"),
                    "--state=" + folder.resolve("state"));
            assertThat(resident).as("KiB with control").isLessThan(BUDGET_KIB);
        } finally {
            control.destroy();
            control.waitFor();
        }
    }

    private Process start(String role, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString(), role));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(folder.resolve(role + ".stderr").toFile())
                .redirectOutput(folder.resolve(role + ".stdout").toFile());
        builder.environment().put("TORII_BUILD", "never");
        builder.environment().put("TORII_JAVA", System.getProperty("java.home"));
        return builder.start();
    }

    private long residentKib(int services, long expected) throws IOException, InterruptedException {
        Path config = folder.resolve("mesh.yaml");
        Files.writeString(config, mesh(services));
        return residentKib(CALLED, expected, "--config=" + config);
    }

    /**
     * Of a sidecar whose app has called so many Services; waits a while until it is at most {@code expected}.
     *
     * @param source where its configuration comes from
     */
    private long residentKib(int called, long expected, String... source) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "--service=shop/app",
                "--admin=127.0.0.1:" + admin,
                "--outbound=127.0.0.1:" + outbound,
                "--inbound=127.0.0.1:" + inbound));
        arguments.addAll(List.of(source));
        Process sidecar = start("sidecar", arguments.toArray(String[]::new));
        try {
            assertThat(Await.until(LIMIT, () -> answer(admin, "localhost").startsWith("HTTP/1.1 200")))
                    .as(() -> read(folder.resolve("sidecar.stderr")))
                    .isTrue();
            for (int i = 0; i < called; i++) {
                // the admin port takes no such host, and so tells that it was reached
                assertThat(answer(outbound, "service-" + i + ".shop"))
                        .startsWith("HTTP/1.1 403")
                        .doesNotContain("x-torii-reason");
            }
            long most = Math.min(expected, BUDGET_KIB);
            Await.until(Duration.ofSeconds(20), () -> residentKib(sidecar.pid()) < most);
            return residentKib(sidecar.pid());
        } finally {
            sidecar.destroy();
            sidecar.waitFor();
        }
    }

    private static long residentKib(long process) {
        String line = read(Path.of("/proc", String.valueOf(process), "smaps_rollup"))
                .lines()
                .filter(each -> each.startsWith("Rss:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String answer(int port, String host) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(("GET /ready HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException notYet) {
            return "";
        }
    }

    /** The first ones lead to the sidecar's own admin port; the others have ten endpoints each. */
    private String mesh(int services) {
        StringBuilder text = new StringBuilder(services * 700);
        for (int i = 0; i < services; i++) {
            String name = "service-" + i;
            String at = i / 250 + "." + i % 250;
            String endpoints = i < LOCAL ? ", annotations: {torii.dev/endpoints: '127.0.0.1:" + admin + "'}" : "";
            text.append("---\napiVersion: v1\nkind: Service\nmetadata: {namespace: shop, name: ")
                    .append(name)
                    .append(endpoints)
                    .append("}\nspec: {clusterIP: 10.96.")
                    .append(at)
                    .append(", ports: [{name: http, port: 80}]}\n");
            text.append("---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {namespace: shop, name: ")
                    .append(name)
                    .append("-a, labels: {kubernetes.io/service-name: ")
                    .append(name)
                    .append("}}\naddressType: IPv4\nports: [{name: http, port: 8080}]\nendpoints:\n");
            for (int pod = 1; pod <= 10; pod++) {
                text.append("- addresses: [10.")
                        .append(at)
                        .append('.')
                        .append(pod)
                        .append("]\n");
            }
        }
        return text.toString();
    }
}
