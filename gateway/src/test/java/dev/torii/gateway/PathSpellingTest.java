package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.RawHttp;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A path means the same however it is spelled, in a request and in a route (RFC 3986, 6.2.2). */
class PathSpellingTest {

    private static final String MANIFESTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw}
            spec:
              gatewayClassName: torii
              listeners:
              - {name: http, port: 80, protocol: HTTP}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: spellings}
            spec:
              parentRefs:
              - {name: gw}
              rules:
              - matches:
                - path: {type: Exact, value: "/%61%62c"}
                filters:
                - {type: RequestRedirect, requestRedirect: {hostname: exact.example}}
              - matches:
                - path: {type: PathPrefix, value: "/%7Euser/caf%c3%a9"}
                filters:
                - type: RequestRedirect
                  requestRedirect:
                    hostname: prefix.example
                    path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}
            """;

    @TempDir
    Path folder;

    private TestGateway gateway;

    @BeforeEach
    void start() {
        TestGateway.write(folder, "all.yaml", MANIFESTS);
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void everySpellingOfAConfiguredPathMatches() {
        assertThat(location("/abc")).isEqualTo("http://exact.example/abc");
        assertThat(location("/%61b%63")).isEqualTo("http://exact.example/abc");
        assertThat(location("/x/..//abc")).isEqualTo("http://exact.example/abc");
        assertThat(location("/abc/")).isNull();
        assertThat(location("/~user/caf%C3%A9")).isEqualTo("http://prefix.example/new");
        assertThat(location("/%7euser/caf%c3%a9/menu")).isEqualTo("http://prefix.example/new/menu");
        assertThat(location("/~user/caf\u00c3\u00a9/menu")).isEqualTo("http://prefix.example/new/menu");
        assertThat(location("/~user/cafe")).isNull();
    }

    private String location(String target) {
        try (RawHttp client = RawHttp.connect(gateway.port(80))) {
            return client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")
                    .readResponse()
                    .header("location");
        }
    }
}
