package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.upstream.Hashing;
import dev.torii.routing.Backend;
import dev.torii.routing.Target;
import dev.torii.routing.WeightedPick;
import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Crowd;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.Yaml;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A canary from its preview to the last user, by edits of a file under load.
 *
 * <p>Who goes first is a matter of hashes, that is of chance, and their number varies as that of coins does: of 500 users
 * at 10 % by 7, one standard deviation. What is held exactly is who belongs where: everybody is where key and share say.
 */
class CanaryTest {

    private static final int USERS = 500;

    private final MisbehavingBackend v1 = version("v1");
    private final MisbehavingBackend v2 = version("v2");
    private final MisbehavingBackend shadow = MisbehavingBackend.start(CanaryTest::failSomehow);
    private final long seed = System.nanoTime();
    private final List<String> users = Crowd.strangers(USERS, seed);

    @TempDir
    Path folder;

    private TestGateway gateway;
    private Crowd crowd;

    private static MisbehavingBackend version(String name) {
        return MisbehavingBackend.start(
                Behaviours.answers("HTTP/1.1 200 OK\r\ncontent-length: " + name.length() + "\r\n\r\n" + name));
    }

    /** Each connection in another way; a seventh endpoint refuses. */
    private static void failSomehow(dev.torii.testkit.BackendConnection connection) throws IOException {
        List<MisbehavingBackend.Behaviour> ways = List.of(
                Behaviours.stalls(),
                Behaviours.resets(),
                Behaviours.garbage(),
                Behaviours.closesAtOnce(),
                Behaviours.stallsInBody(),
                Behaviours.drips("HTTP/1.1 500 Broken\r\ncontent-length: 3\r\n\r\nbad", 100));
        ways.get(connection.number() % ways.size()).serve(connection);
    }

    @BeforeEach
    void start() {
        System.out.println("CanaryTest: seed " + seed);
        TestGateway.write(folder, "gateway.yaml", Yaml.gateway(80));
        TestGateway.write(
                folder,
                "services.yaml",
                Yaml.all(
                        Yaml.service("v1", v1.port()),
                        Yaml.service("v2", v2.port()),
                        Yaml.service("shadow", shadow.port())
                                .replace(
                                        shadow.port() + "\"", shadow.port() + ",127.0.0.1:" + FreePort.find() + "\"")));
        TestGateway.write(folder, "canary.yaml", split(0, ""));
        gateway = new TestGateway(folder);
        crowd = new Crowd(
                users, gateway.port(80), user -> "GET /cart HTTP/1.1\r\nHost: a\r\nX-User: " + user + "\r\n\r\n");
    }

    @AfterEach
    void stop() {
        gateway.close();
        v1.close();
        v2.close();
        shadow.close();
    }

    private static String split(int percent, String filters, String... rulesBefore) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: cart, annotations: {torii.dev/split-by: "header:x-user"}}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                @BEFORE@  - filters: [@FILTERS@]
                    backendRefs: [{name: v1, port: 80, weight: @OLD@}, {name: v2, port: 80, weight: @NEW@}]
                """.replace("@BEFORE@", String.join("", rulesBefore))
                .replace("@FILTERS@", filters)
                .replace("@OLD@", Integer.toString(100 - percent))
                .replace("@NEW@", Integer.toString(percent));
    }

    private String served() {
        return gateway.metrics()
                .lines()
                .filter(line -> line.startsWith("torii_snapshot_info"))
                .findFirst()
                .orElseThrow();
    }

    /** Writes it, while everybody goes on asking until it is served. */
    private void edit(String route) {
        String before = served();
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        gateway.write("canary.yaml", route);
        do {
            crowd.ask(1);
            assertThat(System.nanoTime()).as("live in time").isLessThan(end);
        } while (served().equals(before));
    }

    private Set<String> belongTo(int percent) {
        WeightedPick pick = WeightedPick.of(List.of(backend("v1", 100 - percent), backend("v2", percent)));
        return users.stream()
                .filter(user -> pick.pickByKey(Hashing.hash(user)) == 1)
                .collect(Collectors.toSet());
    }

    private static Backend backend(String service, int weight) {
        return new Backend(weight, new Target.ToCluster("default/" + service + ":80"), List.of());
    }

    @Test
    void theShareGrowsUnderLoadAndNobodyFallsBackWhateverTheMirrorDoes() {
        assertThat(crowd.ask(1).on("v1")).hasSize(USERS);
        String mirror = "{type: RequestMirror, requestMirror: {percent: 50, backendRef: {name: shadow, port: 80}}}";
        Set<String> before = Set.of();
        for (int percent : new int[] {1, 10, 50, 100}) {
            edit(split(percent, mirror));
            Crowd.Round round = crowd.ask(8);
            Set<String> onCanary = round.on("v2");
            assertThat(round.on("v1").size() + onCanary.size())
                    .as("on one side only")
                    .isEqualTo(USERS);
            assertThat(onCanary).as("who key and share say").isEqualTo(belongTo(percent));
            assertThat(onCanary).containsAll(before);
            double expected = USERS * percent / 100.0;
            double deviation = Math.sqrt(expected * (100 - percent) / 100);
            System.out.printf(
                    "%d %%: %d of %d users, by chance %.0f give or take %.1f; p99 %d us%n",
                    percent, onCanary.size(), USERS, expected, deviation, round.p99Micros());
            assertThat((double) onCanary.size()).isBetween(expected - 6 * deviation, expected + 6 * deviation);
            // A mirror that hangs is given up after 15 s: whoever waited for one would be slower than this.
            assertThat(round.slowestMicros()).isLessThan(10_000_000);
            before = onCanary;
        }
        edit(split(100, ""));
        System.out.printf("without a mirror: p99 %d us%n", crowd.ask(2).p99Micros());
        assertThat(crowd.failures()).isEmpty();
        assertThat(crowd.moves()).containsOnly("v1 to v2").hasSize(USERS);
        assertThat(crowd.asked()).isGreaterThanOrEqualTo(20_000);
        assertThat(shadow.connections()).as("mirrored to").isGreaterThan(100);
        eachVersionIsCounted();
    }

    /** What a person or a tool decides by. */
    private void eachVersionIsCounted() {
        for (String version : List.of("v1", "v2")) {
            for (String end : List.of("server", "client")) {
                String series = "http_" + end
                        + "_request_duration_seconds_count{http_response_status_code=\"200\",http_route=\"default/cart/0\","
                        + "torii_flag=\"\",torii_role=\"gateway\",torii_service=\"default/" + version + "\"} ";
                Await.until(Duration.ofSeconds(10), () -> counted(series) == crowd.answers(version));
                assertThat(counted(series)).as(series).isEqualTo(crowd.answers(version));
            }
        }
    }

    private long counted(String series) {
        return gateway.metrics()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(series.length())))
                .sum();
    }

    @Test
    void testersSeeItBeforeAnybodyElseAndTheirRuleMovesNobody() {
        String preview = """
                  - matches:
                    - headers: [{name: x-preview, value: v2}]
                    - headers: [{name: cookie, type: RegularExpression, value: "(.*; *)?preview=v2(;.*)?"}]
                    backendRefs: [{name: v2, port: 80}]
                """;
        edit(split(0, "", preview));
        assertThat(crowd.ask(1).on("v1")).hasSize(USERS);
        for (String line : List.of("X-Preview: v2", "Cookie: preview=v2", "Cookie: sid=1; preview=v2; lang=en")) {
            assertThat(answer(line)).as(line).isEqualTo("v2");
        }
        for (String line : List.of("X-Preview: v1", "Cookie: preview=v22", "Cookie: xpreview=v2", "X-User: ann")) {
            assertThat(answer(line)).as(line).isEqualTo("v1");
        }
        edit(split(10, "", preview));
        Set<String> onCanary = crowd.ask(1).on("v2");
        edit(split(10, ""));
        assertThat(crowd.ask(1).on("v2")).isEqualTo(onCanary).isNotEmpty();
        assertThat(new HashSet<>(crowd.moves())).containsExactly("v1 to v2");
        assertThat(crowd.failures()).isEmpty();
    }

    private String answer(String line) {
        try (RawHttp client = RawHttp.connect(gateway.port(80))) {
            return client.send("GET /cart HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n")
                    .readResponse()
                    .body();
        }
    }
}
