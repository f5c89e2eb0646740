package dev.torii.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ClusterView.Breaker;
import dev.torii.proxy.ClusterView.EndpointView;
import dev.torii.proxy.ClusterView.Health;
import dev.torii.proxy.ClusterView.Usage;
import dev.torii.proxy.ControlContact;
import dev.torii.proxy.limit.LimitView;
import dev.torii.proxy.limit.StoreView;
import dev.torii.proxy.telemetry.AccessLog;
import dev.torii.proxy.telemetry.Await;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import dev.torii.proxy.telemetry.MetricsText;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.routing.HashKey;
import dev.torii.routing.RateLimit;
import dev.torii.routing.Snapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.junit5.VertxExtension;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(VertxExtension.class)
class AdminServerTest {

    private final ProxyMetrics metrics =
            new ProxyMetrics(1, ProxyMetrics.DEFAULT_MAX_SERIES, () -> 0, InstantSource.system());
    private final AccessLog log = new AccessLog(OutputStream.nullOutputStream());
    private final AtomicInteger drains = new AtomicInteger();
    private final AtomicInteger quits = new AtomicInteger();
    private static final LimitView LIMIT = new LimitView(
            new RateLimit(
                    "shop/p/per-tenant@HTTPRoute/shop/cart",
                    "per-tenant",
                    100,
                    1000,
                    20,
                    new HashKey(HashKey.Source.HEADER, "x-tenant"),
                    null,
                    false,
                    List.of()),
            7,
            3,
            50,
            4,
            0,
            1);

    private static final StoreView STORE = new StoreView(
            "10.0.0.9:6379/1", true, 2, 3, 4, 500, 6, 1_500_000_000L, List.of(1, 20), List.of(90L, 9L, 1L));

    private volatile Optional<String> notReady = Optional.of("no complete configuration yet");
    private volatile Verbosity verbosity = Verbosity.INFO;
    private volatile @Nullable ControlContact control;
    private volatile Function<ExplainQuery, String> explain = query -> query + "\nsecond line\n";
    private Vertx vertx;
    private AdminServer server;
    private WebClient client;
    private int port;

    @BeforeEach
    void open(Vertx vertx) throws Exception {
        this.vertx = vertx;
        client = WebClient.create(vertx);
        metrics.limits(() -> List.of(LIMIT), () -> List.of(STORE, STORE));
        server = new AdminServer(vertx, sources());
        port = get(server.listen("127.0.0.1", 0));
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        get(server.close());
        log.close();
    }

    private AdminSources sources() {
        Snapshot snapshot = SampleSnapshot.make();
        ClusterView used = new ClusterView(
                "shop/cart:8080",
                "shop/cart",
                new Usage(3, 200),
                new Usage(0, 0),
                Breaker.HALF_OPEN,
                List.of(new EndpointView("10.9.8.7:1022", Health.EJECTED, Breaker.NONE, 4, 3)));
        return new AdminSources(
                () -> notReady,
                () -> snapshot,
                () -> Future.succeededFuture(List.of(used)),
                () -> List.of(LIMIT),
                metrics::page,
                query -> explain.apply(query),
                () -> control,
                log.tails(),
                () -> verbosity,
                wanted -> verbosity = wanted,
                drains::incrementAndGet,
                quits::incrementAndGet);
    }

    @Test
    void readyOnlyWithAReason() throws Exception {
        HttpResponse<Buffer> response = get("/ready");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.bodyAsString()).isEqualTo("not ready: no complete configuration yet\n");
        notReady = Optional.empty();
        assertThat(get("/ready").statusCode()).isEqualTo(200);
        assertThat(get("/ready").bodyAsString()).isEqualTo("ready\n");
        notReady = Optional.of("draining");
        assertThat(get("/ready").bodyAsString()).isEqualTo("not ready: draining\n");
        assertThat(get("/live").statusCode()).isEqualTo(200);
    }

    @Test
    void whetherControlIsHeardIsTold() throws Exception {
        assertThat(get("/control").statusCode()).isEqualTo(404);
        control = new ControlContact(false, Double.NaN);
        metrics.control(() -> Objects.requireNonNull(control));
        assertThat(get("/control").bodyAsString()).isEqualTo("{\"connected\":false}");
        MetricsText before = MetricsText.parse(get("/metrics").bodyAsString());
        assertThat(before.value("torii_control_connected")).isZero();
        assertThat(before.named("torii_control_heard_seconds")).isEmpty();
        control = new ControlContact(true, 1.5);
        assertThat(get("/control").bodyAsString()).isEqualTo("{\"connected\":true,\"heard_seconds\":1.5}");
        MetricsText after = MetricsText.parse(get("/metrics").bodyAsString());
        assertThat(after.value("torii_control_connected")).isEqualTo(1);
        assertThat(after.value("torii_control_heard_seconds")).isEqualTo(1.5);
    }

    @Test
    void metricsComeAsTextAndAsOpenMetrics() throws Exception {
        metrics.started();
        MetricsText page = MetricsText.parse(get("/metrics").bodyAsString());
        assertThat(page.value("torii_in_flight_requests")).isEqualTo(1);
        assertThat(page.value("torii_upstream_in_flight{torii_service=\"shop/cart\"}"))
                .isEqualTo(3);
        assertThat(page.value("torii_upstream_endpoints{torii_health=\"healthy\",torii_service=\"shop/cart\"}"))
                .isEqualTo(1);
        HttpResponse<Buffer> open =
                get(request(HttpMethod.GET, "/metrics").putHeader("accept", "application/openmetrics-text"));
        assertThat(open.getHeader("content-type")).startsWith("application/openmetrics-text");
        assertThat(open.bodyAsString()).endsWith("# EOF\n");
    }

    @Test
    void metricsAreCompressedForWhoTakesIt() throws Exception {
        HttpResponse<Buffer> response =
                get(request(HttpMethod.GET, "/metrics").putHeader("accept-encoding", "gzip, br"));
        assertThat(response.getHeader("content-encoding")).isEqualTo("gzip");
        byte[] plain =
                new GZIPInputStream(new ByteArrayInputStream(response.body().getBytes())).readAllBytes();
        MetricsText.parse(new String(plain, StandardCharsets.UTF_8));
    }

    @Test
    void aScrapeUnderLoadIsWhole() throws Exception {
        List<Future<HttpResponse<Buffer>>> scrapes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            metrics.started();
            scrapes.add(request(HttpMethod.GET, "/metrics").send());
        }
        for (Future<HttpResponse<Buffer>> scrape : scrapes) {
            assertThat(MetricsText.parse(get(scrape).bodyAsString()).value("torii_in_flight_requests"))
                    .isBetween(1.0, 8.0);
        }
    }

    @Test
    void theSnapshotShowsNoSecrets() throws Exception {
        HttpResponse<Buffer> response = get("/snapshot");
        assertThat(response.getHeader("content-type")).isEqualTo("application/json");
        assertThat(response.bodyAsJsonObject().getString("version")).isEqualTo("v-77");
        assertThat(response.bodyAsString()).doesNotContain(SampleSnapshot.SECRET);
    }

    @Test
    void limitsStandBesideTheClustersAndInTheMetrics() throws Exception {
        JsonObject limit =
                get("/clusters").bodyAsJsonObject().getJsonArray("limits").getJsonObject(0);
        assertThat(limit).isEqualTo(new JsonObject("""
                                {"id": "shop/p/per-tenant@HTTPRoute/shop/cart", "name": "per-tenant", "requests": 100,
                                 "per_ms": 1000, "burst": 20, "key": "header x-tenant", "scope": "local", "shadow": false,
                                 "keys": {"current": 7, "limit": 16384}, "crowded": 3,
                                 "decisions": {"allowed": 50, "refused": 4, "shadow": 0, "error": 1}}"""));
        MetricsText page = MetricsText.parse(get("/metrics").bodyAsString());
        String of = "torii_limit=\"shop/p/per-tenant@HTTPRoute/shop/cart\"}";
        assertThat(page.value("torii_rate_limit_requests_total{torii_decision=\"refused\"," + of))
                .isEqualTo(4);
        assertThat(page.value("torii_rate_limit_requests_total{torii_decision=\"allowed\"," + of))
                .isEqualTo(50);
        assertThat(page.value("torii_rate_limit_keys{" + of)).isEqualTo(7);
        assertThat(page.value("torii_rate_limit_keys_crowded_total{" + of)).isEqualTo(3);
    }

    /** Two users of one store are one series. */
    @Test
    void storesOfLimitsAreInTheMetrics() throws Exception {
        MetricsText page = MetricsText.parse(get("/metrics").bodyAsString());
        String store = "torii_store=\"10.0.0.9:6379/1\"";
        assertThat(page.value("torii_rate_limit_store_up{" + store + "}")).isEqualTo(1);
        String answers = "torii_rate_limit_store_answer_duration_seconds_";
        assertThat(page.value(answers + "bucket{" + store + ",le=\"0.02\"}")).isEqualTo(198);
        assertThat(page.value(answers + "count{" + store + "}")).isEqualTo(200);
        assertThat(page.value(answers + "sum{" + store + "}")).isEqualTo(3);
        String errors = "torii_rate_limit_store_errors_total{reason=\"";
        assertThat(page.value(errors + "error\"," + store + "}")).isEqualTo(4);
        assertThat(page.value(errors + "timeout\"," + store + "}")).isEqualTo(6);
        assertThat(page.value(errors + "not_asked\"," + store + "}")).isEqualTo(8);
        assertThat(page.value("torii_rate_limit_store_permits_total{" + store + ",use=\"lost\"}"))
                .isEqualTo(12);
    }

    @Test
    void clustersShowCurrentAndLimitAndWhatIsNotUsedYet() throws Exception {
        JsonArray clusters = get("/clusters").bodyAsJsonObject().getJsonArray("clusters");
        assertThat(clusters).hasSize(1);
        JsonObject cluster = clusters.getJsonObject(0);
        assertThat(cluster.getJsonObject("requests")).isEqualTo(new JsonObject("{\"current\":3,\"limit\":1053}"));
        assertThat(cluster.getJsonObject("queue")).isEqualTo(new JsonObject("{\"current\":0,\"limit\":1054}"));
        assertThat(cluster.getString("breaker")).isEqualTo("half_open");
        assertThat(cluster.getJsonArray("endpoints").encode())
                .isEqualTo("[{\"address\":\"10.9.8.7:1022\",\"health\":\"ejected\",\"breaker\":\"closed\","
                        + "\"connections\":4,\"requests\":3},"
                        + "{\"address\":\"[fd00::7]:1023\",\"health\":\"healthy\",\"breaker\":\"closed\","
                        + "\"connections\":0,\"requests\":0}]");
    }

    @Test
    void explainGetsWhatWasAsked() throws Exception {
        HttpResponse<Buffer> response = get(request(HttpMethod.GET, "/explain")
                .addQueryParam("method", "POST")
                .addQueryParam("url", "http://shop.example/cart?x=1&y=ü")
                .addQueryParam("header", "X-Tenant: acme:1")
                .addQueryParam("header", "x-b:"));
        assertThat(response.bodyAsString())
                .isEqualTo("ExplainQuery[method=POST, url=http://shop.example/cart?x=1&y=ü, "
                        + "headers=[Header[name=X-Tenant, value=acme:1], Header[name=x-b, value=]]]\nsecond line\n");
    }

    @ParameterizedTest
    @CsvSource({
        "/explain, give one url and at most one method: /explain?url=http://shop.example/cart",
        "/explain?url=a&url=b, give one url and at most one method: /explain?url=http://shop.example/cart",
        "/explain?url=a&header=nonsense, 'a header is given as name:value, not as \"nonsense\"'",
    })
    void explainSaysWhatIsMissing(String path, String message) throws Exception {
        HttpResponse<Buffer> response = get(path);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.bodyAsString()).isEqualTo(message + "\n");
    }

    @Test
    void aQueryThatMakesNoSenseAndABugAreOneLineEach() throws Exception {
        explain = query -> {
            throw new IllegalArgumentException("\"" + query.url() + "\" is not a URL\nat all");
        };
        assertThat(get("/explain?url=x").statusCode()).isEqualTo(400);
        assertThat(get("/explain?url=x").bodyAsString()).isEqualTo("\"x\" is not a URL\n");
        explain = query -> {
            throw new IllegalStateException("secret inner state");
        };
        assertThat(get("/explain?url=x").statusCode()).isEqualTo(500);
        assertThat(get("/explain?url=x").bodyAsString()).isEqualTo("internal error, the log says more\n");
    }

    @Test
    void aSlowPageHoldsUpNeitherProbesNorMemory() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        explain = query -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return "done";
        };
        List<Future<HttpResponse<Buffer>>> slow = new ArrayList<>();
        WebClient many = WebClient.create(vertx, new WebClientOptions(), new PoolOptions().setHttp1MaxSize(20));
        for (int i = 0; i < 10; i++) {
            slow.add(many.get(port, "127.0.0.1", "/explain?url=x").send());
        }
        Await.until(() -> slow.stream().filter(Future::isComplete).count() == 2);
        assertThat(get("/live").statusCode()).isEqualTo(200);
        release.countDown();
        List<Integer> statuses = new ArrayList<>();
        for (Future<HttpResponse<Buffer>> response : slow) {
            statuses.add(get(response).statusCode());
        }
        assertThat(statuses)
                .containsOnly(200, 503)
                .filteredOn(status -> status == 200)
                .hasSize(8);
        many.close();
    }

    @Test
    void theLogLevelIsReadAndSet() throws Exception {
        assertThat(get("/log-level").bodyAsString()).isEqualTo("info\n");
        HttpResponse<Buffer> set = get(request(HttpMethod.PUT, "/log-level").sendBuffer(Buffer.buffer("DEBUG\n")));
        assertThat(set.bodyAsString()).isEqualTo("debug\n");
        assertThat(verbosity).isEqualTo(Verbosity.DEBUG);
        HttpResponse<Buffer> wrong = get(request(HttpMethod.PUT, "/log-level").sendBuffer(Buffer.buffer("loud")));
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.bodyAsString())
                .isEqualTo("there is no log level \"loud\"; there are: error, warn, info, debug, trace\n");
        assertThat(get(request(HttpMethod.PUT, "/log-level").send()).statusCode())
                .isEqualTo(400);
        assertThat(get(request(HttpMethod.PUT, "/log-level").sendBuffer(Buffer.buffer("x".repeat(5000))))
                        .statusCode())
                .isEqualTo(413);
        assertThat(verbosity).isEqualTo(Verbosity.DEBUG);
    }

    @Test
    void drainIsAPost() throws Exception {
        HttpResponse<Buffer> wrong = get("/drain");
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.getHeader("allow")).isEqualTo("POST");
        assertThat(wrong.bodyAsString()).isEqualTo("/drain takes POST\n");
        assertThat(drains).hasValue(0);
        HttpResponse<Buffer> right = get(request(HttpMethod.POST, "/drain").send());
        assertThat(right.statusCode()).isEqualTo(202);
        assertThat(right.bodyAsString()).isEqualTo("draining\n");
        assertThat(drains).hasValue(1);
        assertThat(quits).hasValue(0);
        assertThat(get(request(HttpMethod.POST, "/quit").send()).bodyAsString()).isEqualTo("quitting\n");
        assertThat(quits).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/ready", "/live", "/metrics", "/snapshot", "/clusters", "/explain", "/log-level"})
    void otherMethodsAreRefusedByName(String path) throws Exception {
        HttpResponse<Buffer> response = get(request(HttpMethod.DELETE, path).send());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.getHeader("allow")).startsWith("GET, HEAD");
        assertThat(get(request(HttpMethod.HEAD, path).send()).body()).isNull();
    }

    @Test
    void theFirstPageListsTheOthers() throws Exception {
        assertThat(get("/").bodyAsString())
                .contains(
                        "/ready",
                        "/live",
                        "/metrics",
                        "/snapshot",
                        "/clusters",
                        "/explain",
                        "/log-level",
                        "/drain",
                        "/quit");
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/nothing").bodyAsString()).isEqualTo("no such page, / lists them\n");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:15000, 200",
        "LOCALHOST, 200",
        "127.0.0.1, 200",
        "10.1.2.3:8080, 200",
        "[::1]:15000, 200",
        "evil.example, 403",
        "evil.example:15000, 403",
        "localhost.evil.example, 403",
        "127.0.0.1.evil.example, 403",
        "evil.example:port, 400",
    })
    void onLoopbackOnlyLocalNamesAreAnswered(String host, int status) throws Exception {
        HttpResponse<Buffer> response = get(request(HttpMethod.GET, "/live").putHeader("host", host));
        assertThat(response.statusCode()).isEqualTo(status);
    }

    @Test
    void noForwardedHeaderTalksItsWayIn() throws Exception {
        HttpResponse<Buffer> response = get(request(HttpMethod.GET, "/live")
                .putHeader("host", "evil.example")
                .putHeader("x-forwarded-host", "localhost")
                .putHeader("forwarded", "host=localhost"));
        assertThat(response.statusCode()).isEqualTo(403);
    }

    @Test
    void elsewhereEveryNameIs() throws Exception {
        AdminServer open = new AdminServer(vertx, sources());
        int openPort = get(open.listen("0.0.0.0", 0));
        HttpResponse<Buffer> response =
                get(client.get(openPort, "127.0.0.1", "/live").putHeader("host", "gateway.infra.svc"));
        assertThat(response.statusCode()).isEqualTo(200);
        get(open.close());
    }

    @ParameterizedTest
    @CsvSource({"origin, null", "origin, http://127.0.0.1:8000", "sec-fetch-site, cross-site"})
    void aWebPageChangesNothing(String header, String value) throws Exception {
        HttpResponse<Buffer> response =
                get(request(HttpMethod.POST, "/drain").putHeader(header, value).send());
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(drains).hasValue(0);
    }

    @Test
    void aPortInUseIsOneClearLine() {
        AdminServer second = new AdminServer(vertx, sources());
        assertThatThrownBy(() -> get(second.listen("127.0.0.1", port)))
                .cause()
                .isInstanceOf(BindException.class)
                .hasMessage("cannot open the admin port 127.0.0.1:" + port + ": Address already in use");
    }

    private HttpRequest<Buffer> request(HttpMethod method, String path) {
        return client.request(method, port, "127.0.0.1", path);
    }

    private HttpResponse<Buffer> get(String path) throws Exception {
        return get(request(HttpMethod.GET, path));
    }

    private static HttpResponse<Buffer> get(HttpRequest<Buffer> request) throws Exception {
        return get(request.send());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
