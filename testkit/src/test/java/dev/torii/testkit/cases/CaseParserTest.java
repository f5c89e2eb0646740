package dev.torii.testkit.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.testkit.cases.Exchange.Protocol;
import dev.torii.testkit.cases.StatusLine.Fact;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaseParserTest {

    private static final Path FILE = Path.of("Some.case");

    @Test
    void readsAllThereIs() {
        List<Case> cases = CaseFiles.find().all("*");
        assertThat(cases)
                .hasSizeGreaterThan(90)
                .allSatisfy(c -> assertThat(c.steps()).isNotEmpty());
    }

    @Test
    void readsSections() {
        Case read = parse("""
                # A comment.

                uses: one, two

                === manifests

                kind: A
                ---
                kind: B

                === delete Secret web/certificate

                === findings

                error BackendNotFound: - {name: nonexistent, port: 8080}
                """);
        assertThat(read.name()).isEqualTo("Some");
        assertThat(read.uses()).containsExactly("one", "two");
        assertThat(read.steps().get(0)).isInstanceOfSatisfying(Step.Apply.class, apply -> {
            assertThat(apply.line()).isEqualTo(5);
            assertThat(apply.body()).containsExactly("", "kind: A", "---", "kind: B", "");
        });
        assertThat(read.steps().get(1)).isEqualTo(new Step.Delete(11, "Secret", new ObjectName("web", "certificate")));
        assertThat(read.steps().get(2))
                .isEqualTo(new Step.Findings(
                        13,
                        List.of(new FindingLine(15, "error", "BackendNotFound", "- {name: nonexistent, port: 8080}"))));
    }

    @Test
    void readsRequests() {
        Exchange simple = exchange("GET /one?x=y -> 200 from infra-backend-v1");
        assertThat(simple.target()).isEqualTo(new Exchange.Target("http", "127.0.0.1", 80, "/one?x=y"));
        assertThat(simple.protocol()).isEqualTo(Protocol.HTTP1);
        assertThat(simple.times()).isOne();
        assertThat(simple.outcome().statuses()).containsExactly("200");
        assertThat(simple.outcome().from()).isEqualTo(ObjectName.of("infra-backend-v1"));

        Exchange all = exchange("500 times GET https://a.example:8443/ over h2 with SNI b.example with certificate c"
                + " -> 200, 204 or 403");
        assertThat(all.target().authority()).isEqualTo("a.example:8443");
        assertThat(all.protocol()).isEqualTo(Protocol.H2);
        assertThat(all.serverName()).isEqualTo("b.example");
        assertThat(all.clientCertificate()).isEqualTo("c");
        assertThat(all.times()).isEqualTo(500);
        assertThat(all.outcome().statuses()).containsExactly("200", "204", "403");

        assertThat(exchange("GET / -> 302 to https://example.org/x").outcome().location())
                .isEqualTo("https://example.org/x");
        assertThat(exchange("GRPC /Echo -> not OK").outcome().negated()).isTrue();
        assertThat(exchange("GET / -> nothing listens").outcome().statuses()).containsExactly("nothing listens");
        Exchange tls = exchange("TLS abc.example.com:443 -> connected to tcp-backend");
        assertThat(tls.target()).isEqualTo(new Exchange.Target("tls", "abc.example.com", 443, ""));
        assertThat(tls.outcome().from()).isEqualTo(ObjectName.of("tcp-backend"));
        assertThat(exchange("TCP 9300 -> rejected").target().port()).isEqualTo(9300);
    }

    @Test
    void readsWhatStandsBelowARequest() {
        Exchange exchange = exchange("""
                GET / -> 200
                  > X-One: a: b
                  > X-Empty:
                  < X-Two: v
                  < X-Three: one of a | b
                  < X-Four: any order of a, b
                  < no X-Five
                  saw path /x?y
                  saw header X-Six: v w
                  saw no header X-Seven
                  not answered by a backend
                  copied to web/b 100 times within 27
                  copied to c
                  shared a 70, b 30, within 5
                  says PING -> PONG
                """);
        assertThat(exchange.headers()).containsExactly(Map.entry("X-One", "a: b"), Map.entry("X-Empty", ""));
        assertThat(exchange.checks())
                .extracting(c -> c.getClass().getSimpleName())
                .containsExactly(
                        "AnswerHeader",
                        "AnswerHeader",
                        "AnswerHeader",
                        "NoAnswerHeader",
                        "Saw",
                        "SawHeader",
                        "SawNoHeader",
                        "NotFromBackend",
                        "Copied",
                        "Copied",
                        "Shared",
                        "Says");
        assertThat(exchange.checks().get(8)).isEqualTo(new Check.Copied(13, new ObjectName("web", "b"), 100, 27));
        assertThat(exchange.checks().get(9)).isEqualTo(new Check.Copied(14, ObjectName.of("c"), 1, 0));
    }

    @Test
    void readsStatus() {
        Case read = parse("""
                === status
                HTTPRoute web/a on b section c port 80: Accepted=True, ResolvedRefs=False(BackendNotFound)
                Gateway b listener http: no Conflicted, routes 2, kinds HTTPRoute GRPCRoute
                Gateway b listener tcp: kinds none, sets 3
                HTTPRoute a on ListenerSet b: Accepted=True
                """);
        List<StatusLine> lines = ((Step.Status) read.steps().get(0)).lines();
        assertThat(lines.get(0).subject())
                .isEqualTo(new StatusLine.Subject(
                        "HTTPRoute", new ObjectName("web", "a"), "", ObjectName.of("b"), "c", 80, null));
        assertThat(lines.get(2).facts()).containsExactly(new Fact.Kinds(List.of()), new Fact.Sets(3));
        StatusLine.Subject ofSet = lines.get(3).subject();
        assertThat(ofSet.parentKind()).isEqualTo("ListenerSet");
        assertThat(ofSet.withoutParentKind())
                .isEqualTo(new StatusLine.Subject(
                        "HTTPRoute", ObjectName.of("a"), "", ObjectName.of("b"), null, null, null));
        assertThat(lines.get(0).facts())
                .containsExactly(
                        new Fact.Condition("Accepted", true, "Accepted"),
                        new Fact.Condition("ResolvedRefs", false, "BackendNotFound"));
        assertThat(lines.get(1).facts())
                .containsExactly(
                        new Fact.NoCondition("Conflicted"),
                        new Fact.Routes(2),
                        new Fact.Kinds(List.of("HTTPRoute", "GRPCRoute")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=== nonsense",
                "=== delete Secret x\nanything",
                "=== requests to a\nGET /one 200",
                "=== requests to a\nGET one -> 200",
                "=== requests to a\nGET / -> 200\n  saw nothing",
                "=== requests to a\nGET / -> 200\n  > no colon",
                "=== status\nGateway a",
                "=== status\nGateway a: Accepted=False",
                "=== status\nGateway a: rubbish",
                "=== findings\nfatal X: y",
            })
    void namesTheLineOfAMistake(String text) {
        int last = (int) text.lines().count();
        assertThatThrownBy(() -> CaseParser.parse(FILE, text))
                .isInstanceOf(CaseSyntaxException.class)
                .hasMessageStartingWith("Some.case:" + last + ": ");
    }

    @Test
    void wantsSections() {
        assertThatThrownBy(() -> parse("# nothing")).hasMessageContaining("no section");
        assertThatThrownBy(() -> parse("GET / -> 200")).hasMessageContaining("Some.case:1");
    }

    private static Case parse(String text) {
        return CaseParser.parse(FILE, text);
    }

    private static Exchange exchange(String text) {
        Case read = parse("=== requests to a, trusting b\n" + text);
        Step.Requests requests = (Step.Requests) read.steps().get(0);
        assertThat(requests.exchanges()).hasSize(1);
        return requests.exchanges().get(0);
    }
}
