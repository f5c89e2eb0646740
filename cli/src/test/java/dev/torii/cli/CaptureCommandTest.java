package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code torii capture}: its options, and once for real, as a process in a network namespace of its own. */
@Timeout(120)
final class CaptureCommandTest {

    private record Ran(int code, String out) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                       | Missing required parameter: 'up|down|show'",
                "sideways                                 | but was 'sideways'",
                "up --exclude-inbound-ports x             | '--exclude-inbound-ports': 'x' is not a port (1-65535) or a range",
                "up --include-outbound-cidrs 10.0.0.1/8   | '--include-outbound-cidrs': '10.0.0.1/8' is an address inside",
                "up --exclude-uids root                   | '--exclude-uids': 'root' is not the number of a user",
                "up --uid 0                               | whatever root sends would be left alone",
                "up --inbound-port 15001                  | three different ones, not 15001, 15001 and 15000",
                "up --iptables pf                         | '--iptables'",
            },
            quoteCharacter = '"')
    void wrongUsageIsOneLineAndTheSynopsis(String arguments, String problem) {
        StringWriter err = new StringWriter();
        CommandLine torii = Torii.commandLine().setErr(new PrintWriter(err));

        int code = torii.execute(Stream.concat(
                        Stream.of("capture"),
                        Stream.of(arguments.replace("''", "").split(" ", -1)))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new));

        assertThat(code).isEqualTo(Torii.USAGE);
        assertThat(err.toString()).contains(problem.replace("''", "'")).hasLineCount(2);
    }

    @Test
    void upShowAndDownAsProcesses() throws Exception {
        needRoot();
        String name = "torii-" + ProcessHandle.current().pid() + "-cli";
        assertThat(run(List.of("ip", "netns", "add", name))).isEqualTo(new Ran(0, ""));
        try {
            run(List.of("ip", "-n", name, "link", "set", "lo", "up"));
            List<String> inside = List.of("nsenter", "--net=/run/netns/" + name);
            assertThat(torii(inside, "show").code()).isEqualTo(Torii.FAILURE);
            assertThat(torii(inside, "up", "--exclude-outbound-ports", "5432"))
                    .isEqualTo(new Ran(
                            0,
                            "capture is up (iptables-nft): what arrives goes to port 15006, what leaves to port 15001,"
                                    + " but for user 1337 and group 1337\n"));
            Ran shown = torii(inside, "show");
            assertThat(shown.code()).isZero();
            assertThat(shown.out()).startsWith("capture is up\n").contains("port 5432: left alone");
            assertThat(torii(inside, "down")).isEqualTo(new Ran(0, "capture is down\n"));
        } finally {
            run(List.of("ip", "netns", "del", name));
        }
    }

    @Test
    void withoutTheCapabilityItSaysWhatToDo() throws Exception {
        needRoot();

        Ran ran = torii(List.of("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"), "show");

        assertThat(ran)
                .isEqualTo(new Ran(
                        1,
                        "torii: not allowed to change rules: run as root, or give the container the capability NET_ADMIN"
                                + " (and NET_RAW for iptables-legacy)\n"));
    }

    private static void needRoot() throws IOException {
        boolean rootOnLinux = Files.exists(Path.of("/proc/self/status"))
                && Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        assumeTrue(rootOnLinux, "network namespaces need root on Linux: capture is not tested here");
    }

    private static Ran torii(List<String> prefix, String... arguments) throws IOException, InterruptedException {
        List<String> java = List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Torii.class.getName(),
                "capture");
        return run(Stream.of(prefix, java, List.of(arguments))
                .flatMap(List::stream)
                .toList());
    }

    private static Ran run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), out);
    }
}
