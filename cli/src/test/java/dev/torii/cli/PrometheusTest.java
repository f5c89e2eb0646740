package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.Fault;
import dev.torii.testkit.Await;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.GrpcEchoClient;
import dev.torii.testkit.GrpcEchoServer;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A real Prometheus scrapes a gateway, two sidecars, and control with one more sidecar that follows it, all of them
 * processes, while requests succeed, fail and are retried: what is in {@code src/observe} asks for what there is. A metric under a new name fails here.
 */
@Timeout(240)
@TestInstance(Lifecycle.PER_CLASS)
final class PrometheusTest {

    private static final Path OBSERVE =
            Path.of("../src/observe").toAbsolutePath().normalize();
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    /** What a user of Grafana would have chosen. */
    private static final List<Map<String, String>> CHOICES = List.of(
            Map.of("service", "default/cart", "stable", "default/cart", "canary", "default/tax"),
            Map.of("service", "default/tax", "stable", "default/tax", "canary", "default/cart"),
            Map.of("service", "default/web", "stable", "default/cart", "canary", "default/tax"));

    private final Vertx vertx = Vertx.vertx();
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final Thread load = new Thread(this::load, "load");
    private volatile boolean loading = true;
    private Path folder;
    private int gatewayPort;
    private int outbound;
    private Path config;
    private Prometheus prometheus;

    @BeforeAll
    void start(@TempDir Path fresh) throws IOException {
        folder = fresh;
        config = Files.createDirectory(folder.resolve("config"));
        gatewayPort = FreePort.find();
        outbound = FreePort.find();
        int inbound = FreePort.find();
        EchoBackend cart = closing(EchoBackend.start(vertx, Pod.of("cart")));
        GrpcEchoServer tax = closing(GrpcEchoServer.start(Pod.of("tax")));
        write(manifests(inbound, tax.port()));
        Map<String, String> environment = Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + FreePort.find());
        List<ToriiProcess> proxies = List.of(
                closing(ToriiProcess.gateway(folder, "gateway", config, environment)),
                closing(sidecar("web", environment, FreePort.find(), outbound)),
                closing(sidecar(
                        "cart", environment, inbound, FreePort.find(), "--app", Integer.toString(cart.port()))));
        List<Integer> ports = Stream.concat(proxies.stream(), controlled().stream())
                .map(ToriiProcess::admin)
                .toList();
        prometheus = closing(new Prometheus(folder, OBSERVE.resolve("prometheus/alerts.yaml"), ports));
        load.start();
    }

    private List<ToriiProcess> controlled() {
        int stream = FreePort.find();
        ToriiProcess control = closing(ToriiProcess.of(
                folder, "control", "control", "--config", config.toString(), "--listen", "127.0.0.1:" + stream));
        ToriiProcess sidecar = closing(ToriiProcess.of(
                folder,
                "controlled",
                "sidecar",
                "--control",
                "http://127.0.0.1:" + stream,
                "--service",
                "default/tax",
                "--state",
                folder.resolve("state").toString(),
                "--inbound",
                "127.0.0.1:" + FreePort.find(),
                "--outbound",
                "127.0.0.1:" + FreePort.find()));
        return List.of(control, sidecar);
    }

    private <T extends AutoCloseable> T closing(T resource) {
        toClose.add(0, resource);
        return resource;
    }

    private ToriiProcess sidecar(
            String service, Map<String, String> environment, int inbound, int outbound, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("--inbound", "127.0.0.1:" + inbound, "--outbound", "127.0.0.1:" + outbound));
        arguments.addAll(List.of(more));
        return ToriiProcess.sidecar(folder, service, config, service, environment, arguments.toArray(String[]::new));
    }

    /** One of the endpoints of cart is nobody, so that there are retries. */
    private String manifests(int cart, int tax) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw}
                spec: {gatewayClassName: torii, listeners: [{name: http, protocol: HTTP, port: @GATEWAY@}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: shop}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {type: PathPrefix, value: /cart}}]
                    timeouts: {request: 200ms}
                    filters:
                    - {type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}
                    - {type: RequestMirror, requestMirror: {percent: 50, backendRef: {name: cart, port: 80}}}
                    backendRefs: [{name: cart, port: 80}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: cart, annotations: {torii.dev/endpoints: "127.0.0.1:@CART@,127.0.0.1:@NOBODY@"}}
                spec: {ports: [{name: http, port: 80}]}
                ---
                apiVersion: torii.dev/v1alpha1
                kind: BackendPolicy
                metadata: {name: cart}
                spec:
                  targetRefs: [{group: "", kind: Service, name: cart}]
                  concurrency: {maxInFlight: 100}
                  circuitBreaker: {failureRatePercent: 100}
                ---
                apiVersion: torii.dev/v1alpha1
                kind: RateLimitPolicy
                metadata: {name: shop}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
                  limits:
                  - {name: hosts, requests: 1, per: 1s, key: {header: host}, shadow: true}
                  - {name: mesh, requests: 1000, per: 1s, scope: Global, store: {redis: "redis://127.0.0.1:@NOBODY@"}}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: tax, annotations: {torii.dev/endpoints: "127.0.0.1:@TAX@"}}
                spec: {ports: [{name: grpc, port: 80, appProtocol: kubernetes.io/h2c}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec: {ports: [{name: http, port: 80}]}
                """.replace("@GATEWAY@", Integer.toString(gatewayPort))
                .replace("@CART@", Integer.toString(cart))
                .replace("@NOBODY@", Integer.toString(FreePort.find()))
                .replace("@TAX@", Integer.toString(tax));
    }

    private void write(String manifests) throws IOException {
        Path written = Files.writeString(folder.resolve("next.yaml"), manifests);
        Files.move(written, config.resolve("all.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    @AfterAll
    void stop() throws Exception {
        loading = false;
        load.join();
        for (AutoCloseable each : toClose) {
            each.close();
        }
        vertx.close().await();
    }

    private void load() {
        try (GrpcEchoClient grpc = GrpcEchoClient.to("127.0.0.1", outbound, "tax")) {
            while (loading) {
                ask(gatewayPort, "/cart/1");
                ask(gatewayPort, "/cart/1?delay=1s");
                ask(gatewayPort, "/nothing");
                ask(outbound, "http://cart/1");
                ask(outbound, "http://cart/status/500");
                grpc.call("Echo", Map.of());
                grpc.call("Unheard", Map.of());
            }
        }
    }

    private static void ask(int port, String target) {
        try (RawHttp client = RawHttp.connect(port)) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: cart\r\nConnection: close\r\n" + "traceparent: 00-"
                            + TRACE + "-00f067aa0ba902b7-01\r\n\r\n")
                    .readToEnd();
        }
    }

    private static List<Path> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(OBSERVE.resolve("grafana"))) {
            return files.sorted().toList();
        }
    }

    private JsonArray array(String api) {
        return (JsonArray) prometheus.data(api);
    }

    private Set<String> names(String api) {
        return array(api).stream().map(String.class::cast).collect(Collectors.toSet());
    }

    @Test
    void everyProxyIsScrapedWhole() {
        // One may come too late where eight builds share two cores.
        assertThat(Await.until(LIMIT, () -> prometheus.value("count(sum_over_time(up[1m]) > 5)") == 5))
                .isTrue();
        assertThat(prometheus.query("scrape_samples_scraped != scrape_samples_post_metric_relabeling"))
                .isEmpty();
        List<String> rejected = prometheus
                .page("/metrics")
                .lines()
                .filter(line -> line.matches("prometheus_target_scrape.*(order|bounds|duplicate|exceeded).*"))
                .toList();
        assertThat(rejected).hasSizeGreaterThan(4).allMatch(line -> line.endsWith(" 0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http_server_request_duration_seconds_bucket", "http_client_request_duration_seconds_bucket"})
    void anExemplarLeadsToTheTrace(String series) {
        String from = "query_exemplars?start=0&end=" + (System.currentTimeMillis() / 1000 + 600) + "&query="
                + Prometheus.encoded(series + "{torii_role=\"outbound\",torii_service=\"default/cart\"}");
        assertThat(Await.until(LIMIT, () -> !array(from).isEmpty())).isTrue();
        JsonObject exemplar =
                array(from).getJsonObject(0).getJsonArray("exemplars").getJsonObject(0);
        assertThat(exemplar.getJsonObject("labels").getString("trace_id")).isEqualTo(TRACE);
        assertThat(exemplar.getJsonObject("labels").getString("span_id")).hasSize(16);
        assertThat(Double.parseDouble(exemplar.getString("value"))).isBetween(0.0, 10.0);
    }

    /** Not that it shows the right thing, but it would show nothing if a name or a label were wrong. */
    @Test
    void everyPanelShowsSomething() throws IOException {
        Map<String, List<String>> panels = new TreeMap<>();
        dashboards().forEach(file -> panels.putAll(Expressions.ofDashboard(file)));
        Map<String, String> empty = new TreeMap<>();
        panels.forEach((title, all) -> all.forEach(expression -> empty.put(expression, title)));
        assertThat(empty).hasSizeGreaterThan(50);
        Await.until(LIMIT, () -> {
            empty.keySet().removeIf(this::showsSomething);
            return empty.isEmpty();
        });
        assertThat(empty).isEmpty();
    }

    private boolean showsSomething(String expression) {
        return CHOICES.stream().anyMatch(choice -> {
            String[] asked = {expression.replace("$__rate_interval", "10s")};
            choice.forEach((name, value) -> asked[0] = asked[0].replace("$" + name, value));
            return !prometheus
                    .query(asked[0].replaceAll("\\$(route|role)\\b", ".*"))
                    .isEmpty();
        });
    }

    @Test
    void alertsAndDashboardsSpeakOfWhatThereIs() throws IOException {
        List<String> expressions = new ArrayList<>();
        for (JsonObject rule : rules()) {
            expressions.add(rule.getString("query"));
        }
        dashboards().forEach(file -> Expressions.ofDashboard(file).values().forEach(expressions::addAll));
        Set<String> series = expressions.stream()
                .flatMap(expression -> Expressions.series(expression).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(series)
                .contains(
                        "up", "torii_ready", "torii_control_connected", "http_server_request_duration_seconds_bucket");
        Await.until(LIMIT, () -> names("label/__name__/values").containsAll(series));
        assertThat(names("label/__name__/values")).containsAll(series);

        Set<String> labels = expressions.stream()
                .flatMap(expression -> Expressions.labels(expression).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(labels).contains("job", "le", "torii_service");
        assertThat(names("labels")).containsAll(labels);
    }

    @Test
    void whatFlaggerAsksHasAnAnswer() throws IOException {
        List<String> queries = new ArrayList<>();
        String templates = Files.readString(OBSERVE.resolve("flagger/metrics.yaml"));
        for (Object template : new Load(LoadSettings.builder().build()).loadAllFromString(templates)) {
            queries.add(((Map<?, ?>) ((Map<?, ?>) template).get("spec"))
                    .get("query")
                    .toString());
        }
        assertThat(queries).hasSize(3).allSatisfy(query -> {
            String asked = query.replace("{{ namespace }}/{{ service }}-canary", "default/cart")
                    .replace("{{ namespace }}/{{ service }}-primary", "default/tax")
                    .replace("{{ interval }}", "10s");
            assertThat(asked).doesNotContain("{{");
            assertThat(Await.until(LIMIT, () -> !prometheus.query(asked).isEmpty()))
                    .as(asked)
                    .isTrue();
        });
        // A fifth and more of what is asked of cart fails.
        String success = queries.get(0)
                .replace("{{ namespace }}/{{ service }}-canary", "default/cart")
                .replace("{{ interval }}", "10s");
        assertThat(Await.until(LIMIT, () -> prometheus.value(success) > 10 && prometheus.value(success) < 90))
                .isTrue();
    }

    @Test
    void whatThePageOnCanariesAsksHasAnAnswer() throws IOException {
        String page = Files.readString(OBSERVE.resolve("../site/canary.md"));
        String block = page.split("```promql\n", 2)[1].split("```", 2)[0];
        List<String> queries = Stream.of(block.split("\n\n"))
                .map(query -> query.replaceAll("(?m)^#.*\n", ""))
                .map(query ->
                        query.replace("shop/cart-v2", "default/cart").replace("shop/cart-v[12]", "default/(cart|tax)"))
                .flatMap(query -> query.contains("torii_mirrors") ? query.lines() : Stream.of(query))
                .toList();
        assertThat(queries)
                .hasSize(5)
                .allSatisfy(query -> assertThat(Await.until(
                                LIMIT, () -> !prometheus.query(query).isEmpty()))
                        .as(query)
                        .isTrue());
    }

    private List<JsonObject> rules() {
        return Expressions.objects(((JsonObject) prometheus.data("rules")).getJsonArray("groups")).stream()
                .flatMap(group -> Expressions.objects(group.getJsonArray("rules")).stream())
                .toList();
    }

    @Test
    void everyRuleIsEvaluatedAndEveryAlertSaysWhatToDo() {
        assertThat(Await.until(
                        LIMIT,
                        () -> rules().stream()
                                .noneMatch(rule -> rule.getString("health").equals("unknown"))))
                .isTrue();
        assertThat(rules()).hasSizeGreaterThan(15).allSatisfy(rule -> {
            assertThat(rule.getString("health")).as(rule.encode()).isEqualTo("ok");
            if (rule.getString("type").equals("alerting")) {
                assertThat(rule.getJsonObject("labels").getString("severity")).isIn("critical", "warning", "info");
                assertThat(rule.getJsonObject("annotations").getString("summary"))
                        .isNotBlank();
                assertThat(rule.getJsonObject("annotations").getString("description"))
                        .isNotBlank();
            }
        });
    }

    @Test
    void aConfigurationThatCannotBeReadIsAnAlert() throws IOException {
        String good = Files.readString(config.resolve("all.yaml"));
        Await.until(LIMIT, () -> prometheus.value("count(torii_config_reloads_total{result=\"rejected\"} == 0)") == 4);
        write("kind: {");
        String firing = "count(ALERTS{alertname=\"ToriiConfigRejected\",alertstate=\"firing\"})";
        boolean told = Await.until(LIMIT, () -> prometheus.value(firing) == 3);
        write(good);
        assertThat(told).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "check rules alerts.yaml",
                "test rules alerts.test.yaml",
                "check config scrape.yaml",
                "check config scrape-kubernetes.yaml"
            })
    void promtoolFindsNothing(String command) throws Exception {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        for (String name : List.of("alerts.yaml", "alerts.test.yaml", "scrape.yaml", "scrape-kubernetes.yaml")) {
            // Debian's Prometheus is built without Kubernetes.
            String text = Files.readString(OBSERVE.resolve("prometheus").resolve(name))
                    .replaceFirst("kubernetes_sd_configs:\\s+- role: pod", "static_configs: []");
            Files.writeString(rules.resolve(name), text);
        }
        Process promtool = new ProcessBuilder(("promtool " + command).split(" "))
                .directory(rules.toFile())
                .redirectErrorStream(true)
                .start();
        String says = new String(promtool.getInputStream().readAllBytes());
        assertThat(promtool.waitFor()).as(says).isZero();
    }

    @Test
    void dashboardsSayInWordsWhyRequestsFailed() throws IOException {
        Set<String> words = Stream.of(Fault.values())
                .map(fault -> fault.name() + " " + fault.meaning())
                .collect(Collectors.toSet());
        int panels = 0;
        for (Path file : dashboards()) {
            for (JsonObject panel : Expressions.objects(Expressions.json(file).getJsonArray("panels"))) {
                if (panel.getString("title").endsWith("hy requests failed")) {
                    assertThat(Expressions.objects(
                                    panel.getJsonObject("fieldConfig").getJsonArray("overrides")))
                            .extracting(override -> override.getJsonArray("properties")
                                    .getJsonObject(0)
                                    .getString("value"))
                            .containsExactlyInAnyOrderElementsOf(words);
                    panels++;
                }
            }
        }
        assertThat(panels).isGreaterThan(4);
    }
}
