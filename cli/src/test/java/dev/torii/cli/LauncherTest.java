package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.cli.Launcher.Ran;
import dev.torii.testkit.FreePort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole house through its front door: {@code ./torii} as a process, on the JDK of this test. */
@Timeout(180)
final class LauncherTest {

    private static final Path HOME = Launcher.HOME;

    @TempDir
    private Path folder;

    private Process start(String... arguments) throws IOException {
        return new Launcher(folder).start(Map.of(), arguments);
    }

    private Ran torii(String... arguments) throws IOException, InterruptedException {
        return torii(Map.of(), arguments);
    }

    private Ran torii(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return new Launcher(folder).run(environment, arguments);
    }

    @Test
    void checkFindsNothingInTheDemo() throws Exception {
        assertThat(torii("check", HOME.resolve("src/demo").toString())).isEqualTo(new Ran(0, "", ""));
    }

    @Test
    void norInTheCapturedOne() throws Exception {
        List<String> check = new ArrayList<>(List.of("check", HOME + "/src/demo-captured"));
        for (String file : List.of("gateway", "routes", "reviews", "telemetry")) {
            check.add(HOME + "/src/demo/" + file + ".yaml");
        }
        assertThat(torii(check.toArray(String[]::new))).isEqualTo(new Ran(0, "", ""));
    }

    @Test
    void classesComeFromAnArchive() throws Exception {
        Ran ran = torii(Map.of("TORII_OPTS", "-Xlog:class+load"), "--version");

        assertThat(ran.out()).containsPattern("dev\\.torii\\.cli\\.Torii source: shared objects file");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void anArchiveThatDoesNotFitIsLeftOutWithoutAWord() throws Exception {
        String otherClassPath = "-Xbootclasspath/a:" + folder; // no JVM takes an archive made without it

        Ran ran = torii(
                Map.of("TORII_OPTS", otherClassPath),
                "check",
                HOME.resolve("src/demo").toString());

        assertThat(ran).isEqualTo(new Ran(0, "", ""));
    }

    @Test
    void checkNamesTheLineOfAMisspeltField() throws Exception {
        Path file = folder.resolve("route.yaml");
        Files.writeString(file, """
                apiVersion: v1
                kind: Service
                metadata:
                  name: web
                spec:
                  prots: [{name: http, port: 80}]
                """);

        Ran ran = torii("check", "route.yaml");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .isEqualTo("route.yaml:6:3: error: UnknownField: unknown field `prots`, did you mean `ports`?\n");
        assertThat(ran.code()).isEqualTo(1);
    }

    @Test
    void aSyntaxErrorIsNotDrownedInItsConsequences() throws Exception {
        Files.writeString(folder.resolve("gateway.yaml"), "kind: Gateway\n  metadata: [");
        Files.writeString(folder.resolve("route.yaml"), """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: web}
                spec: {parentRefs: [{name: gateway}], rules: [{backendRefs: [{name: web, port: 80}]}]}
                """);

        Ran ran = torii("check", ".");

        assertThat(ran)
                .isEqualTo(new Ran(
                        1, "./gateway.yaml:2:11: error: InvalidSyntax: mapping values are not allowed here\n", ""));
    }

    @Test
    void aMissingFileIsOneLine() throws Exception {
        Ran ran = torii("check", "nowhere.yaml");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out() + ran.err()).contains("nowhere.yaml").hasLineCount(1);
    }

    @Test
    void wrongUsageGetsASuggestion() throws Exception {
        assertThat(torii("chekc")).isEqualTo(new Ran(2, "", """
                        torii: Unmatched argument at index 0: 'chekc'
                        Did you mean: torii check?
                        Usage: torii [-hV] COMMAND
                        """));
        assertThat(torii().code()).isEqualTo(2);
        assertThat(torii("check").code()).isEqualTo(2);
        assertThat(torii("check", "--nope", "x").code()).isEqualTo(2);
        assertThat(torii("gateway").code()).isEqualTo(2);
    }

    @Test
    void aTakenPortIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String admin = "127.0.0.1:" + taken.getLocalPort();

            Ran ran = torii("gateway", "--config", HOME.resolve("src/demo").toString(), "--admin", admin);

            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.err().lines().toList())
                    .last()
                    .asString()
                    .startsWith("torii: ")
                    .contains(admin);
            assertThat(ran.err()).doesNotContain("\tat ");
        }
    }

    @Test
    void aGatewayThatIsToldToEndEndsCleanly() throws Exception {
        int port = FreePort.find();
        Files.writeString(folder.resolve("gateway.yaml"), """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: torii
                  listeners: [{name: http, protocol: HTTP, port: %d}]
                """.formatted(port));
        Process gateway = start("gateway", "--config", "gateway.yaml", "--admin", "127.0.0.1:" + FreePort.find());

        String answer = firstAnswerOn(gateway, port);
        gateway.toHandle().destroy(); // unlike the process itself, this leaves the output open

        assertThat(answer).contains("404 Not Found").contains("x-torii-reason: NR ");
        assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(gateway.exitValue()).isZero();
        assertThat(new String(gateway.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("\"flags\":\"NR\"");
    }

    private static String firstAnswerOn(Process gateway, int port) throws IOException {
        while (gateway.isAlive()) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream()
                        .write("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            } catch (ConnectException notYet) {
                Thread.onSpinWait();
            }
        }
        throw new IOException("the gateway ended with " + gateway.exitValue());
    }

    @Test
    void theDemoTriesItselfAndLeavesNothingBehind() throws Exception {
        // The pods that other classes share live until all have run.
        List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
        Ran ran = torii("demo", "--once");

        assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
        assertThat(ran.out()).contains("the demo works").doesNotContain("FAIL");
        assertThat(ProcessHandle.current().descendants().filter(process -> !before.contains(process)))
                .isEmpty();
    }

    @Test
    void theDemoTakesItsProcessesWithItWhenItIsKilled() throws Exception {
        Process demo = start("demo");
        try (var out = demo.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            assertThat(line).as(Files.readString(folder.resolve("stderr"))).contains("The shop is open");
            List<ProcessHandle> shop = demo.descendants().toList();
            assertThat(shop).hasSizeGreaterThan(11);

            demo.destroyForcibly();

            for (ProcessHandle process : shop) {
                process.onExit().get(60, TimeUnit.SECONDS);
            }
        }
    }
}
