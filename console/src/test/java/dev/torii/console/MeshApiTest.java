package dev.torii.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the page asks of the console about proxies: how they are, what flows between them, what they serve. */
final class MeshApiTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private SampleMesh mesh;

    @BeforeEach
    void start() {
        mesh = SampleMesh.start(11);
        await(() -> array("/api/proxies").stream()
                        .filter(proxy -> ((JsonObject) proxy).getString("state").equals("ready"))
                        .count()
                == 7);
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    @Test
    void theGraphHasEveryEdgeWithItsRateErrorsAndFlags() throws Exception {
        mesh.fail("reviews", true);
        mesh.send(30, Duration.ofSeconds(1));
        await(() ->
                edge("web", "reviews") != null && edge("cart", "prices") != null && edge("clients", "gateway") != null);
        mesh.send(30, Duration.ofSeconds(1));
        await(() -> edge("web", "reviews").getJsonObject("flags").getInteger("UF", 0) > 0);
        JsonObject reviews = edge("web", "reviews");
        assertThat(reviews.getDouble("rate")).isPositive();
        assertThat(reviews.getDouble("errorRate")).isBetween(0.1, 0.7);
        assertThat(reviews.getLong("p50")).isBetween(100_000L, 500_000L);
        assertThat(reviews.getLong("p99")).isGreaterThanOrEqualTo(reviews.getLong("p50"));
        assertThat(edge("cart", "prices").getDouble("errorRate")).isZero();
        JsonObject gateway = node("gateway");
        assertThat(gateway.getString("kind")).isEqualTo("gateway");
        assertThat(gateway.getDouble("rate")).isPositive();
        assertThat(node("clients").getString("kind")).isEqualTo("outside");
        assertThat(node("default/prices").getString("kind")).isEqualTo("service");
    }

    @Test
    void aProxyIsShownAsItIs() {
        JsonObject web = proxy("web");
        assertThat(web.getString("role")).isEqualTo("sidecar");
        assertThat(web.getString("service")).isEqualTo("default/web");
        assertThat(web.getString("version")).isEqualTo("0.1.0");
        assertThat(web.getString("snapshot")).isEqualTo("5f3a9c21");
        assertThat(web.getLong("since")).isLessThan(System.currentTimeMillis() * 1_000);
        assertThat(web.getJsonObject("findings").encode()).isEqualTo("{\"errors\":0,\"warnings\":2}");
        mesh.proxy("web").snapshot("newer");
        mesh.proxy("cart").ready(false);
        mesh.proxy("prices").close();
        mesh.proxy("reviews").instead("/metrics", "<html>not found</html>");
        await(() -> proxy("web").getString("snapshot").equals("newer")
                && proxy("cart").getString("state").equals("not ready")
                && proxy("prices").getString("state").equals("unreachable")
                && proxy("reviews").getString("state").equals("unreachable"));
        assertThat(proxy("cart").getString("reason")).isEqualTo("not ready: draining");
        assertThat(proxy("reviews").getString("reason")).isEqualTo("metrics, line 1: a name is wanted");
        assertThat(proxy("gateway").getString("state")).isEqualTo("ready");
    }

    @Test
    void nonsenseOfOneProxyHidesNoOther() {
        mesh.proxy("web").instead("/clusters", "{\"clusters\":[{\"endpoints\":7}]}");
        mesh.proxy("cart").instead("/snapshot", "{\"version\":\"x\",\"ports\":\"none\"}");
        mesh.proxy("cart").snapshot("x");
        await(() -> proxy("web").getString("reason").startsWith("/clusters is not")
                && proxy("cart").getString("reason").startsWith("/snapshot is not"));
        assertThat(array("/api/breakers")).isNotEmpty();
        assertThat(array("/api/routes")).isNotEmpty();
    }

    @Test
    void routesComeWithTheirSplitsAndTraffic() throws Exception {
        mesh.send(20, Duration.ofSeconds(1));
        await(() -> {
            JsonObject shop = route("default/shop/0");
            return shop != null
                    && shop.getJsonArray("backends").getJsonObject(0).getDouble("rate") > 0;
        });
        JsonObject shop = route("default/shop/0");
        assertThat(shop.getJsonArray("hosts")).containsExactly("shop.example");
        assertThat(shop.getJsonArray("matches")).containsExactly("PathPrefix /");
        assertThat(shop.getJsonArray("backends").getJsonObject(0).getString("service"))
                .isEqualTo("default/web");
        assertThat(route("default/prices/0").getInteger("proxies")).isEqualTo(2);
    }

    @Test
    void breakersAndLimitsAreThoseOfTheProxies() {
        mesh.proxy("gateway").breaker("open");
        await(() -> breaker("").getString("state").equals("open"));
        assertThat(breaker("").getInteger("inFlight")).isEqualTo(3);
        assertThat(breaker("").getInteger("limit")).isEqualTo(200);
        assertThat(breaker("127.0.0.1:9001").getBoolean("ejected")).isTrue();
    }

    @Test
    void rateLimitsAreThoseOfTheProxies() {
        JsonObject limit = with("/api/limits", "proxy", mesh.proxy("gateway").address());
        assertThat(limit.getString("id")).isEqualTo("default/fair-use/per-tenant@HTTPRoute/default/shop");
        assertThat(limit.getString("key")).isEqualTo("header x-tenant");
        assertThat(limit.getInteger("requests")).isEqualTo(100);
        assertThat(limit.getInteger("keys")).isEqualTo(7);
        assertThat(limit.getInteger("refused")).isEqualTo(12);
        assertThat(array("/api/limits")).hasSize(1);
    }

    @Test
    void aProxysOwnPagesAreShownAndNobodyElses() throws Exception {
        String web = mesh.proxy("web").address();
        assertThat(new JsonObject(get("/api/proxies/" + web + "/snapshot").body()).getString("version"))
                .isEqualTo("5f3a9c21");
        assertThat(new JsonObject(get("/api/proxies/" + web + "/clusters").body()).containsKey("clusters"))
                .isTrue();
        assertThat(get("/api/proxies/127.0.0.1:" + mesh.console().port() + "/snapshot")
                        .statusCode())
                .isEqualTo(404);
        mesh.proxy("web").close();
        HttpResponse<String> gone = get("/api/proxies/" + web + "/snapshot");
        assertThat(gone.statusCode()).isEqualTo(502);
        assertThat(new JsonObject(gone.body()).getString("error")).startsWith(web + " does not answer");
    }

    private static void await(BooleanSupplier condition) {
        assertThat(Await.until(PATIENCE, condition)).isTrue();
    }

    private JsonObject proxy(String service) {
        return with("/api/proxies", "address", mesh.proxy(service).address());
    }

    private JsonObject route(String name) {
        return with("/api/routes", "route", name);
    }

    private JsonObject breaker(String endpoint) {
        return array("/api/breakers").stream()
                .map(JsonObject.class::cast)
                .filter(row ->
                        row.getString("proxy").equals(mesh.proxy("gateway").address()))
                .filter(row -> row.getString("endpoint").equals(endpoint))
                .findFirst()
                .orElseThrow();
    }

    private JsonObject node(String id) {
        return find(graph().getJsonArray("nodes"), "id", id);
    }

    private JsonObject edge(String from, String to) {
        String caller = from.equals("clients") ? from : "default/" + from;
        String callee = to.equals("gateway") ? to : "default/" + to;
        return graph().getJsonArray("edges").stream()
                .map(JsonObject.class::cast)
                .filter(edge -> edge.getString("from").equals(caller)
                        && edge.getString("to").equals(callee))
                .findFirst()
                .orElse(null);
    }

    private JsonObject graph() {
        return new JsonObject(get("/api/graph?window=300").body());
    }

    private JsonObject with(String path, String field, String value) {
        return find(array(path), field, value);
    }

    private static JsonObject find(JsonArray in, String field, String value) {
        return in.stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString(field).equals(value))
                .findFirst()
                .orElse(null);
    }

    private JsonArray array(String path) {
        return new JsonArray(get(path).body());
    }

    private HttpResponse<String> get(String path) {
        try {
            return HTTP.send(HttpRequest.newBuilder(mesh.page(path)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
