package dev.torii.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EchoBackendTest {

    private static final Pod POD = new Pod("infra", "infra-backend-v1", "infra-backend-v1-0");
    private static Vertx vertx;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        vertx.close().await();
    }

    @Test
    void tellsWhatArrivedAndWhoAnswered() {
        try (EchoBackend backend = EchoBackend.start(vertx, POD)) {
            RawResponse answer = exchange(
                    backend,
                    "POST /a%2Fb?x=1&y HTTP/1.1\r\nhOST: Shop.example:80\r\n"
                            + "X-One: 1\r\nx-one: 2\r\nX-Empty:\r\ncontent-length: 3\r\n\r\nabc");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            JsonObject echo = new JsonObject(answer.body());
            assertThat(echo.getString("path")).isEqualTo("/a%2Fb?x=1&y");
            assertThat(echo.getString("host")).isEqualTo("Shop.example:80");
            assertThat(echo.getString("method")).isEqualTo("POST");
            assertThat(echo.getString("proto")).isEqualTo("HTTP/1.1");
            assertThat(echo.getJsonObject("headers").getJsonArray("X-One")).isEqualTo(JsonArray.of("1", "2"));
            assertThat(echo.getJsonObject("headers").getJsonArray("X-Empty")).isEqualTo(JsonArray.of(""));
            assertThat(echo.getString("namespace")).isEqualTo("infra");
            assertThat(echo.getString("service")).isEqualTo("infra-backend-v1");
            assertThat(echo.getString("pod")).isEqualTo("infra-backend-v1-0");
            assertThat(echo.getLong("bodyBytes")).isEqualTo(3);
            assertThat(echo.containsKey("tls")).isFalse();
        }
    }

    @Test
    void remembersEveryRequest() {
        try (EchoBackend backend = EchoBackend.start(vertx, POD)) {
            exchange(backend, "GET /mirror?id=7 HTTP/1.1\r\nHost: a\r\nX-One: 1\r\n\r\n");
            exchange(backend, "GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(backend.await(1, r -> r.uri().contains("id=7")))
                    .singleElement()
                    .satisfies(r -> assertThat(r.header("x-one")).containsExactly("1"));
            assertThat(backend.journal().count(r -> true)).isEqualTo(2);
        }
    }

    @Test
    void setsTheHeadersItIsTold() {
        try (EchoBackend backend = EchoBackend.start(vertx, POD)) {
            RawResponse answer = exchange(
                    backend,
                    "GET / HTTP/1.1\r\nHost: a\r\nX-Echo-Set-Header: X-mixedCase:one,X-Two:a:b,X-Two:c\r\n\r\n");
            assertThat(answer.headers()).contains(java.util.Map.entry("X-mixedCase", "one"));
            assertThat(answer.header("x-two")).isEqualTo("a:b,c");
            RawResponse empty = exchange(backend, "GET / HTTP/1.1\r\nHost: a\r\nX-Echo-Set-Header:\r\n\r\n");
            assertThat(empty.status()).isEqualTo(200);
        }
    }

    @Test
    void answersWithTheStatusAndDelayAskedFor() {
        try (EchoBackend backend = EchoBackend.start(vertx, POD)) {
            assertThat(get(backend, "/status/418").status()).isEqualTo(418);
            long before = System.nanoTime();
            assertThat(get(backend, "/?delay=120ms").status()).isEqualTo(200);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before))
                    .isGreaterThanOrEqualTo(119);
        }
    }

    @Test
    void failsTriesBeforeItSucceeds() {
        try (EchoBackend backend = EchoBackend.start(vertx, POD)) {
            String byStatus = "/retry/x?uuid=u1&succeedAfter=2&responseCode=503";
            assertThat(get(backend, byStatus).status()).isEqualTo(503);
            assertThat(get(backend, byStatus).status()).isEqualTo(503);
            assertThat(get(backend, byStatus).status()).isEqualTo(200);
            String byReset = "/retry/x?uuid=u2&succeedAfter=1";
            assertThatThrownBy(() -> get(backend, byReset)).rootCause().hasMessageContaining("reset");
            assertThat(get(backend, byReset).status()).isEqualTo(200);
        }
    }

    @Test
    void answersHeadWithoutBody() {
        try (EchoBackend backend = EchoBackend.start(vertx, POD);
                RawHttp client = RawHttp.connect(backend.port())) {
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse("HEAD").header("content-length")).isNotEqualTo("0");
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }

    @Test
    void echoesWebSocketMessages() throws Exception {
        WebSocketClient client = vertx.createWebSocketClient();
        try (EchoBackend backend = EchoBackend.start(vertx, POD)) {
            WebSocket socket =
                    client.connect(backend.port(), Listening.HOST, "/ws").await();
            CompletableFuture<String> text = new CompletableFuture<>();
            socket.textMessageHandler(text::complete);
            socket.writeTextMessage("hello");
            assertThat(text.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
        } finally {
            client.close().await();
        }
    }

    @Test
    void speaksOnlyHttp2WhenToldSo() {
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        try (EchoBackend backend = EchoBackend.startH2c(vertx, POD)) {
            assertThat(get(backend, "/").status()).isEqualTo(400);
            JsonObject echo = client.request(HttpMethod.GET, backend.port(), Listening.HOST, "/two")
                    .compose(request -> request.putHeader("x-one", "1").send().compose(HttpClientResponse::body))
                    .await()
                    .toJsonObject();
            assertThat(echo.getString("proto")).isEqualTo("HTTP/2.0");
            assertThat(echo.getString("host")).isEqualTo(backend.address());
            assertThat(echo.getJsonObject("headers").fieldNames())
                    .contains("x-one")
                    .noneMatch(n -> n.startsWith(":"));
        } finally {
            client.close().await();
        }
    }

    @Test
    void tellsServerNameAndClientCertificate() {
        Certificates ca = Certificates.authority("test");
        Certificates.Leaf server = ca.issue("abc.example.com");
        Certificates.Leaf client = Certificates.selfSigned("client.example");
        SSLContext context = TlsClients.presenting(ca.caPem(), client.certificatePem(), client.keyPem());
        ServerTls tls = new ServerTls(server.certificatePem(), server.keyPem(), true);
        try (EchoBackend backend = EchoBackend.startTls(vertx, POD, tls);
                RawHttp raw = RawHttp.connectTls(
                        Listening.HOST, backend.port(), context, "abc.example.com", List.of("http/1.1"))) {
            JsonObject seen = new JsonObject(raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                            .readResponse()
                            .body())
                    .getJsonObject("tls");
            assertThat(seen.getString("serverName")).isEqualTo("abc.example.com");
            assertThat(seen.getString("negotiatedProtocol")).isEqualTo("http/1.1");
            assertThat(seen.getString("version")).startsWith("TLSv1.");
            assertThat(seen.getJsonArray("peerCertificates").getString(0).replaceAll("\\s", ""))
                    .isEqualTo(client.certificatePem().replaceAll("\\s", ""));
        }
    }

    @Test
    void doesWithoutClientCertificate() {
        Certificates.Leaf server = Certificates.selfSigned("abc.example.com");
        SSLContext context = TlsClients.trusting(server.certificatePem());
        ServerTls tls = new ServerTls(server.certificatePem(), server.keyPem(), true);
        try (EchoBackend backend = EchoBackend.startTls(vertx, POD, tls);
                RawHttp raw = RawHttp.connectTls(Listening.HOST, backend.port(), context, "", List.of())) {
            JsonObject seen = new JsonObject(raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                            .readResponse()
                            .body())
                    .getJsonObject("tls");
            assertThat(seen.getString("serverName")).isEmpty();
            assertThat(seen.getJsonArray("peerCertificates")).isEmpty();
        }
    }

    private static RawResponse get(EchoBackend backend, String target) {
        return exchange(backend, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private static RawResponse exchange(EchoBackend backend, String bytes) {
        try (RawHttp client = RawHttp.connect(backend.port())) {
            return client.send(bytes).readResponse();
        }
    }
}
