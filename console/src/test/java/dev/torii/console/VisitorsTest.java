package dev.torii.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask the console for what: files, and pages of other sites that try. */
final class VisitorsTest {

    private static SampleMesh mesh;

    @BeforeAll
    static void start() {
        mesh = SampleMesh.start(7);
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1:15080", "LOCALHOST:1", "[::1]:15080", "10.1.2.3"})
    void namesThatNobodyElseCanHaveAreAnswered(String host) {
        assertThat(get("/api/status", "host: " + host).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:15080", "localhost.evil.example", "127.0.0.1.evil.example"})
    void aReboundNameIsRefused(String host) {
        assertThat(get("/api/status", "host: " + host).status()).isEqualTo(403);
        assertThat(get("/probe.js", "host: " + host).status()).isEqualTo(403);
    }

    @Test
    void otherSitesReadNothingButMayLinkHere() {
        assertThat(get("/api/status", "host: localhost\r\nsec-fetch-site: same-origin")
                        .status())
                .isEqualTo(200);
        assertThat(get("/api/status", "host: localhost\r\nsec-fetch-site: cross-site")
                        .status())
                .isEqualTo(403);
        assertThat(get("/api/status", "host: localhost\r\nsec-fetch-site: cross-site\r\nsec-fetch-mode: navigate")
                        .status())
                .isEqualTo(403);
        assertThat(get("/probe.js", "host: localhost\r\nsec-fetch-site: cross-site\r\nsec-fetch-mode: no-cors")
                        .status())
                .isEqualTo(403);
        assertThat(get("/probe.js", "host: localhost\r\nsec-fetch-site: cross-site\r\nsec-fetch-mode: navigate")
                        .status())
                .isEqualTo(200);
        RawResponse posted = send("POST /api/status HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
        assertThat(posted.status()).isEqualTo(405);
        assertThat(posted.header("allow")).isEqualTo("GET, HEAD");
    }

    @Test
    void filesComeWithWhatKeepsThemSafe() {
        RawResponse file = get("/probe.js", "host: localhost");
        assertThat(file.body()).contains("in the class path");
        assertThat(file.header("content-type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(file.header("content-security-policy")).startsWith("default-src 'self';");
        assertThat(file.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(file.header("x-frame-options")).isEqualTo("DENY");
        assertThat(file.header("cache-control")).isEqualTo("no-cache");
        RawResponse again = get("/probe.js", "host: localhost\r\nif-none-match: " + file.header("etag"));
        assertThat(again.status()).isEqualTo(304);
        assertThat(get("/webjars/probe/1.0/probe.css", "host: localhost").body())
                .contains("p{}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing.js",
                "/webjars/",
                "/webjars/probe",
                "/../web/probe.js",
                "/webjars/../../../probe.js",
                "/webjars/%2e%2e/%2e%2e/%2e%2e/web/probe.js",
                "/..%2fprobe.js",
                "//probe.js",
                "/./probe.js",
                "/webjars//probe/1.0/probe.css",
                "/web/../../dev/torii/console/Console.class",
                "/..\\\\probe.js",
                "/META-INF/MANIFEST.MF",
                "/probe.js%00.css",
                "/dev/torii/console/Console.class"
            })
    void nothingElseIsAFile(String path) {
        assertThat(get(path, "host: localhost").status()).isEqualTo(404);
    }

    private static RawResponse get(String path, String headers) {
        return send("GET " + path + " HTTP/1.1\r\n" + headers + "\r\n\r\n");
    }

    private static RawResponse send(String request) {
        try (RawHttp raw = RawHttp.connect(mesh.console().port())) {
            raw.send(request);
            return raw.readResponse();
        }
    }
}
