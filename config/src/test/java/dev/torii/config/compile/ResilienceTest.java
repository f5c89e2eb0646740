package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.route;
import static dev.torii.config.compile.Fixture.service;
import static dev.torii.config.compile.Fixture.winner;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.source.ManifestReader;
import dev.torii.routing.Cluster;
import dev.torii.routing.Resilience;
import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.CircuitBreaking.Window;
import dev.torii.routing.Resilience.Concurrency;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.Resilience.HealthCheck.Kind;
import dev.torii.routing.Resilience.OutlierDetection;
import dev.torii.routing.Resilience.RetryBudget;
import dev.torii.routing.Retry;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a BackendPolicy and of a route keeps failures small. */
class ResilienceTest {

    private static final String ALL = """
              concurrency: {maxInFlight: 200, queue: {size: 50, timeout: 250ms}}
              circuitBreaker: {scope: Endpoint, window: {seconds: 30}, minimumCalls: 40, failureRatePercent: 60, slowCall: {duration: 2s, ratePercent: 80}, openFor: 15s, halfOpenCalls: 3}
              outlierDetection: {consecutiveErrors: 7, ejectFor: 20s, maxEjectedPercent: 30}
              healthCheck: {path: /healthz, interval: 4s, timeout: 2s, unhealthyThreshold: 5, healthyThreshold: 2}
              retryBudget: {percent: 25, minPerSecond: 3}""";

    private static String policy(String blocks) {
        return """
                apiVersion: torii.dev/v1alpha1
                kind: BackendPolicy
                metadata: {name: p, namespace: infra}
                spec:
                  targetRefs: [{group: "", kind: Service, name: cart}]
                """ + blocks.stripIndent().indent(2);
    }

    private static Compiled gateway(String blocks, String rule) {
        return compile(
                GATEWAY,
                httpRoute("shop", "parentRefs: [{name: gw}]", "rules:", "- " + rule),
                service("cart"),
                policy(blocks));
    }

    private static Resilience resilience(String blocks) {
        Compiled compiled = gateway(blocks, "backendRefs: [{name: cart, port: 8080}]");
        assertThat(compiled.findings()).isEmpty();
        return Objects.requireNonNull(compiled.snapshot().clusters().get("infra/cart:8080"))
                .resilience();
    }

    @Test
    void everyBlockReachesTheCluster() {
        assertThat(resilience(ALL))
                .isEqualTo(new Resilience(
                        new Concurrency(200, 50, 250),
                        new CircuitBreaking(true, Window.SECONDS, 30, 40, 60, 2_000, 80, 15_000, 3),
                        new OutlierDetection(7, 20_000, 30),
                        new HealthCheck(Kind.HTTP, "/healthz", 4_000, 2_000, 5, 2),
                        new RetryBudget(25, 3)));
    }

    @Test
    void whatIsLeftOutIsOffOrUsual() {
        assertThat(resilience("loadBalancing: {algorithm: Random}")).isEqualTo(Resilience.NONE);
        assertThat(resilience("""
                concurrency: {maxInFlight: 10}
                circuitBreaker: {}
                outlierDetection: {}
                healthCheck: {tcp: true}
                retryBudget: {}
                """))
                .isEqualTo(new Resilience(
                        new Concurrency(10, 0, 0),
                        new CircuitBreaking(false, Window.CALLS, 100, 20, 50, 0, 100, 10_000, 5),
                        new OutlierDetection(5, 30_000, 50),
                        new HealthCheck(Kind.TCP, "", 5_000, 1_000, 3, 1),
                        new RetryBudget(20, 10)));
        assertThat(resilience("circuitBreaker: {window: {calls: 10}}").circuitBreaking())
                .isEqualTo(new CircuitBreaking(false, Window.CALLS, 10, 10, 50, 0, 100, 10_000, 5));
        assertThat(resilience("concurrency: {maxInFlight: 10, queue: {size: 3}}")
                        .concurrency())
                .isEqualTo(new Concurrency(10, 3, 100));
        assertThat(resilience("healthCheck: {grpc: {service: shop.Cart}, interval: 500ms}")
                        .healthCheck())
                .isEqualTo(new HealthCheck(Kind.GRPC, "shop.Cart", 500, 500, 3, 1));
    }

    private static Cluster inSidecar(String of, String key) {
        var read = ManifestReader.parse("test.yaml", Fixture.yaml(service("cart"), service("web"), policy(ALL)));
        assertThat(read.findings()).isEmpty();
        var compiled = new SnapshotCompiler().compile(read.resources(), new SidecarView("infra", of, List.of()));
        // of what no route leads to a cluster is made when it is called
        compiled.snapshot().mesh().destinations();
        return Objects.requireNonNull(compiled.snapshot().cluster(key));
    }

    @Test
    void aCallersSidecarHasItAllAndThatOfTheServiceOnlyWhatGuardsTheApp() {
        assertThat(inSidecar("web", "infra/cart:8080").resilience()).isEqualTo(resilience(ALL));
        assertThat(inSidecar("cart", "infra/cart:8080#inbound").resilience())
                .isEqualTo(new Resilience(new Concurrency(200, 50, 250), null, null, null, RetryBudget.DEFAULT));
        assertThat(inSidecar("web", "infra/web:8080#inbound").resilience()).isEqualTo(Resilience.NONE);
    }

    private static @Nullable Retry retry(String rule) {
        Compiled compiled = gateway("", "backendRefs: [{name: cart, port: 8080}]" + rule);
        assertThat(compiled.findings()).isEmpty();
        return winner(compiled, "shop.example", "/").rule().retry();
    }

    @Test
    void aRuleSaysWhenARequestIsSentAgain() {
        assertThat(retry("")).isNull();
        assertThat(retry("\n  retry: {}")).isEqualTo(new Retry(1, List.of(), 25));
        assertThat(retry("\n  timeouts: {request: 5s}\n  retry: {attempts: 3, codes: [503, 500, 503], backoff: 1s}"))
                .isEqualTo(new Retry(3, List.of(503, 500), 1_000));
    }

    @Test
    void inAMeshToo() {
        String mesh = route(
                "HTTPRoute",
                "infra",
                "cart",
                "parentRefs: [{group: \"\", kind: Service, name: cart}]",
                "rules: [{retry: {codes: [503]}}]");
        var read = ManifestReader.parse("test.yaml", Fixture.yaml(service("cart"), mesh));
        var compiled = new SnapshotCompiler().compile(read.resources(), new SidecarView("infra", "web", List.of()));
        assertThat(compiled.snapshot().mesh().destinations())
                .singleElement()
                .satisfies(cart -> assertThat(
                                cart.listener().routes().rules().get(0).retry())
                        .isEqualTo(new Retry(1, List.of(503), 25)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "200|201",
                "50|51",
                "250ms|251ms",
                "Endpoint|Service",
                "{seconds: 30|{calls: 40",
                "40|20",
                "60|61",
                "{duration: 2s|{duration: 3s",
                "80|81",
                "15s|16s",
                "halfOpenCalls: 3|halfOpenCalls: 4",
                "7|8",
                "20s|21s",
                "maxEjectedPercent: 30|maxEjectedPercent: 31",
                "path: /healthz|tcp: true",
                "4s|5s",
                "timeout: 2s|timeout: 1s",
                "unhealthyThreshold: 5|unhealthyThreshold: 6",
                "healthyThreshold: 2|healthyThreshold: 1",
                "25|26",
                "minPerSecond: 3|minPerSecond: 4"
            })
    void theVersionTellsEveryChange(String change) {
        String[] fromTo = change.split("\\|", -1);
        String changed = ALL.replaceFirst(Pattern.quote(fromTo[0]), fromTo[1]);
        String rule = "backendRefs: [{name: cart, port: 8080}]";
        String version = gateway(ALL, rule).snapshot().version();
        assertThat(gateway(ALL, rule).snapshot().version()).isEqualTo(version);
        assertThat(gateway(changed, rule).snapshot().version()).isNotEqualTo(version);
    }
}
