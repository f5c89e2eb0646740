package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.LoadBalancing;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class BackendPolicyTest {

    private static final String ROUTE = httpRoute(
            "shop", "parentRefs: [{name: gw}]", "rules:", "- backendRefs: [{name: b, port: 80}, {name: b, port: 81}]");
    private static final String SERVICE = service(
            "infra",
            "b",
            "{torii.dev/endpoints: \"127.0.0.1:9\"}",
            "- {name: one, port: 80}",
            "- {name: two, port: 81, appProtocol: h2c}");

    private static String policy(String name, String target, String spec) {
        return """
                apiVersion: torii.dev/v1alpha1
                kind: BackendPolicy
                metadata: {name: %s, namespace: infra}
                spec:
                  targetRefs: [{group: "", kind: Service, %s}]
                  %s""".formatted(name, target, spec);
    }

    private static Cluster cluster(Compiled compiled, int port) {
        return Objects.requireNonNull(compiled.snapshot().clusters().get("infra/b:" + port));
    }

    @Test
    void withoutOneEverythingIsAsUsual() {
        Cluster cluster = cluster(compile(GATEWAY, ROUTE, SERVICE), 80);
        assertThat(cluster.loadBalancing()).isEqualTo(LoadBalancing.DEFAULT);
        assertThat(cluster.connection()).isEqualTo(ConnectionSettings.DEFAULT);
    }

    @Test
    void itSaysHowToTalkToAServiceAndAPortsOwnWins() {
        Compiled compiled = compile(
                GATEWAY,
                ROUTE,
                SERVICE,
                policy("whole", "name: b", "loadBalancing: {algorithm: RoundRobin}"),
                policy("part", "name: b, sectionName: two", "connection: {connectTimeout: 2s, protocol: HTTP1}"));
        assertThat(compiled.findings()).isEmpty();
        assertThat(cluster(compiled, 80).loadBalancing().algorithm()).isEqualTo(LoadBalancing.Algorithm.ROUND_ROBIN);
        assertThat(cluster(compiled, 81).loadBalancing()).isEqualTo(LoadBalancing.DEFAULT);
        assertThat(cluster(compiled, 81).connection().connectTimeoutMs()).isEqualTo(2_000);
        assertThat(cluster(compiled, 81).protocol()).isEqualTo(Cluster.Protocol.HTTP1);
    }

    @Test
    void theOlderWinsATieAndTheLoserIsTold() {
        Compiled compiled = compile(
                GATEWAY,
                ROUTE,
                SERVICE,
                policy("a", "name: b", "loadBalancing: {algorithm: Random}")
                        .replace("name: a,", "name: a, creationTimestamp: \"2022-01-01T00:00:00Z\","),
                policy("z", "name: b", "loadBalancing: {algorithm: RoundRobin}")
                        .replace("name: z,", "name: z, creationTimestamp: \"2021-01-01T00:00:00Z\","));
        assertThat(cluster(compiled, 80).loadBalancing().algorithm()).isEqualTo(LoadBalancing.Algorithm.ROUND_ROBIN);
        assertThat(errors(compiled))
                .singleElement()
                .asString()
                .endsWith("error: Conflicted: Service infra/b already has BackendPolicy infra/z,"
                        + " which is older or first by name");
    }

    @Test
    void anUnknownTargetIsToldWithTheNearestName() {
        assertThat(errors(compile(GATEWAY, ROUTE, service("ratings"), SERVICE, policy("p", "name: rating", ""))))
                .singleElement()
                .asString()
                .endsWith("error: TargetNotFound: there is no Service infra/rating, did you mean `ratings`?");
    }
}
