package dev.torii.cli.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.cli.mesh.MeshPods.Pod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a mesh is for, with nothing in it made for a test but the apps' answers: network namespaces for pods, rules by
 * {@code torii capture}, sidecars that are ordinary users, programs that know nothing of it (curl, a JDK HttpServer, OpenSSL,
 * Redis). A connection went through no sidecar when the server saw the port that its client had.
 */
@ExtendWith(SharedMesh.class)
@Timeout(180)
final class MeshNetworkTest {

    private static final String REVIEWS = "http://10.96.0.10";

    private final MeshPods mesh;

    MeshNetworkTest(MeshPods mesh) {
        this.mesh = mesh;
    }

    private static String word(String text, String before) {
        Matcher found = Pattern.compile("(?mi)^" + Pattern.quote(before) + "\\s*(.*?)\\s*$")
                .matcher(text);
        assertThat(found.find()).as(before + " in " + text).isTrue();
        return found.group(1);
    }

    /** Whether the server saw the client's own port, of an answer by an app. */
    private static boolean isDirect(String answer) {
        assertThat(answer).contains("status 200");
        return word(answer, "from").endsWith(" " + word(answer, "local"));
    }

    private String fromWeb(String... arguments) {
        return mesh.curl(mesh.web.host, arguments);
    }

    private String fromWorld(String... arguments) {
        return mesh.curl(mesh.world, arguments);
    }

    @Test
    void aSidecarIsAnOrdinaryUser() {
        for (Pod pod : new Pod[] {mesh.web, mesh.v1, mesh.v2}) {
            String status = pod.kernelKnows("status");
            assertThat(word(status, "Uid:")).isEqualTo("1337\t1337\t1337\t1337");
            for (String set : new String[] {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"}) {
                assertThat(word(status, set)).as(set).isEqualTo("0000000000000000");
            }
        }
    }

    /** It begins with nobody else in its mesh: what is called first is asked for, and only then. */
    @Test
    void aSidecarAsksControlForWhatIsCalledFirst() throws Exception {
        mesh.asker.startAsking(mesh.startControl(), "asker", "web");
        MeshPods.until("the sidecar that asks is ready", mesh.asker::isReady);
        assertThat(answered()).isZero();
        for (String call : List.of("/first", "/second")) {
            assertThat(mesh.curl(mesh.asker.host, REVIEWS + call)).contains("pod v", "status 200");
            assertThat(mesh.asker.logged("\"path\":\"" + call + "\"")).contains("\"service\":\"shop/reviews");
            assertThat(answered()).isEqualTo(1);
        }
        String outside = mesh.curl(mesh.asker.host, "http://" + MeshPods.OUTSIDE + ":8080/x");
        assertThat(outside).contains("pod world").doesNotContainIgnoringCase("x-request-id");
    }

    /** How many questions control has answered. */
    private int answered() {
        String page = fromWorld("http://127.0.0.1:15000/metrics");
        return (int) Double.parseDouble(word(page, "torii_control_wants_answered_total"));
    }

    @Test
    void aClusterAddressLeadsToItsServiceByWeight() {
        String all = fromWeb(REVIEWS + "/[1-200]");

        assertThat(all.lines().filter("status 200"::equals)).hasSize(200);
        assertThat(all.lines().filter("pod v1"::equals).count()).isBetween(115L, 185L);
        assertThat(all.lines().filter("pod v2"::equals).count()).isBetween(15L, 85L);
    }

    @Test
    void aHeaderChoosesThePreviewAndOneIdIsOnTheWholeWay() {
        String answer = fromWeb("-i", "-H", "x-preview: yes", REVIEWS + "/preview");

        String id = word(answer, "x-request-id:");
        assertThat(answer).contains("pod v2", "status 200");
        assertThat(answer.lines().filter(line -> line.equalsIgnoreCase("x-request-id: " + id)))
                .as("the app has the id that the caller gets")
                .hasSize(2);
        assertThat(word(answer, "from")).startsWith("127.0.0.1 ");
        assertThat(word(answer, "x-forwarded-for:")).isEqualTo(mesh.web.host.ipv4());
        assertThat(mesh.web.logged(id))
                .contains("\"role\":\"outbound\"", "\"route\":\"shop/reviews/0\"", "\"endpoint\":\"10.9.0.4:8080\"");
        assertThat(mesh.v2.logged(id))
                .contains(
                        "\"role\":\"inbound\"", "\"client\":\"" + mesh.web.host.ipv4(), "\"service\":\"shop/reviews\"");
    }

    @Test
    void whoWasCalledForIsKeptToo() {
        String answer = fromWeb(
                "-H", "x-forwarded-for: 192.0.2.7", "-H", "x-request-id: for-7", "-H", "x-preview: yes", REVIEWS + "/");

        assertThat(word(answer, "x-forwarded-for:")).isEqualTo("192.0.2.7, " + mesh.web.host.ipv4());
        assertThat(word(answer, "x-request-id:")).isEqualTo("for-7");
        assertThat(mesh.v2.logged("\"request_id\":\"for-7\""))
                .as("whom it is for, and which pod asks")
                .contains("\"client\":\"192.0.2.7\"", "\"peer\":\"" + mesh.web.host.ipv4() + "\"");
    }

    @Test
    void whatIsNoServicePassesUntouched() {
        String outside = fromWeb("http://" + MeshPods.OUTSIDE + ":8080/");
        assertThat(outside).contains("pod world").doesNotContainIgnoringCase("x-request-id");
        assertThat(isDirect(outside)).isFalse();
        assertThat(mesh.web.logged("\"endpoint\":\"" + MeshPods.OUTSIDE + ":8080\""))
                .contains("\"protocol\":\"TCP\"");

        String pod = fromWeb(REVIEWS.replace("10.96.0.10", mesh.v1.host.ipv4() + ":8080"), "-H", "x-preview: yes");
        assertThat(pod).contains("pod v1", "status 200").containsIgnoringCase("x-request-id");
        assertThat(mesh.web.logged("\"endpoint\":\"10.9.0.3:8080\"", "\"protocol\":\"TCP\""))
                .isNotEmpty();
    }

    @Test
    void tlsIsNotEndedAndItsServerNameChooses() {
        for (String pod : new String[] {"v1", "v2"}) {
            String name = pod + ".shop.example";

            String answer = fromWeb("--resolve", name + ":443:10.96.0.20", "https://" + name + "/");

            // The certificate is the pod's own, or curl would not have it.
            assertThat(answer).contains("status 200", "s_server");
            assertThat(mesh.web.logged("\"authority\":\"" + name + "\""))
                    .contains("\"protocol\":\"TLS\"", "\"route\":\"shop/vault-" + pod + "/0\"");
        }
    }

    @Test
    void redisIsCarriedByteForByte() throws Exception {
        byte[] value = new byte[1 << 20];
        long seed = System.nanoTime();
        new Random(seed).nextBytes(value);
        Path sent = Files.write(mesh.home.resolve("value"), value);
        for (String port : new String[] {"6379", "7777"}) {
            String redis = "redis-cli -h 10.96.0.30 -p " + port + " ";
            String key = "key" + port;

            assertThat(mesh.run(mesh.web.host, "sh", "-c", redis + "-x set " + key + " < " + sent))
                    .isEqualTo("OK");
            assertThat(mesh.run(
                            mesh.web.host,
                            "sh",
                            "-c",
                            redis + "get " + key + " | head -c " + value.length + " | cmp - " + sent + " && echo same"))
                    .as("seed %d, port %s", seed, port)
                    .isEqualTo("same");
            // Inline commands, some of which look like a request's first line.
            assertThat(mesh.run(
                            mesh.web.host,
                            "bash",
                            "-c",
                            "exec 3<>/dev/tcp/10.96.0.30/" + port
                                    + "; printf 'SET key HTTP\\r\\nGET key\\r\\nQUIT\\r\\n' >&3;"
                                    + " timeout 20 cat <&3"))
                    .isEqualTo("+OK\r\n$4\r\nHTTP\r\n+OK");
        }
    }

    @Test
    void aServerThatSpeaksFirstIsHeard() {
        Path mail = mesh.home.resolve("shop.yaml"); // any text

        String said = mesh.run(
                mesh.web.host,
                "curl",
                "-sSv",
                "--max-time",
                "20",
                "smtp://10.96.0.40:2525",
                "--mail-from",
                "a@shop.example",
                "--mail-rcpt",
                "b@shop.example",
                "-T",
                mail.toString());

        assertThat(said).contains("< 220 v2 is first", "We are completely uploaded and fine\n< 250 v2 got it");
        assertThat(mesh.web.logged("\"service\":\"shop/mail\"")).contains("\"protocol\":\"TCP\"");
    }

    @Test
    void ipv6IsAsGood() {
        String service = fromWeb("-H", "x-preview: yes", "http://[fd96::10]/six");
        assertThat(service).contains("pod v2", "status 200");

        String allTheWay = fromWeb("-i", "http://[fd96::11]/seven");
        assertThat(allTheWay).contains("pod v1", "status 200");
        assertThat(word(allTheWay, "x-forwarded-for:")).isEqualTo(mesh.web.host.ipv6());
        assertThat(mesh.v1.logged(word(allTheWay, "x-request-id:")))
                .contains("\"role\":\"inbound\"", mesh.web.host.ipv6());

        String outside = fromWeb("http://[" + MeshPods.OUTSIDE6 + "]:8080/");
        assertThat(outside).contains("pod world");
        assertThat(isDirect(outside)).isFalse();

        for (Pod pod : new Pod[] {mesh.v1, mesh.v2}) {
            String declared = fromWorld("-i", "http://[" + pod.host.ipv6() + "]:8080/");
            assertThat(word(declared, "x-forwarded-for:")).isEqualTo(mesh.world.ipv6());
            assertThat(declared).containsIgnoringCase("x-request-id");
            String other = fromWorld("http://[" + pod.host.ipv6() + "]:" + PodApp.OTHER + "/");
            assertThat(word(other, "from")).startsWith("0:0:0:0:0:0:0:6 ");
        }
    }

    @Test
    void whatIsExcludedMeetsNoSidecar() {
        assertThat(isDirect(fromWeb("http://" + MeshPods.EXCLUDED + ":8080/"))).isTrue();
        assertThat(isDirect(fromWeb("http://[" + MeshPods.EXCLUDED6 + "]:8080/")))
                .isTrue();
        assertThat(isDirect(fromWeb("http://" + MeshPods.OUTSIDE + ":" + MeshPods.EXCLUDED_PORT + "/")))
                .isTrue();
        assertThat(isDirect(fromWorld("http://" + mesh.v1.host.ipv4() + ":" + PodApp.ANOTHER + "/")))
                .isTrue();
        assertThat(isDirect(fromWorld("http://" + mesh.v2.host.ipv4() + ":" + PodApp.ANOTHER + "/")))
                .isFalse();
    }

    @Test
    void nothingGoesRoundForEver() {
        String self = mesh.web.host.ipv4();
        String service = fromWeb("-i", "http://10.96.0.1/self");
        assertThat(service).contains("pod web", "status 200");
        String id = word(service, "x-request-id:");
        assertThat(mesh.web.logged(id, "\"role\":\"outbound\"")).contains("\"endpoint\":\"" + self + ":8080\"");
        assertThat(mesh.web.logged(id, "\"role\":\"inbound\"")).contains("\"client\":\"" + self);
        assertThat(isDirect(fromWeb("http://" + self + ":8080/"))).isTrue();

        String self6 = "[" + mesh.web.host.ipv6() + "]";
        for (int port : new int[] {15001, 15006}) {
            for (String host : new String[] {"127.0.0.1", "[::1]", self, self6}) {
                String place = "http://" + host + ":" + port + "/";
                assertThat(fromWeb(place)).as("web to " + place).doesNotContain("status 200", "timed out");
            }
            for (String host : new String[] {self, self6}) {
                String place = "http://" + host + ":" + port + "/";
                assertThat(fromWorld(place))
                        .as("the world to " + place)
                        .containsAnyOf("status 000", "status 503")
                        .doesNotContain("timed out");
            }
        }
        // Who opens the outbound port to the world has a proxy for everybody, but not a loop.
        for (String host : new String[] {mesh.v2.host.ipv4(), "[" + mesh.v2.host.ipv6() + "]", "anybody.example"}) {
            String place = host + ":15001";
            assertThat(fromWorld("--connect-to", place + ":" + mesh.v2.host.ipv4() + ":15001", "http://" + place + "/"))
                    .as(place)
                    .contains("status 502");
        }
        for (Pod pod : new Pod[] {mesh.web, mesh.v2}) {
            assertThat(pod.open()).as("files and sockets of the sidecar").isLessThan(200);
        }
    }

    @Test
    void whoIsOutsideTheMeshGetsIn() {
        for (Pod pod : new Pod[] {mesh.v1, mesh.v2}) {
            String probe = fromWorld("-i", "http://" + pod.host.ipv4() + ":8080/healthz");
            assertThat(probe).contains("status 200");
            assertThat(word(probe, "x-forwarded-for:")).isEqualTo(mesh.world.ipv4());
            assertThat(pod.logged(word(probe, "x-request-id:"))).contains("\"client\":\"" + mesh.world.ipv4());
        }
    }

    @Test
    void aPortThatNobodyDeclaredIsServedButNotWhatThePodKeepsToItself() {
        String other = fromWorld("-i", "http://" + mesh.v1.host.ipv4() + ":" + PodApp.OTHER + "/");
        assertThat(other).contains("pod v1", "status 200");
        assertThat(word(other, "from")).startsWith("127.0.0.6 ");
        assertThat(word(other, "x-forwarded-for:")).isEqualTo(mesh.world.ipv4());
        assertThat(mesh.v1.logged(word(other, "x-request-id:")))
                .contains("\"role\":\"inbound\"", "\"endpoint\":\"" + mesh.v1.host.ipv4() + ":" + PodApp.OTHER + "\"");

        assertThat(mesh.curl(mesh.v1.host, "http://127.0.0.1:" + PodApp.PRIVATE + "/"))
                .contains("status 200");
        assertThat(fromWorld("http://" + mesh.v1.host.ipv4() + ":" + PodApp.PRIVATE + "/"))
                .contains("status 503");
        assertThat(mesh.v1.logged("\"endpoint\":\"" + mesh.v1.host.ipv4() + ":" + PodApp.PRIVATE + "\""))
                .contains("\"flags\":\"UF\"");
    }

    @Test
    void whenCaptureIsDownNothingIsLeftOfIt() {
        assertThat(mesh.run(mesh.web.host, "iptables-save")).contains("TORII");
        try {
            assertThat(mesh.torii(mesh.web.host, "capture", "down")).isEqualTo("capture is down");

            assertThat(mesh.run(mesh.web.host, "iptables-save")).doesNotContain("TORII");
            assertThat(mesh.run(mesh.web.host, "ip6tables-save")).doesNotContain("TORII");
            assertThat(mesh.run(mesh.web.host, "ip", "-6", "-o", "addr", "show", "dev", "lo"))
                    .doesNotContain(" ::6");
            assertThat(isDirect(fromWeb("http://" + MeshPods.OUTSIDE + ":8080/")))
                    .isTrue();
            assertThat(isDirect(fromWorld("http://" + mesh.web.host.ipv4() + ":8080/")))
                    .isTrue();
            assertThat(isDirect(fromWorld("http://[" + mesh.web.host.ipv6() + "]:8080/")))
                    .isTrue();
        } finally {
            assertThat(mesh.captureUp(mesh.web)).startsWith("capture is up ");
        }
    }
}
