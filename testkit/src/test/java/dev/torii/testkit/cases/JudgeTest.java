package dev.torii.testkit.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That a case can fail: every kind of check, once right and once wrong. */
class JudgeTest {

    private static final CaseCertificates CERTIFICATES = new CaseCertificates();
    private static final String ECHO = """
            {"namespace": "gateway-conformance-infra", "service": "b1", "pod": "b1-0", "method": "GET", "path": "/x?y",
             "host": "127.0.0.1", "proto": "HTTP/1.1", "headers": {"X-Sent": ["a", "b"]}, "tls": {"serverName": "s"}}
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /x?y -> 200                   | true
            GET /x?y -> 404                   | false
            GET /x?y -> 404 or 200            | true
            GET /x?y -> not 200               | false
            GET /x?y -> not 404               | true
            GET /x?y -> 200 from b1           | true
            GET /x?y -> 200 from b2           | false
            GET /x?y -> 200 from other/b1     | false
            GET /other -> 200 from b1         | false
            GET http://h/x?y -> 200 from b1   | false
            POST /x?y -> 200 from b1          | false
            """)
    void outcome(String line, boolean holds) {
        assertThat(judge(line, "").isEmpty()).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            < x-answer: one,two              | true
            < X-Answer: one                  | false
            < X-Answer: any order of two,one | true
            < X-Answer: any order of one     | false
            < X-Answer: one of one,two       | true
            < X-Missing: one                 | false
            < no X-Missing                   | true
            < no X-Answer                    | false
            saw header x-sent: a,b           | true
            saw header x-sent: a             | false
            saw no header X-Sent             | false
            saw no header X-Missing          | true
            saw SNI s                        | true
            saw SNI t                        | false
            saw protocol HTTP/1.1            | true
            saw protocol HTTP/2.0            | false
            saw certificate certificate      | false
            saw path /x?y                    | true
            saw path /z                      | false
            saw host h                       | false
            not answered by a backend        | false
            says PING -> PONG                | true
            says PING -> PANG                | false
            says TEST -> PONG                | false
            """)
    void checks(String check, boolean holds) {
        assertThat(judge("GET /x?y -> 200 from b1", check).isEmpty()).isEqualTo(holds);
    }

    @Test
    void pointsAtTheLine() {
        assertThat(judge("GET /x?y -> 200 from b1", "saw SNI t"))
                .singleElement()
                .satisfies(complaint -> {
                    assertThat(complaint.line()).isEqualTo(3);
                    assertThat(complaint.message())
                            .isEqualTo("GET http://127.0.0.1/x?y: expected the backend to see SNI t, it saw s");
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /x | /y                    | http://127.0.0.1/y            | true
            GET /x | /y                    | http://127.0.0.1:80/y         | true
            GET /x | /y                    | http://127.0.0.1:8080/y       | false
            GET /x | /y                    | https://127.0.0.1/y           | false
            GET /x | /y                    | /y                            | false
            GET /x | https://example.org/x | https://example.org:443/x     | true
            GET /x | http://example.org/x  | http://example.com/x          | false
            GET /x | http://e.org:8083/x   | http://e.org:8083/x           | true
            GET /x | http://e.org:8083/x   | http://e.org/x                | false
            GET http://h:8080/x | /y       | http://h:8080/y               | true
            GET http://h:8080/x | /y       | http://h/y                    | false
            """)
    void redirects(String request, String expected, String location, boolean holds) {
        Answer answer = Answer.http(302, List.of(Map.entry("Location", location)), "");
        Exchange exchange = exchange(request + " -> 302 to " + expected, "");
        assertThat(Judge.judge(CERTIFICATES, exchange, answer).isEmpty()).isEqualTo(holds);
    }

    @Test
    void wantsALocation() {
        Exchange exchange = exchange("GET / -> 302 to /y", "");
        assertThat(Judge.judge(CERTIFICATES, exchange, Answer.http(302, List.of(), "")))
                .hasSize(1);
    }

    private static List<Judge.Complaint> judge(String line, String check) {
        Answer http = Answer.http(200, List.of(Map.entry("X-Answer", "one"), Map.entry("x-answer", "two")), ECHO);
        Answer answer = new Answer(http.status(), http.headers(), http.body(), http.echo(), Map.of("PING", "PONG"), "");
        return Judge.judge(CERTIFICATES, exchange(line, check), answer);
    }

    private static Exchange exchange(String line, String check) {
        Case read = CaseParser.parse(Path.of("Some.case"), "=== requests to a\n" + line + "\n  " + check + "\n");
        return ((Step.Requests) read.steps().get(0)).exchanges().get(0);
    }
}
