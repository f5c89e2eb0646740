package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.kube.ApiServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code torii kube check}, and that no other command pays for it. */
@Timeout(120)
final class KubeCommandTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int torii(String... words) {
        CommandLine torii = Torii.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return torii.execute(words);
    }

    @Test
    void aClusterWithoutToriiFailsWithALineForEachThing() {
        try (ApiServer api = ApiServer.start()) {
            String kubeconfig = api.kubeconfig(folder).toString();
            assertThat(torii("kube", "check", "--kubeconfig", kubeconfig)).isEqualTo(Torii.FAILURE);
        }
        assertThat(out.toString().lines())
                .allMatch(line -> line.matches("(ok  |warn|FAIL) .*"))
                .anyMatch(line -> line.startsWith("FAIL Deployment torii-system/torii-injector is not there: "));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void whatCannotBeAskedIsALine() {
        assertThat(torii("kube", "check", "--kubeconfig", folder.resolve("none").toString()))
                .isEqualTo(Torii.FAILURE);
        assertThat(err.toString()).hasLineCount(1).startsWith("torii: ").endsWith("none: no such file\n");
        assertThat(torii("kube")).isEqualTo(Torii.USAGE);
        assertThat(torii("kube", "chek")).isEqualTo(Torii.USAGE);
    }

    /** Every process loads all commands, and whatever their methods name. */
    @Test
    void commandsAloneLoadNoKubernetesClient() throws Exception {
        Process torii = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Xlog:class+load:stdout",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.torii.cli.Torii",
                        "sidecar",
                        "--help")
                .redirectErrorStream(true)
                .start();
        List<String> lines = torii.inputReader().lines().toList();
        assertThat(torii.waitFor()).isZero();
        assertThat(lines).anyMatch(line -> line.contains("dev.torii.cli.KubeCommand"));
        assertThat(lines).noneMatch(line -> line.contains("io.fabric8.") || line.contains("org.bouncycastle."));
    }
}
