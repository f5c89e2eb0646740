package dev.torii.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.console.SampleTraces.Sample;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the page asks of the console about traces, of a shop whose reviews fail towards the end. */
final class ApiTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static SampleMesh mesh;
    private static List<Sample> healthy;
    private static List<Sample> failing;

    @BeforeAll
    static void play() throws Exception {
        mesh = SampleMesh.start(42);
        healthy = mesh.send(150, Duration.ofMinutes(10));
        mesh.fail("reviews", true);
        failing = mesh.send(50, Duration.ofMillis(100));
    }

    @AfterAll
    static void close() {
        mesh.close();
    }

    @Test
    void aTraceIsFoundByItsRequestId() throws Exception {
        JsonObject found =
                array("/api/traces?requestId=" + healthy.get(7).requestId()).getJsonObject(0);
        assertThat(found.getString("traceId")).isEqualTo(healthy.get(7).traceId());
        assertThat(found.getString("rootService")).isEqualTo("gateway");
        assertThat(found.getInteger("status")).isEqualTo(200);
        assertThat(found.getJsonArray("services")).contains("gateway", "default/web", "default/cart", "default/prices");
    }

    @Test
    void aTraceIsFoundByALoggedHeader() throws Exception {
        Sample wanted = healthy.get(9);
        assertThat(ids("/api/traces?tag=x-order-id:" + wanted.orderId())).containsExactly(wanted.traceId());
        assertThat(ids("/api/traces?tag=http.request.header.x-order-id:" + wanted.orderId()))
                .containsExactly(wanted.traceId());
        assertThat(ids("/api/traces?text=" + wanted.orderId().toUpperCase())).contains(wanted.traceId());
        assertThat(ids("/api/traces?tag=x-order-id:nobody")).isEmpty();
    }

    @Test
    void whatFailedIsFoundByStatusServiceAndFlag() throws Exception {
        List<String> wrong = ids("/api/traces?status=error&limit=1000");
        assertThat(wrong).containsAll(failing.stream().map(Sample::traceId).toList());
        assertThat(ids("/api/traces?status=504&text=per_try_timeout&limit=1000"))
                .hasSize(wrong.size());
        assertThat(ids("/api/traces?status=5xx&route=default/reviews/0&limit=1000"))
                .isNotEmpty()
                .allMatch(wrong::contains);
        assertThat(ids("/api/traces?status=503&service=default/cart")).isEmpty();
        assertThat(array("/api/traces?status=error").getJsonObject(0).getJsonArray("flags"))
                .contains("UT");
    }

    @Test
    void durationIsThatOfTheTraceOrOfTheServiceAskedFor() throws Exception {
        assertThat(ids("/api/traces?minDuration=250000&limit=1000"))
                .containsAll(failing.stream().map(Sample::traceId).toList());
        assertThat(ids("/api/traces?maxDuration=1&limit=1000")).isEmpty();
        assertThat(ids("/api/traces?service=default/prices&maxDuration=8000&limit=1000"))
                .isNotEmpty();
    }

    @Test
    void theNewestComeFirstAndNoMoreThanAskedFor() throws Exception {
        JsonArray all = array("/api/traces?limit=20");
        assertThat(all).hasSize(20);
        List<Long> starts =
                all.stream().map(trace -> ((JsonObject) trace).getLong("start")).toList();
        assertThat(starts).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(ids("/api/traces?to=" + (starts.get(19) - 1) + "&limit=1"))
                .doesNotContainAnyElementsOf(ids("/api/traces?limit=20"));
    }

    @Test
    void aTraceIsAllItsSpansWithTheirAttempts() throws Exception {
        JsonObject trace = object("/api/traces/" + failing.get(0).traceId());
        assertThat(trace.getString("requestId")).isEqualTo(failing.get(0).requestId());
        List<JsonObject> spans =
                trace.getJsonArray("spans").stream().map(JsonObject.class::cast).toList();
        assertThat(spans.get(0).getString("parentId")).isEmpty();
        assertThat(spans.get(0).getString("service")).isEqualTo("gateway");
        assertThat(spans.stream()
                        .filter(span -> span.getString("kind").equals("CLIENT"))
                        .filter(span -> "default/reviews"
                                .equals(span.getJsonObject("attributes").getString("torii.service")))
                        .map(span -> span.getJsonObject("attributes").getInteger("torii.attempt")))
                .containsExactly(1, 2);
        assertThat(spans.get(0).getJsonObject("attributes").getJsonArray("http.request.header.x-order-id"))
                .containsExactly(failing.get(0).orderId());
    }

    @Test
    void servicesAndStatusCountWhatIsHeld() throws Exception {
        int spans = object("/api/status").getInteger("spans");
        assertThat(object("/api/status").getInteger("traces")).isEqualTo(200);
        assertThat(array("/api/services").stream()
                        .mapToInt(service -> ((JsonObject) service).getInteger("spans"))
                        .sum())
                .isEqualTo(spans);
    }

    @Test
    void aBadQuestionIsOneLine() throws Exception {
        for (String wrong : List.of(
                "status=600", "limit=0", "limit=1001", "minDuration=x", "tag=x", "colour=red", "limit=1&limit=2")) {
            HttpResponse<String> answer = get("/api/traces?" + wrong);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
            assertThat(new JsonObject(answer.body()).getString("error")).doesNotContain("\n");
        }
        assertThat(get("/api/traces/none").statusCode()).isEqualTo(404);
        assertThat(get("/api/nothing").statusCode()).isEqualTo(404);
    }

    private static List<String> ids(String path) throws Exception {
        return array(path).stream()
                .map(trace -> ((JsonObject) trace).getString("traceId"))
                .toList();
    }

    private static JsonArray array(String path) throws Exception {
        return new JsonArray(ok(path));
    }

    private static JsonObject object(String path) throws Exception {
        return new JsonObject(ok(path));
    }

    private static String ok(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI page = mesh.page(path);
        return HTTP.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
    }
}
