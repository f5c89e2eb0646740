package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Certificates;
import dev.torii.testkit.FreePort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code torii inject}, and {@code torii injector} as a process. */
@Timeout(120)
final class InjectCommandTest {

    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web%s}
            spec: {containers: [{name: web, image: "web:1", ports: [{containerPort: 8080}]}]}
            """;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int torii(String... words) {
        CommandLine torii = Torii.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return torii.execute(words);
    }

    @Test
    void aManifestComesOutWithASidecarThatOurOwnOptionsFit() throws IOException {
        Path pod = Files.writeString(folder.resolve("pod.yaml"), POD.formatted(""));
        assertThat(torii("inject", "-f", pod.toString(), "--image", "torii:9")).isEqualTo(Torii.CLEAN);
        assertThat(out.toString()).contains("name: torii-sidecar", "image: \"torii:9\"", "- \"--capture\"");
        assertThat(err.toString()).isEmpty();
        Path file = folder.resolve("injected.yaml");
        assertThat(torii("inject", "-f", pod.toString(), "--image", "torii:9", "-o", file.toString()))
                .isEqualTo(Torii.CLEAN);
        assertThat(file).hasContent(out.toString());
    }

    @Test
    void whatIsWrongIsALineAndNothingIsWritten() throws IOException {
        Path pod = Files.writeString(
                folder.resolve("pod.yaml"), POD.formatted(", annotations: {torii.dev/app-ports: web}"));
        Path file = folder.resolve("injected.yaml");
        assertThat(torii("inject", "-f", pod.toString(), "-o", file.toString())).isEqualTo(Torii.FAILURE);
        assertThat(err.toString())
                .isEqualTo("torii: Pod web: annotation `torii.dev/app-ports` must be ports as in 8080,9090,"
                        + " but is `web`\n");
        assertThat(file).doesNotExist();
        assertThat(torii("inject", "-f", folder.resolve("none.yaml").toString()))
                .isEqualTo(Torii.FAILURE);
        assertThat(err.toString()).endsWith("none.yaml: no such file or folder\n");
    }

    @Test
    void theWebhookStartsAndStops() throws Exception {
        Certificates.Leaf leaf = Certificates.authority("torii").issue("localhost");
        Path certificate = Files.writeString(folder.resolve("tls.crt"), leaf.certificatePem());
        Path key = Files.writeString(folder.resolve("tls.key"), leaf.keyPem());
        int port = FreePort.find();
        Process injector = injector(certificate, key, port);
        try {
            assertThat(injector.inputReader().readLine()).isEqualTo("torii: the injector listens on port " + port);
        } finally {
            injector.destroy();
        }
        assertThat(injector.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(injector.exitValue()).isZero();
    }

    @Test
    void aKeyThatIsNoneIsOneLine() throws Exception {
        Path certificate = Files.writeString(folder.resolve("tls.crt"), "no certificate\n");
        Process injector = injector(certificate, certificate, FreePort.find());
        assertThat(injector.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(injector.exitValue()).isEqualTo(Torii.FAILURE);
        assertThat(new String(injector.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .startsWith("torii: cannot serve with " + certificate)
                .hasLineCount(1);
    }

    private static Process injector(Path certificate, Path key, int port) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.torii.cli.Torii",
                        "injector",
                        "--listen",
                        "127.0.0.1:" + port,
                        "--cert",
                        certificate.toString(),
                        "--key",
                        key.toString())
                .start();
    }
}
