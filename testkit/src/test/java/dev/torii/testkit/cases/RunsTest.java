package dev.torii.testkit.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.cases.CaseCompiler.Compiled;
import dev.torii.testkit.cases.CaseCompiler.SeenCondition;
import dev.torii.testkit.cases.CaseCompiler.SeenFinding;
import dev.torii.testkit.cases.CaseCompiler.SeenStatus;
import dev.torii.testkit.cases.StatusLine.Subject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** That cases fail when they should: runs against a gateway that sends everything to one backend. */
class RunsTest {

    private static final String GATEWAY = """
            uses: infra-backends

            === manifests

            kind: Gateway
            metadata: {namespace: gateway-conformance-infra, name: g}
            """;
    private static CaseBed bed;

    @BeforeAll
    static void start() {
        bed = new CaseBed();
    }

    @AfterAll
    static void stop() {
        bed.close();
    }

    @Test
    void playsRequests() throws Exception {
        assertThat(traffic("""
                === requests to g
                GET /one -> 200 from infra-backend-v1
                100 times GET /one -> 200
                  shared infra-backend-v1 100, infra-backend-v2 0, within 5
                GET http://h:8081/one -> nothing listens
                """)).isEmpty();
    }

    @Test
    void complainsAtTheLine() throws Exception {
        assertThat(traffic("""
                === requests to g
                GET /one -> 404
                GET /one -> 200 from infra-backend-v2
                10 times GET /one -> 200
                  shared infra-backend-v1 50, infra-backend-v2 50, within 5
                """))
                .hasSize(4)
                .satisfiesExactly(
                        f -> assertThat(f).startsWith("Some.case:8: GET http://127.0.0.1/one: expected 404, got 200"),
                        f -> assertThat(f).startsWith("Some.case:9: ").contains("infra-backend-v2"),
                        f -> assertThat(f)
                                .startsWith("Some.case:11: ")
                                .contains("50.0 % from")
                                .contains("100.0 %"),
                        f -> assertThat(f).startsWith("Some.case:11: ").contains("0.0 %"));
    }

    @Test
    void countsCopies() throws Exception {
        // The fake serves from infra-backend-v1, so that its own requests are the "copies".
        assertThat(traffic("=== requests to g\nGET / -> 200\n  copied to infra-backend-v1\n"))
                .isEmpty();
        assertThat(traffic("=== requests to g\n2 times GET / -> 200\n  copied to infra-backend-v1 1 times\n"))
                .singleElement()
                .satisfies(f -> assertThat(f).startsWith("Some.case:9: ").contains("got 2"));
    }

    @Test
    void servesAnewAfterEachEdit() throws Exception {
        List<Map<String, String>> served = new ArrayList<>();
        play("""
                === requests to g
                GET / -> 200
                GET / -> 200

                === delete Service infra-backend-v3

                === requests to g
                GET / -> 200
                """, served);
        assertThat(served).hasSize(2);
        assertThat(served.get(0).toString()).contains("name: infra-backend-v3");
        assertThat(served.get(1).toString()).doesNotContain("name: infra-backend-v3");
    }

    @Test
    void missesWhatIsNotThere() throws Exception {
        assertThat(traffic("=== delete Secret nobody\n"))
                .containsExactly("Some.case:7: there is no Secret gateway-conformance-infra/nobody");
        assertThat(traffic("=== requests to other\n"))
                .containsExactly("Some.case:7: there is no Gateway gateway-conformance-infra/other");
    }

    @Test
    void comparesStatusAndFindings() {
        assertThat(config("""
                === status
                Gateway g: Accepted=True, no Conflicted, listeners 2
                Gateway g listener http: routes 3, kinds HTTPRoute
                === findings
                error Bad: name: g
                """)).isEmpty();
        assertThat(config("""
                === status
                Gateway g: Accepted=False(Invalid), no Accepted, listeners 1, Programmed=True
                Gateway g listener http: routes 2, kinds TCPRoute
                Gateway other: Accepted=True
                === findings
                error Good: name: g
                """))
                .extracting(f -> f.replaceFirst(": .*", ""))
                .containsExactly(
                        "Some.case:8",
                        "Some.case:8",
                        "Some.case:8",
                        "Some.case:8",
                        "Some.case:9",
                        "Some.case:9",
                        "Some.case:10",
                        "Some.case:12",
                        "Some.case:12");
        assertThat(config("=== status\nGateway g: Accepted=True\n"))
                .singleElement()
                .satisfies(f -> assertThat(f).startsWith("Some.case:7: unexpected finding at 'metadata: {"));
    }

    @Test
    void waitsForStatusInACluster() {
        OneStatus cluster = new OneStatus(4);
        assertThat(inCluster(cluster, Duration.ofSeconds(30), """
                === status
                Gateway g: Accepted=True
                """)).isEmpty();
        assertThat(cluster.looks).isEqualTo(4);
    }

    @Test
    void tellsWhatNeverComesInACluster() {
        OneStatus cluster = new OneStatus(1);
        assertThat(inCluster(cluster, Duration.ZERO, """
                === status
                Gateway g: Accepted=True

                === manifests
                kind: Gateway
                metadata: {namespace: gateway-conformance-infra, name: g, labels: {edited: yes}}

                === delete Service infra-backend-v3

                === status
                Gateway g: Accepted=False(Invalid), listeners 1
                Gateway other: Accepted=True
                """))
                .extracting(f -> f.replaceFirst(": .*", ""))
                .containsExactly("Some.case:17", "Some.case:17", "Some.case:18");
        assertThat(cluster.applied.stream().filter(each -> each.contains("kind: Gateway")))
                .hasSize(2)
                .last()
                .asString()
                .contains("edited");
        assertThat(cluster.applied).doesNotHaveDuplicates();
        assertThat(cluster.deleted).containsExactly("Service gateway-conformance-infra/infra-backend-v3");
    }

    private static List<String> inCluster(CaseCluster cluster, Duration patience, String sections) {
        Case played = CaseParser.parse(Path.of("Some.case"), GATEWAY + sections);
        return ClusterRun.play(played, bed.files(), CaseBackends.nobody(), cluster, patience);
    }

    /** Says at the look of that number, and not before, that all is accepted. */
    private static final class OneStatus implements CaseCluster {

        private final int ready;
        private final List<String> applied = new ArrayList<>();
        private final List<String> deleted = new ArrayList<>();
        private int looks;

        OneStatus(int ready) {
            this.ready = ready;
        }

        @Override
        public void apply(String manifest) {
            applied.add(manifest);
        }

        @Override
        public void delete(String kind, ObjectName object) {
            deleted.add(kind + " " + object);
        }

        @Override
        public List<SeenStatus> statuses(String kind, ObjectName object) {
            looks++;
            Subject gateway = new Subject("Gateway", ObjectName.of("g"), "", null, null, null, null);
            Map<String, SeenCondition> conditions =
                    looks >= ready ? Map.of("Accepted", new SeenCondition(true, "Accepted", "")) : Map.of();
            return List.of(new SeenStatus(gateway, conditions, 0, List.of(), 2, 0));
        }
    }

    private static List<String> traffic(String sections) throws Exception {
        return play(sections, new ArrayList<>());
    }

    private static List<String> play(String sections, List<Map<String, String>> served) throws Exception {
        Case played = CaseParser.parse(Path.of("Some.case"), GATEWAY + sections);
        return TrafficRun.play(played, bed.setting(whose -> new OneBackend(served), false));
    }

    private static List<String> config(String sections) {
        Case played = CaseParser.parse(Path.of("Some.case"), GATEWAY + sections);
        Subject gateway = new Subject("Gateway", ObjectName.of("g"), "", null, null, null, null);
        Subject listener = new Subject("Gateway", ObjectName.of("g"), "", null, null, null, "http");
        Compiled compiled = new Compiled(
                List.of(
                        new SeenStatus(
                                gateway,
                                Map.of("Accepted", new SeenCondition(true, "Accepted", "")),
                                0,
                                List.of(),
                                2,
                                0),
                        new SeenStatus(listener, Map.of(), 3, List.of("GRPCRoute", "HTTPRoute"), 0, 0)),
                List.of(new SeenFinding("error", "Some.case", 6, "Bad", "is bad")));
        return ConfigRun.play(played, bed.files(), CaseBackends.nobody(), manifests -> compiled);
    }

    /** Stands in for a gateway: port 80 is a pod of infra-backend-v1. */
    private static final class OneBackend implements CaseTarget {

        private final List<Map<String, String>> served;
        private final EchoBackend backend = EchoBackend.start(
                bed.vertx(),
                new Pod(ObjectName.DEFAULT_NAMESPACE, "infra-backend-v1", "infra-backend-v1-9"),
                bed.backends().journal(ObjectName.of("infra-backend-v1")));

        OneBackend(List<Map<String, String>> served) {
            this.served = served;
        }

        @Override
        public void serve(Map<String, String> manifests) {
            served.add(manifests);
        }

        @Override
        public int port(int configured) {
            return configured == 80 ? backend.port() : -1;
        }

        @Override
        public void close() {
            backend.close();
        }
    }
}
