package dev.torii.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.RawHttp;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of all proxies as one: kept lines, and live ones. */
final class LogApiTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private SampleMesh mesh;

    @BeforeEach
    void start() {
        mesh = SampleMesh.start(5);
        for (String service : List.of("gateway", "web", "reviews")) {
            assertThat(Await.until(PATIENCE, () -> mesh.proxy(service).isLogRead()))
                    .isTrue();
        }
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    @Test
    void linesOfAllProxiesAreKeptAndFound() throws Exception {
        List<SampleTraces.Sample> sent = mesh.send(20, Duration.ofSeconds(1));
        SampleTraces.Sample wanted = sent.get(3);
        assertThat(Await.until(
                        PATIENCE,
                        () -> found("request_id=" + wanted.requestId()).size() >= 5))
                .isTrue();
        JsonArray lines = found("request_id=" + wanted.requestId());
        assertThat(lines.stream().map(line -> ((JsonObject) line).getString("proxy")))
                .contains(mesh.proxy("gateway").address(), mesh.proxy("web").address());
        assertThat(found("x-order-id=" + wanted.orderId() + " role=gateway")).hasSize(1);
        assertThat(found("role=gateway").getJsonObject(0).getString("request_id"))
                .isEqualTo(sent.get(19).requestId());
    }

    @Test
    void aBadFilterIsOneLine() throws Exception {
        for (String path : List.of("/api/log?filter=", "/api/log/live?filter=")) {
            HttpResponse<String> answer = get(path + encoded("status>=many"));
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(new JsonObject(answer.body()).getString("error")).isEqualTo("status>=many: >= wants a number");
        }
    }

    @Test
    void newLinesComeLiveAndOnlyThoseWanted() {
        try (RawHttp reader = live("status>=500")) {
            mesh.proxy("web").log("{\"status\":200,\"path\":\"/fine\"}");
            mesh.proxy("web").log("no JSON at all");
            mesh.proxy("web").log("{\"dropped\":17}");
            mesh.proxy("web").log("{\"status\":503,\"path\":\"/broken\"}");
            String events = reader.readUntil("/broken\"}\n\n");
            assertThat(events)
                    .contains("event: dropped\ndata: {\"dropped\":17,\"proxy\":\""
                            + mesh.proxy("web").address() + "\"}")
                    .contains("event: line\ndata: {\"proxy\":\""
                            + mesh.proxy("web").address() + "\",\"status\":503")
                    .doesNotContain("/fine");
        }
    }

    @Test
    void aReaderThatIsTooSlowLosesLinesAndIsToldSo() throws Exception {
        String line = "{\"status\":200,\"path\":\"/" + "x".repeat(10_000) + "\"}";
        try (Socket slow = new Socket("127.0.0.1", mesh.console().port())) {
            slow.setSoTimeout((int) PATIENCE.toMillis());
            slow.getOutputStream()
                    .write("GET /api/log/live HTTP/1.1\r\nhost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader events =
                    new BufferedReader(new InputStreamReader(slow.getInputStream(), StandardCharsets.UTF_8));
            assertThat(events.lines().anyMatch(": the log begins"::equals)).isTrue();
            for (int i = 0; i < 2_000; i++) {
                mesh.proxy("web").log(line);
            }
            mesh.proxy("web").log("{\"status\":204}");
            assertThat(Await.until(PATIENCE, () -> !found("status=204").isEmpty()))
                    .isTrue();
            assertThat(events.lines().anyMatch("event: dropped"::equals)).isTrue();
            assertThat(new JsonObject(events.readLine().substring("data: ".length())).getInteger("dropped"))
                    .isPositive();
        }
    }

    @Test
    void watchersHaveABound() {
        List<RawHttp> readers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            readers.add(live(""));
        }
        try (RawHttp last = RawHttp.connect(mesh.console().port())) {
            last.send("GET /api/log/live HTTP/1.1\r\nhost: localhost\r\n\r\n");
            assertThat(last.readResponse().status()).isEqualTo(429);
        }
        readers.get(0).close();
        assertThat(Await.until(PATIENCE, this::canWatch)).isTrue();
        readers.forEach(RawHttp::close);
    }

    private boolean canWatch() {
        try (RawHttp reader = RawHttp.connect(mesh.console().port())) {
            reader.send("GET /api/log/live HTTP/1.1\r\nhost: localhost\r\n\r\n");
            return reader.readUntil("\r\n").contains(" 200 ");
        }
    }

    /** The answer's head and first chunk are read when this returns. */
    private RawHttp live(String filter) {
        RawHttp reader = RawHttp.connect(mesh.console().port());
        reader.send("GET /api/log/live?filter=" + encoded(filter) + " HTTP/1.1\r\nhost: localhost\r\n\r\n");
        assertThat(reader.readUntil(": the log begins\n\n")).contains("content-type: text/event-stream");
        return reader;
    }

    private JsonArray found(String filter) {
        try {
            return new JsonArray(
                    get("/api/log?limit=1000&filter=" + encoded(filter)).body());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(mesh.page(path)).build(), BodyHandlers.ofString());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
