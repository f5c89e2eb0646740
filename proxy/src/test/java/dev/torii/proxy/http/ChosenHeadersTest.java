package dev.torii.proxy.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Tracing;
import dev.torii.testkit.GrpcEchoClient;
import dev.torii.testkit.GrpcEchoServer;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the access log is told of headers, and which requests it is told of. */
class ChosenHeadersTest {

    private final MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
        while (true) {
            String status = connection.readHead().startsWith("GET /teapot") ? "418 Teapot" : "200 OK";
            connection.send("HTTP/1.1 " + status + "\r\nX-Cache: hit\r\nx-cache: warm\r\nSet-Cookie: sid=s3cret\r\n"
                    + "content-length: 2\r\n\r\nok");
        }
    });
    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
        backend.close();
    }

    private static List<LoggedHeader> headers(Mode mode, String... names) {
        return Stream.of(names).map(name -> new LoggedHeader(name, mode)).toList();
    }

    private void log(List<LoggedHeader> request, List<LoggedHeader> response) {
        log(new AccessLogging(request, response, 0, 0, 100));
    }

    private void log(AccessLogging logging) {
        proxy.clearRoutes()
                .telemetry(new Telemetry(Tracing.DEFAULT, logging))
                .cluster("behind", backend.port())
                .cluster("none")
                .route("/", "behind")
                .route("/none", "none")
                .apply();
    }

    private ExchangeRecord get(String path, String... lines) {
        return get(path, (String.join("\r\n", lines) + (lines.length == 0 ? "" : "\r\n")).getBytes(UTF_8));
    }

    private ExchangeRecord get(String path, byte[] lines) {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n").send(lines).send("\r\n");
            client.readResponse();
        }
        return proxy.record();
    }

    @Test
    void whatWasNotChosenIsNotThere() {
        log(List.of(), List.of());
        ExchangeRecord record = get("/", "x-user: alice");
        assertThat(record.headers()).isEmpty();
        assertThat(record.responseHeaders()).isEmpty();
        assertThat(record.logged()).isTrue();
    }

    @Test
    void whatWasChosenIsAsTheClientSentAndGotIt() {
        log(
                headers(Mode.PLAIN, "x-user", "x-tenant", "host", "x-none"),
                headers(Mode.PLAIN, "x-cache", "x-request-id"));
        ExchangeRecord record = get("/", "X-User: alice", "x-tenant: a", "X-Tenant: b", "x-request-id: id-1");
        assertThat(record.headers()).containsExactly("x-user", "alice", "x-tenant", "a, b", "host", "a");
        assertThat(record.responseHeaders())
                .containsExactly("x-cache", "hit, warm", "x-request-id", record.requestId());
    }

    @Test
    void theSameOverHttp2() {
        log(headers(Mode.PLAIN, "x-user", "x-tenant"), headers(Mode.PLAIN, "x-cache"));
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            client.answer(client.request("GET", "/", "x-user", "alice", "x-tenant", "a", "x-tenant", "b"));
        }
        ExchangeRecord record = proxy.record();
        assertThat(record.headers()).containsExactly("x-user", "alice", "x-tenant", "a, b");
        assertThat(record.responseHeaders()).containsExactly("x-cache", "hit, warm");
    }

    @Test
    void secretsAreNeverPlain() {
        log(
                List.of(
                        new LoggedHeader("authorization", Mode.PLAIN),
                        new LoggedHeader("cookie", Mode.HASH),
                        new LoggedHeader("x-user", Mode.HASH),
                        new LoggedHeader("x-card", Mode.MASK)),
                headers(Mode.PLAIN, "set-cookie"));
        ExchangeRecord record =
                get("/", "Authorization: Bearer s3cret", "Cookie: s3cret", "x-user: s3cret", "x-card: s3cret");
        assertThat(record.toString()).doesNotContain("s3cret");
        assertThat(record.headers().subList(0, 2)).containsExactly("authorization", "***");
        assertThat(record.headers().get(3))
                .matches("sha256:[0-9a-f]{16}")
                .isEqualTo(record.headers().get(5));
        assertThat(record.headers().subList(6, 8)).containsExactly("x-card", "***");
        assertThat(record.responseHeaders()).containsExactly("set-cookie", "***");
    }

    @Test
    void hostileValuesAreTakenWithinBounds() {
        log(headers(Mode.PLAIN, "x-a"), List.of());
        assertThat(get("/", "x-a: quo\"te \\ \u00fc\u20ac").headers())
                .containsExactly("x-a", "quo\"te \\ \u00fc\u20ac");
        byte[] noUtf8 = "x-a: gr\u00fc\u00df\r\n".getBytes(ISO_8859_1);
        assertThat(get("/", noUtf8).headers()).containsExactly("x-a", "gr\u00fc\u00df");
        assertThat(get("/", "x-a: " + "y".repeat(8 * 1024)).headers())
                .containsExactly("x-a", "y".repeat(ChosenHeaders.MAX_SHOWN) + "…");
        assertThat(get("/", "x-a:").headers()).containsExactly("x-a", "");
    }

    @Test
    void anAnswerOfOurOwnHasItsHeadersToo() {
        log(headers(Mode.PLAIN, "x-user"), headers(Mode.PLAIN, "x-torii-reason"));
        ExchangeRecord record = get("/none", "x-user: alice");
        assertThat(record.headers()).containsExactly("x-user", "alice");
        assertThat(record.responseHeaders()).containsExactly("x-torii-reason", "UH no_endpoint");
    }

    @Test
    void whatIsNotWrittenIsNotLookedAtAndFailuresAlwaysAre() {
        log(new AccessLogging(headers(Mode.PLAIN, "x-user"), List.of(), 400, 0, 0));
        ExchangeRecord fine = get("/", "x-user: alice");
        assertThat(fine.logged()).isFalse();
        assertThat(fine.headers()).isEmpty();
        assertThat(get("/teapot").logged()).isTrue();
        log(new AccessLogging(List.of(), List.of(), 0, 0, 0));
        assertThat(get("/teapot").logged()).isFalse();
        ExchangeRecord failed = get("/none");
        assertThat(failed.fault()).isEqualTo(Fault.UH);
        assertThat(failed.logged()).isTrue();
    }

    @Test
    void aSampleGoesByTheRequestsId() {
        log(new AccessLogging(List.of(), List.of(), 0, 0, 40));
        int logged = 0;
        for (int i = 0; i < 300; i++) {
            logged += get("/").logged() ? 1 : 0;
        }
        assertThat(logged).isBetween(60, 180);
    }

    /** A failed call is a 200 with a status after the body, which counts as the HTTP status it stands for. */
    @Test
    void grpcsStatusCountsAndItsTrailersCanBeChosen() {
        try (GrpcEchoServer server = GrpcEchoServer.start(Pod.of("grpc"))) {
            proxy.telemetry(grpc())
                    .cluster(
                            "grpc",
                            Cluster.Protocol.HTTP2,
                            LoadBalancing.DEFAULT,
                            ConnectionSettings.DEFAULT,
                            server.port())
                    .route("/", "grpc")
                    .apply();
            call(GrpcEchoClient.to("127.0.0.1", proxy.port(), "a.example"));
        }
    }

    private void call(GrpcEchoClient grpc) {
        try (GrpcEchoClient client = grpc) {
            client.call("Echo", Map.of("x-echo-trailer", "kept"));
            assertThat(proxy.record().logged()).isFalse();
            client.call("Unheard", Map.of());
            ExchangeRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(200);
            assertThat(record.grpcStatus()).isEqualTo(12);
            assertThat(record.logged()).isTrue();
            assertThat(record.responseHeaders()).startsWith("grpc-status", "12");
        }
    }

    private static Telemetry grpc() {
        return new Telemetry(
                Tracing.DEFAULT, new AccessLogging(List.of(), headers(Mode.PLAIN, "grpc-status"), 500, 0, 0));
    }
}
