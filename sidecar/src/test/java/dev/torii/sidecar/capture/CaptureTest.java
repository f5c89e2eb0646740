package dev.torii.sidecar.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.torii.testkit.Namespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real rules in the real kernel: two pods, one for each backend of iptables, and a world that answers for every address. The
 * clients are curl. In the pods, user 1337 listens where a sidecar would and tells where a connection had wanted to go.
 */
@Timeout(120)
final class CaptureTest {

    private static final int APP = 1000;
    private static final int SIDECAR = 1337;
    private static final int SIDECAR_GROUP = 1338;

    private static final String SERVICE = "10.96.0.10";
    private static final String SERVICE6 = "fd96::a";
    private static final String OUTSIDE = "10.50.0.1";
    private static final String OUTSIDE6 = "fd50::1";

    /** Whatever else a pod's namespace holds, it keeps. */
    private static final String SOMEBODY_ELSES =
            "*nat\n:CNI - [0:0]\n-A CNI -j RETURN\n-A OUTPUT -p udp -j CNI\nCOMMIT\n";

    private static Namespaces net;
    private static Namespaces.Host world;
    private static Map<Backend, Namespaces.Host> pods;

    @TempDir
    private Path folder;

    private final List<String> failures = new ArrayList<>();
    private Namespaces.Host pod;

    @BeforeAll
    static void build() throws Exception {
        boolean rootOnLinux = Files.exists(Path.of("/proc/self/status"))
                && Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        assumeTrue(rootOnLinux, "network namespaces need root on Linux: capture is not tested here");
        net = new Namespaces();
        world = net.host("world");
        for (String address : List.of(SERVICE + "/32", OUTSIDE + "/32", SERVICE6 + "/128", OUTSIDE6 + "/128")) {
            net.address(world, address);
        }
        pods = Map.of(Backend.NFT, net.host("nft"), Backend.LEGACY, net.host("legacy"));
        net.start(world, reporter("80", "53", "443", "9999", "udp:53"));
        for (Map.Entry<Backend, Namespaces.Host> entry : pods.entrySet()) {
            // An address that must not be taken for ::6, and that nothing is sent from.
            net.run(entry.getValue(), "ip", "-6", "addr", "add", "fd77::6/128", "dev", "eth0", "preferred_lft", "0");
            // It may read the class path wherever that is, and is otherwise an ordinary user.
            String[] user = {
                "setpriv",
                "--reuid",
                "" + SIDECAR,
                "--regid",
                "" + SIDECAR_GROUP,
                "--clear-groups",
                "--inh-caps=-all,+dac_read_search",
                "--ambient-caps=-all,+dac_read_search"
            };
            net.start(
                    entry.getValue(),
                    Stream.of(user, reporter("15001", "15006", "15000", "8080", "9090"))
                            .flatMap(Stream::of)
                            .toArray(String[]::new));
            programs(entry.getValue()).run(SOMEBODY_ELSES, variant(entry.getKey()) + "-restore", "--noflush");
        }
    }

    private static String[] reporter(String... ports) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-UsePerfData",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                Reporter.class.getName()));
        command.addAll(List.of(ports));
        return command.toArray(String[]::new);
    }

    @AfterAll
    static void remove() {
        if (net != null) {
            net.close();
        }
    }

    @AfterEach
    void down() throws CaptureException {
        capture().down();
    }

    private static String variant(Backend backend) {
        return backend == Backend.NFT ? "iptables-nft" : "iptables-legacy";
    }

    private static Programs programs(Namespaces.Host host) {
        return new Programs(host.prefix(), System.getenv("PATH"));
    }

    private Capture capture() {
        return new Capture(programs(pod));
    }

    /** The backend is found out, for somebody else's rules are there. */
    private void up(Backend backend, Sample options) throws CaptureException {
        pod = pods.get(backend);
        assertThat(capture().up(options.options(), Backend.AUTO, true, false))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("capture is up (" + variant(backend) + ")");
    }

    /** What the pod's rules are, without counters and dates. */
    private String rules(Backend backend) {
        return (net.run(pod, variant(backend) + "-save")
                        + net.run(pod, variant(backend).replace("ip", "ip6") + "-save")
                        + net.run(pod, "ip", "-6", "-o", "addr", "show"))
                .replaceAll("(?m)^#.*\n?", "")
                .replaceAll("\\[\\d+:\\d+\\]", "");
    }

    private void fromWorld(String url, String answer) {
        check("the world", url, answer, net.run(world, curl(url)));
    }

    private void fromPod(int user, int group, String url, String answer, String... more) {
        List<String> command =
                new ArrayList<>(List.of("setpriv", "--reuid", "" + user, "--regid", "" + group, "--clear-groups"));
        command.addAll(List.of(curl(url)));
        command.addAll(List.of(more));
        check("user " + user + " group " + group, url, answer, net.run(pod, command.toArray(String[]::new)));
    }

    private void fromApp(String url, String answer) {
        fromPod(APP, APP, url, answer);
    }

    private static String[] curl(String url) {
        return new String[] {"curl", "-sS", "--noproxy", "*", "--max-time", "20", "http://" + url};
    }

    private void check(String who, String url, String expected, String answer) {
        if (!expected.equals(answer)) {
            failures.add(who + " to " + url + ": expected " + expected + ", was " + answer);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void whatLeavesAndWhatArrivesIsCaptured(Backend backend) throws Exception {
        up(backend, new Sample());

        fromApp(SERVICE, "15001 10.96.0.10 80");
        fromApp("[" + SERVICE6 + "]", "15001 fd96:0:0:0:0:0:0:a 80");
        fromApp(OUTSIDE + ":9999", "15001 10.50.0.1 9999");
        fromWorld(pod.ipv4() + ":8080", "15006 " + pod.ipv4() + " 8080");
        fromWorld(
                "[" + pod.ipv6() + "]:8080",
                "15006 fd09:0:0:0:0:0:0:" + pod.ipv6().substring(6) + " 8080");
        fromWorld(pod.ipv4() + ":15000", "15000 direct");
        fromWorld("[" + pod.ipv6() + "]:15000", "15000 direct");

        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void theSidecarsOwnConnectionsNeverComeBackToIt(Backend backend) throws Exception {
        up(backend, new Sample());
        String self = pod.ipv4();
        String self6 = "[" + pod.ipv6() + "]";

        fromPod(SIDECAR, APP, SERVICE, "80 direct");
        fromPod(APP, SIDECAR_GROUP, SERVICE, "80 direct");
        fromPod(SIDECAR, SIDECAR_GROUP, "[" + SERVICE6 + "]", "80 direct");
        // To the app, as its inbound half does it; and over loopback.
        fromPod(SIDECAR, SIDECAR_GROUP, self + ":8080", "8080 direct", "--interface", "127.0.0.6");
        fromPod(SIDECAR, SIDECAR_GROUP, self6 + ":8080", "8080 direct", "--interface", "host!::6");
        fromPod(SIDECAR, SIDECAR_GROUP, "127.0.0.1:8080", "8080 direct");
        fromPod(SIDECAR, SIDECAR_GROUP, "[::1]:8080", "8080 direct");

        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void aPodThatCallsItself(Backend backend) throws Exception {
        up(backend, new Sample());
        String self6 = "fd09:0:0:0:0:0:0:" + pod.ipv6().substring(6);

        // The app does so directly ...
        fromApp(pod.ipv4() + ":8080", "8080 direct");
        fromApp("[" + pod.ipv6() + "]:8080", "8080 direct");
        fromApp("127.0.0.1:8080", "8080 direct");
        fromApp("[::1]:8080", "8080 direct");
        // ... but what goes through the sidecar, to a Service whose endpoint is here, comes in like any other's.
        fromPod(SIDECAR, APP, pod.ipv4() + ":8080", "15006 " + pod.ipv4() + " 8080");
        fromPod(APP, SIDECAR_GROUP, "[" + pod.ipv6() + "]:8080", "15006 " + self6 + " 8080");
        fromPod(SIDECAR, SIDECAR_GROUP, pod.ipv4() + ":15000", "15000 direct");

        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void dnsIsLeftAlone(Backend backend) throws Exception {
        up(backend, new Sample());
        String ask = "exec 3<>/dev/udp/%s/53; echo who >&3; timeout 20 head -c 4 <&3";

        fromApp(SERVICE + ":53", "53 direct");
        fromApp("[" + SERVICE6 + "]:53", "53 direct");
        check("udp", world.ipv4(), "who", net.run(pod, "bash", "-c", String.format(ask, world.ipv4())));
        check("udp", world.ipv6(), "who", net.run(pod, "bash", "-c", String.format(ask, world.ipv6())));
        up(backend, new Sample().tcpDns());
        fromApp(SERVICE + ":53", "15001 10.96.0.10 53");

        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void whatIsExcludedGoesItsOwnWay(Backend backend) throws Exception {
        up(backend, new Sample());
        up(
                backend,
                new Sample()
                        .inbound("all", "9000-9099")
                        .outboundPorts("all", "443")
                        .outboundCidrs("all", "10.50.0.0/16,fd50::/16")
                        .except("2000", "2001"));

        fromWorld(pod.ipv4() + ":9090", "9090 direct");
        fromWorld("[" + pod.ipv6() + "]:9090", "9090 direct");
        fromWorld(pod.ipv4() + ":8080", "15006 " + pod.ipv4() + " 8080");
        fromApp(SERVICE + ":443", "443 direct");
        fromApp("[" + SERVICE6 + "]:443", "443 direct");
        fromApp(OUTSIDE, "80 direct");
        fromApp("[" + OUTSIDE6 + "]", "80 direct");
        fromPod(2000, APP, SERVICE, "80 direct");
        fromPod(APP, 2001, "[" + SERVICE6 + "]", "80 direct");
        fromApp(SERVICE, "15001 10.96.0.10 80");

        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void onlyWhatIsIncluded(Backend backend) throws Exception {
        up(
                backend,
                new Sample()
                        .inbound("8000-8099", "none")
                        .outboundPorts("80,9999", "none")
                        .outboundCidrs("10.96.0.0/12", "none"));

        fromWorld(pod.ipv4() + ":8080", "15006 " + pod.ipv4() + " 8080");
        fromWorld(pod.ipv4() + ":9090", "9090 direct");
        fromApp(SERVICE, "15001 10.96.0.10 80");
        fromApp(SERVICE + ":9999", "15001 10.96.0.10 9999");
        fromApp(SERVICE + ":443", "443 direct");
        fromApp(OUTSIDE, "80 direct");
        fromApp("[" + SERVICE6 + "]", "80 direct");

        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void upMayBeRepeatedAndDownLeavesNothing(Backend backend) throws Exception {
        pod = pods.get(backend);
        capture().down();
        String before = rules(backend);
        assertThat(before)
                .contains(":CNI", "-A OUTPUT -p udp -j CNI")
                .doesNotContain("TORII", " ::6/128")
                .contains("fd77::6/128");
        assertThat(capture().show(true).up()).isFalse();

        up(backend, new Sample());
        String once = rules(backend);
        up(backend, new Sample());
        assertThat(rules(backend)).isEqualTo(once).contains(" ::6/128");
        assertThat(capture().show(true).up()).isTrue();
        assertThat(capture().show(true).lines()).contains("IPv4 by " + variant(backend), "IPv6 by " + variant(backend));

        assertThat(capture().down()).containsExactly("capture is down");
        assertThat(rules(backend)).isEqualTo(before);
        assertThat(capture().down()).containsExactly("capture was not up");
        fromApp(SERVICE, "80 direct");
        fromWorld(pod.ipv4() + ":8080", "8080 direct");
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void noConnectionSlipsByWhileRulesAreReplaced(Backend backend) throws Exception {
        up(backend, new Sample());
        String many = "for i in $(seq 50); do curl -sS --noproxy '*' --max-time 20 http://" + SERVICE + "; echo; done";

        CompletableFuture<String> answers =
                CompletableFuture.supplyAsync(() -> net.run(pod, "setpriv", "--reuid", "" + APP, "bash", "-c", many));
        for (int i = 0; i < 5 || !answers.isDone(); i++) {
            up(backend, new Sample().except(i % 2 == 0 ? "2000" : "none", "none"));
        }

        assertThat(answers.join().lines()).hasSize(50).containsOnly("15001 10.96.0.10 80");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void whatWasLeftHalfDoneIsSeenAndMended(Backend backend) throws Exception {
        pod = pods.get(backend);
        capture().down();
        String before = rules(backend);
        up(backend, new Sample());
        String complete = rules(backend);
        net.run(pod, variant(backend), "-t", "nat", "-D", "OUTPUT", "-p", "tcp", "-j", "TORII_OUTBOUND");
        net.run(pod, variant(backend), "-t", "nat", "-F", "TORII_INBOUND");

        assertThat(capture().show(true).up()).isFalse();
        assertThat(capture().show(true).lines())
                .contains("IPv4 by " + variant(backend) + ", incomplete: run up or down again");
        up(backend, new Sample());
        assertThat(rules(backend).lines().sorted())
                .isEqualTo(complete.lines().sorted().toList());

        net.run(pod, variant(backend), "-t", "nat", "-D", "OUTPUT", "-p", "tcp", "-j", "TORII_OUTBOUND");
        capture().down();
        assertThat(rules(backend)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void ipv6MayBeLeftOut(Backend backend) throws Exception {
        up(backend, new Sample());

        assertThat(capture().up(Sample.defaults(), Backend.AUTO, false, false))
                .last()
                .isEqualTo("IPv6: not captured, as asked");

        fromApp(SERVICE, "15001 10.96.0.10 80");
        fromApp("[" + SERVICE6 + "]", "80 direct");
        assertThat(rules(backend)).doesNotContain(" ::6/128");
        assertThat(capture().show(false).up()).isTrue();
        assertThat(capture().show(true).up()).isFalse();
        assertThat(failures).isEmpty();
    }

    @Test
    void aNamespaceWithoutIpv6() throws Exception {
        pod = net.host("ipv4");
        net.run(pod, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6");

        assertThat(capture().up(Sample.defaults(), Backend.LEGACY, true, false))
                .hasSize(2)
                .last()
                .isEqualTo("IPv6: none in this network namespace");
        assertThat(capture().show(true).up()).isTrue();
        assertThat(capture().show(true).lines()).contains("IPv6: none in this network namespace");
        // Changed one's mind: never both.
        capture().up(Sample.defaults(), Backend.NFT, true, false);
        assertThat(rules(Backend.LEGACY)).doesNotContain("TORII");
        capture().down();
        assertThat(rules(Backend.NFT)).doesNotContain("TORII");
    }

    @Test
    void bothBackendsInUseIsForTheUserToSettle() throws Exception {
        pod = net.host("both");
        programs(pod).run(SOMEBODY_ELSES, "iptables-nft-restore", "--noflush");
        programs(pod).run(SOMEBODY_ELSES, "iptables-legacy-restore", "--noflush");

        assertThatThrownBy(() -> capture().up(Sample.defaults(), Backend.AUTO, true, false))
                .isInstanceOf(CaptureException.class)
                .hasMessage("this network namespace has rules of both iptables-nft and iptables-legacy:"
                        + " say which with --iptables nft|legacy");
        assertThat(capture().up(Sample.defaults(), Backend.LEGACY, true, false))
                .first()
                .asString()
                .contains("(iptables-legacy)");
    }

    @Test
    void withNothingInUseItFollowsTheSystemsIptables() throws Exception {
        pod = net.host("fresh");
        Path iptables = Files.writeString(folder.resolve("iptables"), "#!/bin/sh\necho 'iptables v1.8.9 (legacy)'\n");
        assertThat(iptables.toFile().setExecutable(true)).isTrue();
        Programs legacy = new Programs(pod.prefix(), folder + ":" + System.getenv("PATH"));

        assertThat(new Capture(legacy).up(Sample.defaults(), Backend.AUTO, true, false))
                .first()
                .asString()
                .startsWith("capture is up (iptables-legacy)");
    }

    @Test
    void aMissingProgramIsNamed() {
        pod = pods.get(Backend.NFT);
        Capture bare = new Capture(new Programs(pod.prefix(), folder.toString()));

        assertThatThrownBy(() -> bare.up(Sample.defaults(), Backend.AUTO, true, true))
                .isInstanceOf(CaptureException.class)
                .hasMessage("ip is missing: install it (apt-get install iproute2), or leave IPv6 out with --no-ipv6");
        assertThatThrownBy(() -> bare.up(Sample.defaults(), Backend.AUTO, false, true))
                .isInstanceOf(CaptureException.class)
                .hasMessage("iptables is missing: install it (apt-get install iptables)");
    }

    @Test
    void whatTheKernelRefusesIsTold() throws Exception {
        pod = net.host("refused");
        Files.writeString(
                folder.resolve("iptables-nft-restore"),
                "#!/bin/sh\necho '# Warning' >&2\n"
                        + "echo 'iptables-nft-restore: Could not load match owner' >&2\nexit 2\n");
        assertThat(folder.resolve("iptables-nft-restore").toFile().setExecutable(true))
                .isTrue();
        Capture refused = new Capture(new Programs(pod.prefix(), folder + ":" + System.getenv("PATH")));

        assertThatThrownBy(() -> refused.up(Sample.defaults(), Backend.NFT, true, false))
                .isInstanceOf(CaptureException.class)
                .hasMessage("the rules for IPv4 were refused: iptables-nft-restore: Could not load match owner");
    }
}
