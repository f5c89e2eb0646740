package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every version to every version, and what may be said between a request and its answer. */
class ProtocolsTest {

    private final Vertx vertx = Vertx.vertx();
    private final EchoBackend one = EchoBackend.start(vertx, Pod.of("one"));
    private final EchoBackend two = EchoBackend.startH2c(vertx, Pod.of("two"));
    private final TestProxy proxy = new TestProxy();

    @BeforeEach
    void open() {
        http1("one", one.port());
        http2("two", two.port());
        proxy.apply();
    }

    private void http1(String name, int port) {
        proxy.cluster(name, port).route("/" + name, name);
    }

    private void http2(String name, int port) {
        proxy.cluster(name, Cluster.Protocol.HTTP2, LoadBalancing.DEFAULT, ConnectionSettings.DEFAULT, port)
                .route("/" + name, name);
    }

    @AfterEach
    void close() {
        proxy.close();
        one.close();
        two.close();
        TestProxy.await(vertx.close());
    }

    @ParameterizedTest
    @CsvSource({"one, HTTP/1.1", "two, HTTP/2.0"})
    void everyVersionReachesEveryVersion(String backend, String version) throws Exception {
        String post = "POST /" + backend
                + "/x?q=1 HTTP/1.1\r\nHost: A.Example:80\r\nContent-Length: 5\r\nX-Mixed: Case\r\n\r\nhello";
        try (RawHttp client = RawHttp.connect(proxy.port());
                RawHttp2 http2 = RawHttp2.connect(proxy.port())) {
            client.send(post);
            check(new JsonObject(client.readResponse().body()), version, backend, "A.Example:80");
            int stream = http2.open(false, RawHttp2.head("POST", "/" + backend + "/x?q=1", "x-mixed", "Case"));
            http2.data(stream, false, "hel");
            http2.data(stream, true, "lo");
            check(new JsonObject(http2.answer(stream).body()), version, backend, "a.example");
        }
        HttpResponse<String> upgraded = javaClient(backend, HttpRequest.BodyPublishers.noBody(), "GET");
        assertThat(upgraded.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(new JsonObject(upgraded.body()).getString("proto")).isEqualTo(version);
        // An offer with a body is not taken up, and nothing is lost by it.
        HttpResponse<String> posted = javaClient(backend, HttpRequest.BodyPublishers.ofString("hello"), "POST");
        assertThat(posted.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        assertThat(new JsonObject(posted.body()).getInteger("bodyBytes")).isEqualTo(5);
    }

    private void check(JsonObject seen, String version, String backend, String host) {
        assertThat(seen.getString("proto")).isEqualTo(version);
        assertThat(seen.getString("path")).isEqualTo("/" + backend + "/x?q=1");
        assertThat(seen.getString("host")).isEqualTo(host);
        assertThat(seen.getInteger("bodyBytes")).isEqualTo(5);
        assertThat(seen.getJsonObject("headers").fieldNames()).anyMatch("x-mixed"::equalsIgnoreCase);
    }

    /** The JDK's own client, which offers h2c with its first request. */
    private HttpResponse<String> javaClient(String backend, HttpRequest.BodyPublisher body, String method)
            throws IOException, InterruptedException {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        URI uri = URI.create("http://127.0.0.1:" + proxy.port() + "/" + backend + "/y");
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(uri).method(method, body).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("x-request-id")).isPresent();
        proxy.dropClients();
        return response;
    }

    @ParameterizedTest
    @ValueSource(strings = {"one", "two"})
    void answersWithoutABodyHaveNone(String backend) {
        try (RawHttp client = RawHttp.connect(proxy.port());
                RawHttp2 http2 = RawHttp2.connect(proxy.port())) {
            client.send("HEAD /" + backend + " HTTP/1.1\r\nHost: a\r\n\r\n");
            RawResponse head = client.readResponse("HEAD");
            assertThat(head.status()).isEqualTo(200);
            assertThat(Integer.parseInt(head.header("content-length"))).isPositive();
            assertThat(head.header("transfer-encoding")).isNull();
            Http2Answer head2 = http2.answer(http2.request("HEAD", "/" + backend));
            assertThat(Integer.parseInt(head2.header("content-length"))).isPositive();
            assertThat(head2.body()).isEmpty();
            client.send("GET /" + backend + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void statusesWithoutABodyHaveNoFraming(int status) {
        String answer = "HTTP/1.1 " + status + " X\r\nETag: \"1\"\r\n\r\n";
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.answers(answer));
                RawHttp client = RawHttp.connect(proxy.port());
                RawHttp2 http2 = RawHttp2.connect(proxy.port())) {
            http1("empty", backend.port());
            proxy.apply();
            for (int i = 0; i < 2; i++) {
                client.send("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n");
                RawResponse got = client.readResponse();
                assertThat(got.status()).isEqualTo(status);
                assertThat(got.headers().stream().map(Map.Entry::getKey)).containsExactly("ETag", "x-request-id");
                Http2Answer got2 = http2.answer(http2.request("GET", "/empty"));
                assertThat(got2.status()).isEqualTo(status);
                assertThat(got2.headers().stream().map(Map.Entry::getKey)).containsExactly("etag", "x-request-id");
            }
        }
    }

    @Test
    void aLengthOnA304IsKept() {
        String answer = "HTTP/1.1 304 Not Modified\r\nContent-Length: 1234\r\n\r\n";
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.answers(answer));
                RawHttp client = RawHttp.connect(proxy.port())) {
            http1("cached", backend.port());
            proxy.apply();
            client.send("GET /cached HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().header("content-length")).isEqualTo("1234");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.0 200 OK|X: y||until the end, false",
        "HTTP/1.1 200 OK|transfer-encoding: chunked||d|until the end|0||, true",
        "HTTP/1.1 200 OK|content-length: 13||until the end, true",
    })
    void oldClientsAreToldTheEndByLengthOrByClosing(String answer, boolean kept) {
        boolean hasLength = answer.contains("content-length");
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            while (true) {
                connection.readHead();
                connection.send(answer.replace("|", "\r\n"));
                if (!kept) {
                    return;
                }
            }
        })) {
            http1("old", backend.port());
            proxy.apply();
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET /old HTTP/1.0\r\nHost: a\r\n\r\n");
                RawResponse got = client.readResponse();
                assertThat(got.header("transfer-encoding")).isNull();
                assertThat(got.body()).isEqualTo("until the end");
                assertThat(client.readToEnd()).isEmpty();
            }
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET /old HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
                RawResponse got = client.readResponse();
                assertThat(got.body()).isEqualTo("until the end");
                assertThat(got.header("connection")).isEqualTo(hasLength ? "keep-alive" : "close");
                if (hasLength) {
                    client.send("GET /old HTTP/1.0\r\nHost: a\r\n\r\n");
                    assertThat(client.readResponse().body()).isEqualTo("until the end");
                }
                assertThat(client.readToEnd()).isEmpty();
            }
        }
    }

    private static final List<String> TRAILERS =
            List.of("X-Sum: 42", "Content-Length: 9", "X-Forwarded-For: 6.6.6.6", "Set-Cookie: evil=1");

    /** A head, two bytes of body and trailers, of which only one may be passed on. */
    private static String withTrailers(String head) {
        return head + "\r\nTrailer: X-Sum\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
                + String.join("\r\n", TRAILERS) + "\r\n\r\n";
    }

    private static final String[] TRAILER_LINES = TRAILERS.stream()
            .flatMap(line -> Stream.of(line.toLowerCase(Locale.ROOT).split(": ")))
            .toArray(String[]::new);

    @ParameterizedTest
    @ValueSource(strings = {"one", "two"})
    void trailersOfAnswersAreKept(String kind) {
        MisbehavingBackend.Behaviour http1 = connection -> {
            while (true) {
                assertThat(connection.readHead()).contains("\r\nTE: trailers\r\nConnection: TE\r\n");
                connection.send(withTrailers("HTTP/1.1 200 OK"));
            }
        };
        MisbehavingBackend.Behaviour http2 = connection -> {
            RawHttp2 peer = connection.http2();
            while (true) {
                RawHttp2.Block head = peer.awaitHeaders();
                assertThat(head.lines()).contains(Map.entry("te", "trailers"));
                peer.headers(head.stream(), false, ":status", "200", "trailer", "X-Sum");
                peer.data(head.stream(), false, "ok");
                peer.headers(head.stream(), true, TRAILER_LINES);
            }
        };
        try (MisbehavingBackend backend = behind(kind, http1, http2);
                RawHttp client = RawHttp.connect(proxy.port());
                RawHttp2 client2 = RawHttp2.connect(proxy.port())) {
            client.send("GET /raw HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
            RawResponse got = client.readResponse();
            assertThat(got.body()).isEqualTo("ok");
            assertThat(got.header("trailer")).isEqualTo("X-Sum");
            assertThat(got.trailers()).hasSize(1);
            assertThat(got.trailers().get(0).getKey()).isEqualTo(kind.equals("one") ? "X-Sum" : "x-sum");
            assertThat(got.trailers().get(0).getValue()).isEqualTo("42");
            Http2Answer got2 = client2.answer(client2.request("GET", "/raw", "te", "trailers"));
            assertThat(got2.body()).isEqualTo("ok");
            assertThat(got2.header("trailer")).isEqualTo("X-Sum");
            assertThat(got2.trailers()).containsExactly(Map.entry("x-sum", "42"));
            try (RawHttp old = RawHttp.connect(proxy.port())) {
                old.send("GET /raw HTTP/1.0\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
                assertThat(old.readToEnd()).doesNotContainIgnoringCase("x-sum").endsWith("\r\n\r\nok");
            }
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"one", "two"})
    void trailersOfRequestsAreKept(String kind) {
        MisbehavingBackend.Behaviour http1 = connection -> {
            while (true) {
                connection.readHead();
                connection.readHead();
                connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            }
        };
        MisbehavingBackend.Behaviour http2 = connection -> {
            RawHttp2 peer = connection.http2();
            while (true) {
                connection.count(peer.awaitHeaders().lines().toString());
                RawHttp2.Block end = peer.awaitHeaders();
                assertThat(end.end()).isTrue();
                connection.count(end.lines().toString());
                peer.headers(end.stream(), true, ":status", "200");
            }
        };
        try (MisbehavingBackend backend = behind(kind, http1, http2);
                RawHttp client = RawHttp.connect(proxy.port());
                RawHttp2 client2 = RawHttp2.connect(proxy.port())) {
            for (int i = 0; i < 2; i++) {
                client.send(withTrailers("POST /raw HTTP/1.1\r\nHost: a"));
                assertThat(client.readResponse().status()).isEqualTo(200);
                int stream = client2.open(false, RawHttp2.head("POST", "/raw", "trailer", "X-Sum"));
                client2.data(stream, false, "ok").headers(stream, true, TRAILER_LINES);
                assertThat(client2.answer(stream).status()).isEqualTo(200);
            }
            assertThat(backend.requests()).hasSize(8);
            for (int i = 0; i < 8; i += 2) {
                assertThat(backend.requests().get(i))
                        .containsIgnoringCase("trailer")
                        .contains("X-Sum");
                assertThat(backend.requests().get(i + 1).replaceFirst("X-Sum", "x-sum"))
                        .isEqualTo(kind.equals("two") ? "[x-sum=42]" : "2\r\nok\r\n0\r\nx-sum: 42\r\n\r\n");
            }
        }
    }

    /** A backend of either version behind {@code /raw}. */
    private MisbehavingBackend behind(String kind, MisbehavingBackend.Behaviour one, MisbehavingBackend.Behaviour two) {
        MisbehavingBackend backend = MisbehavingBackend.start(kind.equals("one") ? one : two);
        if (kind.equals("one")) {
            http1("raw", backend.port());
        } else {
            http2("raw", backend.port());
        }
        proxy.apply();
        return backend;
    }

    private static final String EXPECTS = " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

    @ParameterizedTest
    @ValueSource(strings = {"one", "two"})
    void aClientMayWaitForContinue(String kind) throws IOException {
        MisbehavingBackend.Behaviour http1 = connection -> {
            while (true) {
                assertThat(connection.readHead()).containsIgnoringCase("\r\nExpect: 100-continue\r\n");
                connection.send("HTTP/1.1 100 Continue\r\n\r\n");
                connection.read(5);
                connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
        };
        MisbehavingBackend.Behaviour http2 = connection -> {
            RawHttp2 peer = connection.http2();
            while (true) {
                int stream = peer.awaitHeaders().stream();
                peer.headers(stream, false, ":status", "100");
                peer.await(Http2Frame.DATA);
                peer.headers(stream, false, ":status", "200");
                peer.data(stream, true, "ok");
            }
        };
        try (MisbehavingBackend backend = behind(kind, http1, http2)) {
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("POST /raw" + EXPECTS);
                assertThat(client.readResponse().status()).isEqualTo(100);
                client.send("hello");
                assertThat(client.readResponse().body()).isEqualTo("ok");
            }
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                int stream = client.open(
                        false, RawHttp2.head("POST", "/raw", "expect", "100-continue", "content-length", "5"));
                assertThat(client.awaitHeaders().lines()).contains(Map.entry(":status", "100"));
                client.data(stream, true, "hello");
                assertThat(client.answer(stream).body()).isEqualTo("ok");
            }
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 417 Expectation Failed", "HTTP/1.1 413 Content Too Large", "HTTP/1.1 200 OK"})
    void aBackendMayRefuseBeforeTheBodyIsSent(String status) {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            connection.readHead();
            connection.send(status + "\r\ncontent-length: 2\r\n\r\nno");
            connection.stall();
        })) {
            http1("refuses", backend.port());
            proxy.apply();
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("POST /refuses" + EXPECTS);
                RawResponse got = client.readResponse();
                assertThat(got.status()).isEqualTo(Integer.parseInt(status.substring(9, 12)));
                assertThat(got.body()).isEqualTo("no");
                // Whoever sends the body all the same is not misunderstood.
                client.send("helloGET /one HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse().body()).contains("\"path\":\"/one\"");
            }
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                int stream = client.open(
                        false, RawHttp2.head("POST", "/refuses", "expect", "100-continue", "content-length", "5"));
                assertThat(client.answer(stream).body()).isEqualTo("no");
                assertThat(client.answer(client.request("GET", "/one")).status())
                        .isEqualTo(200);
            }
            assertThat(backend.awaitClosed()).isTrue();
        }
    }

    @Test
    void anOldClientsExpectationIsIgnored() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("POST /one HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
            assertThat(client.readResponse().body()).contains("\"bodyBytes\":5").doesNotContain("100-continue");
        }
    }

    @Test
    void earlyHintsArePassedOnToThoseWhoUnderstandThem() {
        String answers = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: x\r\n\r\n"
                + "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.answers(answers))) {
            http1("hints", backend.port());
            proxy.apply();
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET /hints HTTP/1.1\r\nHost: a\r\n\r\n");
                RawResponse first = client.readResponse();
                assertThat(first.status()).isEqualTo(103);
                assertThat(first.headers()).containsExactly(Map.entry("Link", "</a.css>"));
                assertThat(client.readResponse().status()).isEqualTo(102);
                assertThat(client.readResponse().header("link")).isEqualTo("</b.css>");
                assertThat(client.readResponse().body()).isEqualTo("ok");
                client.send("GET /one HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse().status()).isEqualTo(200);
            }
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                int stream = client.request("GET", "/hints");
                assertThat(client.awaitHeaders().lines())
                        .containsExactly(Map.entry(":status", "103"), Map.entry("link", "</a.css>"));
                assertThat(client.answer(stream).body()).isEqualTo("ok");
            }
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET /hints HTTP/1.0\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse().status()).isEqualTo(200);
            }
        }
    }

    /** Nobody waits until a client has read them: a backend could fill our memory with them. */
    @Test
    void aFloodOfInterimAnswersIsCutShort() {
        String answers =
                "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1_000) + "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.answers(answers));
                RawHttp client = RawHttp.connect(proxy.port())) {
            http1("flood", backend.port());
            proxy.apply();
            client.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n");
            int interims = 0;
            while (client.readResponse().status() == 103) {
                interims++;
            }
            assertThat(interims).isEqualTo(16);
        }
    }

    @Test
    void theSpellingOfHeadersIsKeptBothWays() {
        String answer = "HTTP/1.1 200 OK\r\nX-CamelCase: a\r\nx-lower: b\r\nX-UPPER: c\r\nContent-Length: 0\r\n\r\n";
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.answers(answer));
                RawHttp client = RawHttp.connect(proxy.port())) {
            http1("case", backend.port());
            proxy.apply();
            client.send("GET /case HTTP/1.1\r\nhOST: a\r\nX-CamelCase: a\r\nx-lower: b\r\nX-UPPER: c\r\n\r\n");
            assertThat(client.readResponse().headers().stream().map(Map.Entry::getKey))
                    .containsExactly("X-CamelCase", "x-lower", "X-UPPER", "Content-Length", "x-request-id");
            assertThat(backend.requests().get(0))
                    .startsWith("GET /case HTTP/1.1\r\nHost: a\r\nX-CamelCase: a\r\nx-lower: b\r\nX-UPPER: c\r\n");
        }
    }

    @Test
    void headersOutsideAsciiSurviveEveryCrossing() {
        for (String backend : List.of("one", "two")) {
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET /" + backend + " HTTP/1.1\r\nHost: a\r\nX-Name: \u00e9\u00ff\r\n\r\n");
                assertThat(client.readResponse().status()).isEqualTo(200);
            }
        }
        assertThat(one.journal().all().get(0).header("x-name")).containsExactly("\u00e9\u00ff");
        assertThat(two.journal().all().get(0).header("x-name")).containsExactly("\u00e9\u00ff");
    }
}
