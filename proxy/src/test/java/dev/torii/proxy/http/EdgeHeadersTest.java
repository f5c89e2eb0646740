package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.ListenerSettings;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that belong to one hop, and headers that only the edge may write. */
class EdgeHeadersTest {

    private final Gate gate = new Gate();

    @AfterEach
    void close() {
        gate.close();
    }

    private void trust(int hops, boolean keepId) {
        ListenerSettings d = ListenerSettings.DEFAULT;
        gate.proxy
                .settings(new ListenerSettings(
                        hops,
                        keepId,
                        false,
                        d.maxUriBytes(),
                        d.maxHeaderBytes(),
                        d.maxHeaders(),
                        0,
                        d.headerTimeoutMs(),
                        d.idleTimeoutMs(),
                        d.handshakeTimeoutMs()))
                .apply();
    }

    /** The header lines that the backend sees, without the request line. */
    private List<String> seen(String... lines) {
        gate.passes("GET / HTTP/1.1\r\nHost: a.example\r\n" + String.join("\r\n", lines) + "\r\n\r\n");
        List<String> heads = gate.reached().stream()
                .filter(seen -> seen.startsWith("GET / "))
                .toList();
        String[] head = heads.get(heads.size() - 1).split("\r\n");
        return List.of(head).subList(1, head.length);
    }

    private List<String> values(String name, String... lines) {
        String prefix = name + ": ";
        return seen(lines).stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .toList();
    }

    @Test
    void aStrangerCannotSayWhoTheClientIs() {
        trust(0, false);
        List<String> seen = seen(
                "X-Forwarded-For: 1.1.1.1",
                "X-Forwarded-For: 2.2.2.2",
                "X_Forwarded_For: 3.3.3.3",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil.example",
                "X-Forwarded-Port: 443",
                "X-Forwarded-Prefix: /evil",
                "X-Forwarded-Ssl: on",
                "Forwarded: for=1.1.1.1;host=evil.example;proto=https",
                "Forwarded: for=2.2.2.2");
        assertThat(seen)
                .contains(
                        "x-forwarded-for: 127.0.0.1",
                        "x-forwarded-proto: http",
                        "x-forwarded-host: a.example",
                        "forwarded: for=127.0.0.1;host=\"a.example\";proto=http")
                .filteredOn(
                        line -> line.toLowerCase(Locale.ROOT).replace('_', '-').contains("forwarded"))
                .hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 9.9.9.9, 1.1.1.1 | 1.1.1.1, 127.0.0.1 | 1.1.1.1",
                "2 | 9.9.9.9, 2.2.2.2,1.1.1.1 | 2.2.2.2, 1.1.1.1, 127.0.0.1 | 2.2.2.2",
                "3 | 1.1.1.1 | 1.1.1.1, 127.0.0.1 | 1.1.1.1",
                "1 | 1.1.1.1, evil\"name | 127.0.0.1 | 127.0.0.1",
                "2 | ::1, 2001:db8::1 | ::1, 2001:db8::1, 127.0.0.1 | \"[::1]\"",
            })
    void ofAListOnlyWhatOursHaveSeenIsBelieved(int hops, String sent, String passed, String client) {
        trust(hops, false);
        List<String> seen = seen(
                "X-Forwarded-For: " + sent,
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: b.example",
                "X-Forwarded-Port: 1");
        assertThat(seen)
                .contains("x-forwarded-for: " + passed)
                .contains("x-forwarded-proto: https", "x-forwarded-host: b.example", "X-Forwarded-Port: 1")
                .contains("forwarded: for=" + client + ";host=\"b.example\";proto=https");
    }

    @Test
    void aTrustedProxyCannotInjectAnything() {
        trust(1, false);
        assertThat(seen("X-Forwarded-Proto: gopher", "X-Forwarded-Host: a\" evil"))
                .contains("x-forwarded-proto: http", "x-forwarded-host: a.example");
    }

    @Test
    void aRequestIdIsMadeUnlessTheClientIsTrustedWithIt() {
        trust(0, false);
        assertThat(values("x-request-id", "X-Request-Id: mine", "X_Request_Id: mine"))
                .hasSize(1)
                .allMatch(id -> id.matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
        trust(0, true);
        assertThat(values("x-request-id", "X-Request-Id: mine")).containsExactly("mine");
        assertThat(gate.proxy.record().requestId()).hasSize(36);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a,b", "a\"b", "a\\b", "\u00e9", "LONG"})
    void aRequestIdThatAnyLogWouldChokeOnIsReplaced(String id) {
        trust(0, true);
        String sent = id.equals("LONG") ? "x".repeat(129) : id;
        assertThat(values("x-request-id", "X-Request-Id: " + sent)).hasSize(1).noneMatch(sent::equals);
    }

    @Test
    void theRequestIdIsEchoedInEveryAnswer() {
        gate.proxy.cluster("none").route("/none", "none");
        trust(0, true);
        try (RawHttp client = gate.connect()) {
            for (String target : List.of("/", "/none", "/../x")) {
                client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\n\r\n");
                assertThat(client.readResponse().header("x-request-id")).isEqualTo("mine");
            }
        }
    }

    @Test
    void whatBelongsToOneHopStaysOnIt() {
        trust(0, false);
        List<String> seen = seen(
                "Connection: x-foo, X-BAR , keep-alive",
                "Connection: x-baz",
                "X-Foo: 1",
                "x-bar: 2",
                "X-Baz: 3",
                "X-Kept: 4",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "TE: gzip, trailers",
                "Upgrade: h3",
                "X-Torii-Attempt: 7");
        assertThat(seen)
                .contains("X-Kept: 4")
                .noneMatch(
                        line -> line.toLowerCase(Locale.ROOT)
                                .matches(
                                        "(connection|x-foo|x-bar|x-baz|keep-alive|proxy-connection|te|upgrade|x-torii-attempt):.*"));
    }

    /** Naming an end-to-end header in Connection would have it removed behind an earlier check. */
    @Test
    void connectionCannotStripWhatOthersRelyOn() {
        trust(0, false);
        List<String> seen = seen(
                "Connection: host, content-length, authorization, cookie, x-forwarded-for, x-request-id, forwarded",
                "Content-Length: 0",
                "Authorization: secret",
                "Cookie: a=b");
        assertThat(seen)
                .contains(
                        "Host: a.example",
                        "Content-Length: 0",
                        "Authorization: secret",
                        "Cookie: a=b",
                        "x-forwarded-for: 127.0.0.1",
                        "x-forwarded-host: a.example")
                .anyMatch(line -> line.startsWith("x-request-id: "))
                .anyMatch(line -> line.startsWith("forwarded: "));
    }

    @Test
    void trailersMayBeAskedFor() {
        trust(0, false);
        assertThat(seen("TE: trailers", "Connection: TE")).contains("TE: trailers", "Connection: TE");
    }

    @Test
    void anUpgradeThatIsNotWantedIsNotPassedOn() {
        trust(0, false);
        assertThat(values("upgrade", "Connection: Upgrade", "Upgrade: h2c")).isEmpty();
        assertThat(values("upgrade", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: !!"))
                .isEmpty();
        assertThat(values(
                        "http2-settings",
                        "Connection: Upgrade, HTTP2-Settings",
                        "Upgrade: h2c, websocket",
                        "HTTP2-Settings: x"))
                .isEmpty();
        assertThat(values("upgrade", "Upgrade: websocket")).isEmpty();
    }

    @Test
    void theAnswersHopByHopHeadersStayOnTheirHop() {
        String answer =
                "HTTP/1.1 200 OK\r\nConnection: X-Secret, keep-alive\r\nX-Secret: 1\r\nKeep-Alive: timeout=60\r\n"
                        + "Proxy-Connection: x\r\nUpgrade: h2c\r\nX-MixedCase: Kept\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
                        + "Content-Length: 2\r\n\r\nok";
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.answers(answer))) {
            gate.proxy.cluster("b", backend.port()).route("/b", "b").apply();
            try (RawHttp client = gate.connect();
                    RawHttp2 http2 = RawHttp2.connect(gate.proxy.port())) {
                client.send("GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
                RawResponse got = client.readResponse();
                assertThat(got.headers().stream().map(h -> h.getKey() + ": " + h.getValue()))
                        .contains("X-MixedCase: Kept", "Set-Cookie: a=1", "set-cookie: b=2", "Content-Length: 2")
                        .hasSize(5);
                assertThat(http2.answer(http2.request("GET", "/b")).headers().stream()
                                .map(h -> h.getKey() + ": " + h.getValue()))
                        .contains("x-mixedcase: Kept", "set-cookie: a=1", "set-cookie: b=2", "content-length: 2")
                        .hasSize(5);
            }
        }
    }
}
