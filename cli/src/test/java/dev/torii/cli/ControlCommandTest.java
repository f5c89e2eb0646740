package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Certificates;
import dev.torii.testkit.FreePort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code torii control} says to whoever starts it wrongly: a line, and no stack trace. */
@Timeout(120)
final class ControlCommandTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                                           | where does the configuration come from? Give --config or --kube
            --kube --config .              | give only one of --config or --kube
            --config . --cert a            | --cert and --key go together, and not with --kube
            --kube --cert a --key b        | --cert and --key go together, and not with --kube
            --kube --lease 1500ms          | --lease must be whole seconds, at least one
            --kube --lease 0s              | --lease must be whole seconds, at least one
            --kube --lease soon            | Invalid value for option '--lease': 'soon' is no duration such as 30s or 500ms
            --config . --listen 15010      | Invalid value for option '--listen': '15010' is not HOST:PORT
            --config . --admin a:65536     | Invalid value for option '--admin': 'a:65536' is not HOST:PORT
            --kub                          | Unknown option: '--kub'
            """)
    void wrongUsageIsALineAndHowToUseIt(String options, String told) {
        StringWriter errors = new StringWriter();
        assertThat(torii(errors, options == null ? new String[0] : options.split(" ")))
                .isEqualTo(Torii.USAGE);
        assertThat(errors.toString())
                .startsWith("torii: " + told + "\n")
                .contains("torii control")
                .doesNotContain("\tat ");
    }

    @Test
    void whatIsMissingOrTakenIsALine() throws IOException {
        Certificates.Leaf leaf = Certificates.selfSigned("control");
        Path good = Files.writeString(folder.resolve("good.pem"), leaf.certificatePem());
        Path key = Files.writeString(folder.resolve("key.pem"), leaf.keyPem());
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        Path words = Files.writeString(folder.resolve("words"), "no certificate");
        assertThat(failing("--config=" + folder.resolve("none")))
                .isEqualTo(folder.resolve("none") + ": no such file or folder");
        String config = "--config=" + Files.createDirectory(folder.resolve("config"));
        assertThat(failing(config, "--cert=" + folder.resolve("none"), "--key=" + key))
                .isEqualTo(folder.resolve("none") + ": cannot be read");
        assertThat(failing(config, "--cert=" + binary, "--key=" + key))
                .isEqualTo(binary + " is not PEM: cannot be read");
        assertThat(failing(config, "--cert=" + words, "--key=" + key)).startsWith("cannot serve: ");
        assertThat(failing(config, "--cert=" + good, "--key=" + words)).startsWith("cannot serve: ");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String there = "127.0.0.1:" + taken.getLocalPort();
            assertThat(failing(config, "--admin=" + there))
                    .isEqualTo("cannot open the admin port " + there + ": Address already in use");
            assertThat(failing(config, "--listen=" + there))
                    .isEqualTo("cannot open port " + there + ": Address already in use");
        }
    }

    private static String failing(String... options) {
        StringWriter errors = new StringWriter();
        List<String> all = new ArrayList<>(List.of("--listen=127.0.0.1:0", "--admin=127.0.0.1:0"));
        all.removeIf(each -> List.of(options).stream().anyMatch(own -> own.startsWith(each.substring(0, 9))));
        all.addAll(List.of(options));
        assertThat(torii(errors, all.toArray(String[]::new))).isEqualTo(Torii.FAILURE);
        assertThat(errors.toString()).startsWith("torii: ").hasLineCount(1);
        return errors.toString().substring("torii: ".length()).strip();
    }

    private static int torii(StringWriter errors, String... options) {
        List<String> all = new ArrayList<>(List.of("control"));
        all.addAll(List.of(options));
        return Torii.commandLine().setErr(new PrintWriter(errors)).execute(all.toArray(String[]::new));
    }

    @Test
    void aClusterThatIsNotThereIsALine() throws Exception {
        Map<String, String> nowhere =
                Map.of("KUBECONFIG", folder.resolve("none").toString(), "HOME", folder.toString());
        assertThat(ending(nowhere, "--image=torii:1"))
                .isEqualTo("torii: no cluster: this is no pod, and there is no kubeconfig\n");
        Path broken = Files.writeString(folder.resolve("broken"), "clusters: [");
        assertThat(ending(Map.of("KUBECONFIG", broken.toString()), "--image=torii:1"))
                .startsWith("torii: ")
                .hasLineCount(1);
        Path away = Files.writeString(folder.resolve("away"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: test, cluster: {server: "http://127.0.0.1:PORT"}}]
                contexts: [{name: test, context: {cluster: test, user: test}}]
                users: [{name: test, user: {}}]
                current-context: test
                """.replace("PORT", Integer.toString(FreePort.find())));
        Map<String, String> pod =
                Map.of("KUBECONFIG", away.toString(), "POD_NAME", "control-1", "POD_NAMESPACE", "torii-system");
        assertThat(ending(pod))
                .startsWith("torii: cannot learn the own image of control-1: ")
                .hasLineCount(1);
        assertThat(ending(Map.of("KUBECONFIG", away.toString())))
                .isEqualTo("torii: outside of a pod it has to be told the proxies' --image\n");
    }

    /** What it says before it ends as a failure. */
    private String ending(Map<String, String> environment, String... options) throws Exception {
        Path said = folder.resolve("said");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.torii.cli.Torii",
                "control",
                "--kube",
                "--listen=127.0.0.1:0",
                "--admin=127.0.0.1:0"));
        command.addAll(List.of(options));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(Torii.FAILURE);
        return Files.readString(said);
    }
}
