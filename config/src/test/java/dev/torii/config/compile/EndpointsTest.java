package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.service;
import static dev.torii.config.compile.Fixture.warnings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Endpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndpointsTest {

    private static final String ROUTE =
            httpRoute("shop", "parentRefs: [{name: gw}]", "rules:", "- backendRefs: [{name: reviews, port: 80}]");
    private static final String SERVICE =
            service("infra", "reviews", "{}", "- {name: web, port: 80}", "- {name: admin, port: 81}");

    private static String slice(String name, String type, String ports, String... endpoints) {
        return """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: %s, namespace: infra, labels: {kubernetes.io/service-name: reviews}}
                addressType: %s
                ports: %s
                endpoints:
                %s""".formatted(name, type, ports, String.join("\n", endpoints));
    }

    private static List<String> endpoints(Compiled compiled) {
        return compiled.snapshot().clusters().values().iterator().next().endpoints().stream()
                .map(Endpoint::toString)
                .toList();
    }

    @Test
    void theReadyOnesOfAllSlicesAtThePodsPort() {
        Compiled compiled = compile(
                GATEWAY,
                ROUTE,
                SERVICE,
                slice(
                        "v4",
                        "IPv4",
                        "[{name: admin, port: 4000}, {name: web, port: 3000}]",
                        "- {addresses: [10.0.0.2]}",
                        "- {addresses: [10.0.0.1], conditions: {ready: true}}",
                        "- {addresses: [10.0.0.3], conditions: {ready: false, serving: true, terminating: true}}"),
                slice("again", "IPv4", "[{name: web, port: 3000}]", "- {addresses: [10.0.0.1]}"),
                slice("v6", "IPv6", "[{name: web, port: 3001}]", "- {addresses: [\"fd00::1\"]}"));
        assertThat(endpoints(compiled)).containsExactly("10.0.0.1:3000", "10.0.0.2:3000", "[fd00::1]:3001");
        assertThat(compiled.findings()).isEmpty();
    }

    @Test
    void headlessServicesAreReachedLikeOthers() {
        String headless = """
                apiVersion: v1
                kind: Service
                metadata: {name: reviews, namespace: infra}
                spec: {clusterIP: None, ports: [{port: 80}]}""";
        Compiled compiled =
                compile(GATEWAY, ROUTE, headless, slice("s", "IPv4", "[{port: 3000}]", "- {addresses: [10.0.0.1]}"));
        assertThat(endpoints(compiled)).containsExactly("10.0.0.1:3000");
    }

    @Test
    void noReadyPodIsAnEmptyClusterAndNothingToReport() {
        Compiled compiled = compile(
                GATEWAY,
                ROUTE,
                SERVICE,
                slice(
                        "s",
                        "IPv4",
                        "[{name: web, port: 3000}]",
                        "- {addresses: [10.0.0.1], conditions: {ready: false}}"));
        assertThat(endpoints(compiled)).isEmpty();
        assertThat(compiled.findings()).isEmpty();
    }

    @Test
    void aServiceThatNobodyKnowsEndpointsOfIsWarnedOf() {
        assertThat(warnings(compile(GATEWAY, ROUTE, SERVICE)))
                .singleElement()
                .asString()
                .contains("warning: NoEndpoints: no endpoints are known")
                .contains("torii.dev/endpoints");
        assertThat(warnings(compile(
                        GATEWAY,
                        ROUTE,
                        SERVICE,
                        slice("s", "IPv4", "[{name: wep, port: 1}]", "- {addresses: [10.0.0.1]}"))))
                .singleElement()
                .asString()
                .contains("no EndpointSlice has a port named `web`");
    }
}
