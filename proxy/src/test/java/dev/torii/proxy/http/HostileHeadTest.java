package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.ListenerSettings;
import dev.torii.routing.PathMatch;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request lines, hosts, targets and headers that nobody sends with good intentions. */
class HostileHeadTest {

    private final Gate gate = new Gate();

    @AfterEach
    void close() {
        gate.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: 1\nY: 2\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\u000bb\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX\u0000: b\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX\u00e9: b\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\u000bb HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1.1\r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n",
                "GET / XTTP/1.1\r\nHost: a\r\n\r\n",
                "G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n",
            })
    void aHeadThatIsNotHttpIsRefused(String head) {
        gate.proxy.apply();
        gate.refuses(head, 400, "DPE malformed_head");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9"})
    void aVersionThatNobodySpeaksHereIsRefused(String version) {
        gate.proxy.apply();
        gate.refuses("GET / " + version + "\r\nHost: a\r\n\r\n", 505, "DPE unsupported_version");
    }

    @Test
    void linesThatOlderSpecificationsAllowAreWrittenAnew() {
        gate.proxy.apply();
        gate.passes("\r\n\r\nGET\t/\tHTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n");
        assertThat(gate.reached().get(0)).startsWith("GET / HTTP/1.1\r\n").contains("\r\nX: b c\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "user@a", "user:pw@a", "a b", "a/b", "a,b", "a?b", "a#b", "a\\b", "a%20b", "a*b", "a:99999", "a:",
                "a:80:80", "a:x", "a:-1", ":80", "[::1", "::1", "]a[", "[::1]x", "[]", "[g::1]", "a..b", ".", ".a",
                "a\u00e9",
            })
    void aHostThatIsNoneIsRefused(String host) {
        gate.proxy.apply();
        gate.refuses("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", 400, "DPE invalid_host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A.Example", "a.example.", "a.example.:80", "a_b", "127.0.0.1", "[::1]:80", "a:65535"})
    void anOrdinaryHostPassesAsItWasSpelled(String host) {
        gate.proxy.apply();
        gate.passes("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        assertThat(gate.reached().get(0)).startsWith("GET / HTTP/1.1\r\nHost: " + host + "\r\n");
    }

    @Test
    void thereIsOneHost() {
        gate.proxy.apply();
        gate.refuses("GET / HTTP/1.1\r\n\r\n", 400, "DPE missing_host");
        gate.refuses("GET / HTTP/1.0\r\n\r\n", 400, "DPE missing_host");
        gate.refuses("GET http://b.example/ HTTP/1.1\r\n\r\n", 400, "DPE missing_host");
        gate.refuses("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "DPE two_hosts");
        gate.refuses("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400, "DPE two_hosts");
        gate.refuses("GET http://u@b.example/x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "DPE invalid_host");
        gate.refuses("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "DPE invalid_host");
    }

    @ParameterizedTest
    @CsvSource({
        "http://b.example/x?y, /x?y, b.example",
        "HTTP://b.example:8080/x, /x, b.example:8080",
        "http://b.example, /, b.example",
        "http://b.example?q, /?q, b.example",
        "https://b.example//x, /x, b.example",
    })
    void anAbsoluteTargetOverridesTheHost(String target, String path, String host) {
        gate.proxy.apply();
        gate.passes("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(gate.reached().get(0)).startsWith("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "a:80",
                "?q",
                "@x",
                "*",
                "ftp://b.example/x",
                "file:///etc/passwd",
                "/a#b",
                "/a?b#c",
                "http://b.example#x",
                "/a\u0000b",
                "/a\u007f",
            })
    void aTargetThatIsNoneIsRefused(String target) {
        gate.proxy.apply();
        gate.refuses("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", 400, "DPE invalid_target");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..",
                "/../a",
                "/a/../../b",
                "/%2e%2e/b",
                "/a%2f..%2fb",
                "/a/..%2fb",
                "/a/..%2Fb",
                "/a%5cb",
                "/a/..%5cb",
                "/a\\b",
                "/a/..;/b",
                "/a/..;x=1/b",
                "/a/.;/b",
                "/a/%2e%2e;/b",
                "/a/..%3b/b",
                "/a%00b",
                "/a%c0%aeb",
                "/a/%c0%ae%c0%ae/b",
                "/a/%c0%af/b",
                "/a/%e0%80%ae/b",
                "/a/%f0%80%80%ae/b",
                "/a%zz",
                "/a%",
                "/a%2",
                "/a%ff",
            })
    void aPathThatHasTwoReadingsIsRefused(String path) {
        gate.proxy.apply();
        gate.refuses("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n", 400, "DPE ambiguous_path");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "//a//b /a/b",
                "/a/../b /b",
                "/a/./b /a/b",
                "/a/.. /",
                "/a/b/. /a/b/",
                "/a/%2e%2e/b /b",
                "/a/%2E./b /b",
                "/a%2fb /a%2Fb",
                "/a;x=1/b /a;x=1/b",
                "/%61dmin /admin",
                "/a%0d%0ab /a%0D%0Ab",
                "/a/%252e%252e/b /a/%252e%252e/b",
                "/\u00c3\u00a9 /%C3%A9",
                "/%c3%a9 /%C3%A9",
                "/a\"b<c>d|e^f`g{h} /a%22b%3Cc%3Ed%7Ce%5Ef%60g%7Bh%7D",
                "/a?b=/../c&d=%2e /a?b=/../c&d=%2e",
            })
    void aPathIsBroughtIntoOneForm(String target, String seen) {
        gate.proxy.apply();
        gate.passes(target, seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin", "//admin", "/./admin", "/x/../admin", "/%61dmin", "/x/%2e%2e/admin", "/admin/"})
    void noSpellingGetsPastARule(String target) {
        gate.proxy.cluster("nobody").route("/admin", "nobody").apply();
        try (RawHttp client = gate.connect()) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().header("x-torii-reason")).isEqualTo("UH no_endpoint");
        }
    }

    @Test
    void whatIsTooLargeIsNamed() {
        gate.proxy
                .settings(new ListenerSettings(0, false, false, 100, 1000, 20, 10, 10_000, 300_000, 10_000))
                .apply();
        gate.refuses("GET /" + "x".repeat(100) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414, "TL uri_too_long");
        gate.refuses("GET /" + "x".repeat(70_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414, "TL uri_too_long");
        gate.refuses("GET /?" + "x".repeat(100) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414, "TL uri_too_long");
        String large = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(1000) + "\r\n\r\n";
        gate.refuses(large, 431, "TL headers_too_large");
        String huge = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(300_000) + "\r\n\r\n";
        gate.refuses(huge, 431, "TL headers_too_large");
        String many = "GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(20) + "\r\n";
        gate.refuses(many, 431, "TL too_many_headers");
        String announced = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world";
        gate.refuses(announced, 413, "TL body_too_large");
        String terabytes = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999999\r\n\r\n";
        gate.refuses(terabytes, 413, "TL body_too_large");
        String chunks =
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n";
        gate.refuses(chunks, 413, "TL body_too_large");
        gate.passes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n1234567890");
    }

    @Test
    void connectAndUnknownExpectationsAreRefused() {
        gate.proxy.apply();
        gate.refuses("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 405, "DPE connect_refused");
        gate.refuses("CONNECT / HTTP/1.1\r\nHost: a:80\r\n\r\n", 405, "DPE connect_refused");
        gate.refuses("POST / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n", 417, "DPE unknown_expectation");
    }

    /** RE2 needs time in proportion to the path; a backtracking engine would need 2^30 steps for this one. */
    @Test
    void aHostileExpressionMeetsAHostilePath() {
        gate.proxy.cluster("nobody").rule(new PathMatch.Regex(com.google.re2j.Pattern.compile("/(a+)+$")), "nobody");
        gate.proxy.apply();
        long began = System.nanoTime();
        try (RawHttp client = gate.connect()) {
            client.send("GET /" + "a".repeat(4000) + "! HTTP/1.1\r\nHost: a\r\n\r\n");
            RawResponse answer = client.readResponse();
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }
}
