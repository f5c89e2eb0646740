package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP/2 backends that break the rules, seen by clients of both versions. */
class HostileHttp2BackendTest {

    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
    }

    /** What a backend does with each request. */
    private interface Answer {
        void to(RawHttp2 connection, int stream) throws IOException;
    }

    private MisbehavingBackend behind(Answer answer) {
        MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            while (true) {
                RawHttp2.Block head = http2.awaitHeaders();
                connection.count(head.lines().toString());
                answer.to(http2, head.stream());
            }
        });
        proxy.cluster("b", Cluster.Protocol.HTTP2, LoadBalancing.DEFAULT, ConnectionSettings.DEFAULT, backend.port())
                .route("/", "b")
                .apply();
        return backend;
    }

    private RawResponse get(String method) {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
            return client.readResponse(method);
        }
    }

    private static String bytes(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-a | b\\r\\nset-cookie: evil=1",
                "x-a | b\\nset-cookie: evil=1",
                "x-a | b\\rc",
                "x-a | b\\0c",
                "X-A | b",
                "x-a\\r\\nset-cookie: evil=1 | b",
                "x:a | b",
                "connection | close",
                "transfer-encoding | chunked",
                "content-length | x",
                ":path | /",
                ":unknown | x",
            })
    void aMalformedHeadIsNotPassedOn(String name, String value) {
        String[] lines = {":status", "200", bytes(name), bytes(value)};
        try (MisbehavingBackend backend = behind((http2, stream) -> http2.headers(stream, true, lines))) {
            RawResponse got = get("GET");
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.header("x-torii-reason")).isEqualTo("UPE malformed_response");
            assertThat(got.header("set-cookie")).isNull();
            assertThat(backend.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"x", "99", "2000", "''", "1e2"})
    void aStatusThatIsNoneIsNotPassedOn(String status) {
        try (MisbehavingBackend backend = behind((http2, stream) -> http2.headers(stream, true, ":status", status))) {
            RawResponse got = get("GET");
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.header("x-torii-reason")).isEqualTo("UPE malformed_response");
            assertThat(backend.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, 204", "GET, 304", "HEAD, 200"})
    void anAnswerWithoutABodyHasNoneInHttp1(String method, int status) {
        try (MisbehavingBackend backend =
                behind((http2, stream) -> http2.headers(stream, true, ":status", Integer.toString(status)))) {
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                for (int i = 0; i < 2; i++) {
                    client.send(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
                    RawResponse got = client.readResponse(method);
                    assertThat(got.status()).isEqualTo(status);
                    assertThat(got.header("transfer-encoding")).isNull();
                    assertThat(got.header("content-length")).isNull();
                }
            }
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @Test
    void aBodyThatBreaksItsPromiseIsBrokenOff() {
        for (String body : new String[] {"toolong", "shrt"}) {
            try (MisbehavingBackend backend = behind((http2, stream) -> {
                http2.headers(stream, false, ":status", "200", "content-length", "5");
                http2.data(stream, true, body);
            })) {
                try (RawHttp client = RawHttp.connect(proxy.port())) {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                    assertThat(client.readToEnd())
                            .doesNotContain(body)
                            .matches("(?s)HTTP/1.1 (502 .*UPE malformed_body.*|200 .*\r\n\r\n)");
                }
                try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                    Http2Answer answer = client.answer(client.request("GET", "/"));
                    assertThat(answer.resetCode() == Http2Frame.INTERNAL_ERROR || answer.status() == 502)
                            .isTrue();
                }
                assertThat(backend.connections()).isEqualTo(1);
            }
            proxy.clearRoutes();
        }
    }

    @Test
    void trailersOfABackendAreKeptAndEvilOnesAreNot() {
        try (MisbehavingBackend backend = behind((http2, stream) -> {
                    http2.headers(stream, false, ":status", "200");
                    http2.data(stream, false, "ok");
                    http2.headers(stream, true, "x-sum", "42");
                });
                RawHttp2 client = RawHttp2.connect(proxy.port())) {
            RawResponse got = get("GET");
            assertThat(got.body()).isEqualTo("ok");
            assertThat(got.trailers()).containsExactly(java.util.Map.entry("x-sum", "42"));
            assertThat(client.answer(client.request("GET", "/")).trailer("x-sum"))
                    .isEqualTo("42");
            assertThat(backend.connections()).isEqualTo(1);
        }
        proxy.clearRoutes();
        try (MisbehavingBackend backend = behind((http2, stream) -> {
            http2.headers(stream, false, ":status", "200");
            http2.data(stream, false, "ok");
            http2.headers(stream, true, "x-sum", "42\r\nx-evil: 1");
        })) {
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readToEnd()).doesNotContain("x-evil").doesNotContain("\r\n0\r\n");
            }
            assertThat(backend.requests()).hasSize(1);
        }
    }

    @Test
    void refusedStreamsAreTriedOnceMoreAndOthersOfAPostAreNot() {
        try (MisbehavingBackend backend = behind((http2, stream) -> http2.reset(stream, Http2Frame.REFUSED_STREAM))) {
            assertThat(get("POST").header("x-torii-reason")).isEqualTo("UC reset_before_answer");
            assertThat(backend.requests()).hasSize(2);
        }
        proxy.clearRoutes();
        try (MisbehavingBackend backend = behind((http2, stream) -> http2.reset(stream, Http2Frame.INTERNAL_ERROR))) {
            assertThat(get("POST").header("x-torii-reason")).isEqualTo("UC reset_before_answer");
            assertThat(backend.requests()).hasSize(1);
        }
    }

    @Test
    void aConnectionThatIsToldToGoAwayFinishesAndIsReplaced() {
        try (MisbehavingBackend backend = behind((http2, stream) -> {
            byte[] lastStream = {0, 0, 0, (byte) stream, 0, 0, 0, 0};
            http2.send(new Http2Frame(Http2Frame.GOAWAY, 0, 0, lastStream));
            http2.headers(stream, false, ":status", "200");
            http2.data(stream, true, "ok");
        })) {
            for (int i = 1; i <= 3; i++) {
                assertThat(get("POST").body()).isEqualTo("ok");
                assertThat(backend.connections()).isEqualTo(i);
            }
            assertThat(backend.awaitClosed()).isTrue();
        }
    }

    /** Streams above the last one that GOAWAY names were never looked at (RFC 9113, 6.8): even a POST may go again. */
    @Test
    void whatGoAwayLeftUndoneIsDoneOnANewConnection() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            int stream = http2.awaitHeaders().stream();
            connection.count("request");
            if (connection.number() == 1) {
                http2.send(new Http2Frame(Http2Frame.GOAWAY, 0, 0, new byte[8]));
                connection.stall();
            }
            http2.headers(stream, true, ":status", "200");
            connection.stall();
        })) {
            proxy.cluster(
                            "b",
                            Cluster.Protocol.HTTP2,
                            LoadBalancing.DEFAULT,
                            ConnectionSettings.DEFAULT,
                            backend.port())
                    .route("/", "b")
                    .apply();
            assertThat(get("POST").status()).isEqualTo(200);
            assertThat(backend.requests()).hasSize(2);
        }
    }

    @Test
    void pushesAndFloodsOfABackendEndItsConnectionOnly() {
        try (MisbehavingBackend backend = behind((http2, stream) -> {
            byte[] promise = Arrays.copyOf(new byte[] {0, 0, 0, 2}, 4);
            http2.send(new Http2Frame(Http2Frame.PUSH_PROMISE, Http2Frame.END_HEADERS, stream, promise));
        })) {
            RawResponse got = get("POST");
            assertThat(got.status()).isEqualTo(502);
            assertThat(backend.awaitClosed()).isTrue();
        }
    }

    @Test
    void aBackendThatDoesNotSpeakHttp2IsAConnectFailure() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            connection.read(24);
            connection.send("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
            connection.stall();
        })) {
            proxy.cluster(
                            "b",
                            Cluster.Protocol.HTTP2,
                            LoadBalancing.DEFAULT,
                            ConnectionSettings.DEFAULT,
                            backend.port())
                    .route("/", "b")
                    .apply();
            RawResponse got = get("GET");
            assertThat(got.status()).isEqualTo(503);
            assertThat(got.header("x-torii-reason")).startsWith("UF ");
            assertThat(backend.awaitClosed()).isTrue();
        }
    }
}
