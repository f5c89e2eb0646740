package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.torii.cli.Launcher.Ran;
import dev.torii.testkit.Await;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./torii demo --capture}: it works, it says what is missing, and however it ends, nothing of it is left. */
@Timeout(180)
final class CapturedDemoTest {

    @TempDir
    private Path folder;

    @BeforeAll
    static void needRoot() throws IOException {
        boolean rootOnLinux = Files.exists(Path.of("/proc/self/status"))
                && Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        assumeTrue(rootOnLinux, "network namespaces need root on Linux: the captured demo is not tested here");
    }

    /** What is there of the demo: namespaces, their files, a link, a folder. */
    private static List<String> left() {
        return Stream.of("/run/netns", "/etc/netns", "/sys/class/net", "/run")
                .map(File::new)
                .map(File::listFiles)
                .flatMap(files -> files == null ? Stream.of() : Arrays.stream(files))
                .map(File::getPath)
                .filter(path -> path.contains("torii-demo"))
                .toList();
    }

    /** A shell in a network of its own that goes on to {@code "$@"}. */
    private Launcher apart(String before) {
        return new Launcher(
                folder,
                "unshare",
                "--net",
                "--mount",
                "bash",
                "-c",
                "ip link set lo up && " + before + " && \"$@\"",
                "-");
    }

    private static void refused(Ran ran, String line) {
        assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).startsWith("torii: ").contains(line).hasLineCount(1);
    }

    @Test
    void itTriesItselfAndNothingIsLeftNotEvenOfARunBefore() throws Exception {
        Files.createDirectories(Path.of("/run/torii-demo/config"));
        Files.createDirectories(Path.of("/etc/netns/torii-demo-cart"));
        for (String ip : List.of(
                "netns add torii-demo-web",
                "link add torii-demo type veth peer name eth0 netns torii-demo-web",
                "addr add 198.18.0.1/24 dev torii-demo")) {
            Process process =
                    new ProcessBuilder(("ip " + ip).split(" ")).inheritIO().start();
            assertThat(process.waitFor()).as(ip).isZero();
        }
        Process forgotten = new ProcessBuilder("ip", "netns", "exec", "torii-demo-web", "cat").start();

        Ran ran = new Launcher(folder).run(Map.of(), "demo", "--capture", "--once");

        assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
        assertThat(ran.out()).contains("the demo works").doesNotContain("FAIL");
        assertThat(ran.err()).isEmpty();
        assertThat(left()).isEmpty();
        assertThat(forgotten.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }

    @Test
    void itGoesAsAWholeWhenItIsKilledAndHasNoSecondBesideIt() throws Exception {
        Launcher launcher = new Launcher(folder);
        Process demo = launcher.start(Map.of(), "demo", "--capture");
        try (var out = demo.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).as(Files.readString(launcher.errors())).contains("The shop is open");
            assertThat(left()).hasSizeGreaterThan(12);
            List<ProcessHandle> shop = demo.descendants().toList();

            refused(
                    apart("true").run(Map.of(), "demo", "--capture", "--once"),
                    "another ./torii demo --capture is open");
            demo.destroyForcibly();

            for (ProcessHandle process : shop) {
                process.onExit().get(60, TimeUnit.SECONDS);
            }
            assertThat(Await.until(Duration.ofMinutes(1), () -> left().isEmpty()))
                    .as("all gone: %s", left())
                    .isTrue();
        }
    }

    @Test
    void addressesThatThisMachineUsesAreNotTaken() throws Exception {
        refused(
                apart("ip route add blackhole 198.18.0.0/16").run(Map.of(), "demo", "--capture", "--once"),
                "which this machine has a route for: blackhole 198.18.0.0/16");
        assertThat(left()).isEmpty();
    }

    @Test
    void whatIsMissingIsTold() throws Exception {
        String hidden = "for file in $(type -ap iptables curl); do mount --bind /dev/null $(readlink -f $file); done";

        refused(
                apart(hidden).run(Map.of(), "demo", "--capture", "--once"),
                "programs are missing: apt-get install iptables curl");
        assertThat(left()).isEmpty();
    }

    @Test
    void anOrdinaryUserIsToldToBecomeRoot() throws Exception {
        // Mounted, because an ordinary user need not be allowed to read this folder.
        String java = System.getProperty("java.home");
        String mount = "mount -t tmpfs none /mnt && mkdir /mnt/torii /mnt/java && mount --bind " + Launcher.HOME
                + " /mnt/torii && mount --bind " + java + " /mnt/java";
        String nobody = "cd / && exec setpriv --reuid 65534 --regid 65534 --clear-groups env TORII_JAVA=/mnt/java"
                + " /mnt/torii/torii demo --capture --once";

        refused(apart(mount + " && " + nobody).run(Map.of()), "which takes root: sudo ./torii demo --capture");
    }
}
