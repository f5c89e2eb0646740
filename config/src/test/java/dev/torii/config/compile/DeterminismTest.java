package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.secret;
import static dev.torii.config.compile.Fixture.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.ManifestReader;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.Certificates.Leaf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeterminismTest {

    private static String manifests() {
        List<String> documents =
                new ArrayList<>(List.of(GATEWAY, gateway("other", "- {name: http, port: 80, protocol: HTTP}")));
        for (int i = 0; i < 20; i++) {
            documents.add(httpRoute(
                    "r" + i,
                    "parentRefs: [{name: gw}, {name: other}, {name: gone}]",
                    "hostnames: [h" + i % 3 + ".example]",
                    "rules:",
                    "- backendRefs: [{name: s" + i % 7 + ", port: 8080}, {name: sx, port: 1}]"));
            documents.add(service("s" + i));
            documents.add("""
                    apiVersion: torii.dev/v1alpha1
                    kind: RateLimitPolicy
                    metadata: {name: l%1$d, namespace: infra}
                    spec:
                      targetRefs: [{group: "", kind: Service, name: s%2$d}, {group: gateway.networking.k8s.io, kind: HTTPRoute, name: r%1$d}]
                      limits: [{name: a%2$d, requests: %1$d9, per: 1s}]""".formatted(i, i % 7));
        }
        return String.join("\n---\n", documents);
    }

    @Test
    void shuffledInputGivesTheSameSnapshotFindingsAndStatuses() {
        List<Resource> resources = new ArrayList<>(
                ManifestReader.parse("test.yaml", manifests()).resources().all());
        Compiled first = new SnapshotCompiler().compile(ResourceSet.of(resources));
        assertThat(first.findings()).isNotEmpty();
        long seed = System.nanoTime();
        System.out.println("DeterminismTest: seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            Collections.shuffle(resources, random);
            assertThat(new SnapshotCompiler().compile(ResourceSet.of(resources)))
                    .as("seed %d", seed)
                    .isEqualTo(first);
        }
    }

    @Test
    void theVersionFollowsTheContent() {
        String route =
                httpRoute("shop", "parentRefs: [{name: gw}]", "rules:", "- backendRefs: [{name: a, port: 8080}]");
        Set<String> versions = new HashSet<>();
        versions.add(version(GATEWAY, route, service("a")));
        assertThat(version(GATEWAY, "# a comment\n" + route, service("a"), service("unused")))
                .as("what no route uses is no content")
                .isEqualTo(versions.iterator().next());
        versions.add(version(GATEWAY, route, service("a").replace("9001", "9002")));
        versions.add(version(GATEWAY, route.replace("8080}", "8080, weight: 2}"), service("a")));
        versions.add(version(GATEWAY, route, service("b")));
        versions.add(version(GATEWAY.replace("port: 80,", "port: 81,"), route, service("a")));
        versions.add(version(
                GATEWAY.replace("annotations: {}", "annotations: {torii.dev/max-headers: \"9\"}"),
                route,
                service("a")));
        assertThat(versions).hasSize(6).allMatch(each -> each.length() == 12);
    }

    @Test
    void theVersionFollowsKeysWithoutShowingThem() {
        Certificates authority = Certificates.authority("ca");
        String https =
                gateway("gw", "- {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}");
        Leaf one = authority.issue("a.example");
        Leaf two = authority.issue("a.example");
        String first = version(https, secret("infra", "c", one.certificatePem(), one.keyPem()));
        assertThat(version(https, secret("infra", "c", one.certificatePem(), one.keyPem())))
                .isEqualTo(first);
        assertThat(version(https, secret("infra", "c", two.certificatePem(), two.keyPem())))
                .isNotEqualTo(first);
    }

    private static String version(String... documents) {
        return compile(documents).snapshot().version();
    }
}
