package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.annotatedGateway;
import static dev.torii.config.compile.Fixture.configMap;
import static dev.torii.config.compile.Fixture.grant;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.route;
import static dev.torii.config.compile.Fixture.secret;
import static dev.torii.config.compile.Fixture.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.FaultInjection;
import dev.torii.routing.Filter;
import dev.torii.routing.Listener;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import dev.torii.routing.Rule;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Target;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.Certificates.Leaf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Manifests with words swapped at random: whatever can be read can be compiled, and what comes out is complete. */
class TotalityTest {

    private static final Leaf LEAF = Certificates.authority("ca").issue("a.example");

    private static final String MANIFESTS = Fixture.yaml(
            GATEWAY,
            annotatedGateway(
                            "other",
                            "{torii.dev/max-headers: \"9\", torii.dev/idle-timeout: 5s}",
                            "- {name: https, port: 443, protocol: HTTPS, hostname: a.example, tls: {certificateRefs: [{name: cert}]}}",
                            "- {name: tls, port: 443, protocol: TLS, hostname: b.example, tls: {mode: Passthrough}}",
                            "- {name: tcp, port: 9000, protocol: TCP, allowedRoutes: {namespaces: {from: All}, kinds: [{kind: TCPRoute}]}}")
                    + "  tls: {backend: {clientCertificateRef: {name: cert}}}\n"
                    + "  allowedListeners: {namespaces: {from: All}}\n"
                    + "  infrastructure: {parametersRef: {group: \"\", kind: ConfigMap, name: ca}}",
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: ListenerSet
            metadata: {name: more, namespace: web}
            spec:
              parentRef: {name: other, namespace: infra}
              listeners:
              - {name: http, port: 80, protocol: HTTP, hostname: a.example}
              - {name: tls, port: 443, protocol: TLS, hostname: c.example, tls: {mode: Passthrough}}""",
            httpRoute(
                    "shop",
                    "parentRefs: [{name: gw}, {name: other, sectionName: https}, {kind: ListenerSet, name: more, namespace: web}]",
                    "hostnames: [a.example, \"*.example\"]",
                    "rules:",
                    "- matches: [{path: {type: Exact, value: /a}}, {headers: [{name: x, value: b}]}]",
                    "  filters: [{type: RequestMirror, requestMirror: {backendRef: {name: b, port: 443}}}]",
                    "  backendRefs: [{name: a, port: 8080, weight: 1}, {name: web, namespace: web, port: 8080}]"),
            route(
                    "GRPCRoute",
                    "infra",
                    "echo",
                    "parentRefs: [{name: gw, port: 80}]",
                    "hostnames: [b.example]",
                    "rules: [{matches: [{method: {service: a, method: b}}], backendRefs: [{name: a, port: 8080}]}]"),
            route(
                    "TLSRoute",
                    "infra",
                    "pass",
                    "parentRefs: [{name: other}]",
                    "hostnames: [b.example]",
                    "rules: [{backendRefs: [{name: b, port: 443}]}]"),
            route(
                    "TCPRoute",
                    "infra",
                    "tcp",
                    "parentRefs: [{name: other}]",
                    "rules: [{backendRefs: [{name: a, port: 8080}]}]"),
            service("a"),
            service(
                    "infra",
                    "b",
                    "{torii.dev/endpoints: \"127.0.0.1:9\"}",
                    "- {name: one, port: 443, appProtocol: https}"),
            service("web", "web", "{}", "- {port: 8080}"),
            grant(
                    "web",
                    "{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra}",
                    "{group: \"\", kind: Service}"),
            configMap("ca", LEAF.certificatePem()),
            secret("infra", "cert", LEAF.certificatePem(), LEAF.keyPem()),
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: BackendTLSPolicy
            metadata: {name: p, namespace: infra}
            spec:
              targetRefs: [{group: "", kind: Service, name: b, sectionName: one}]
              validation: {hostname: a.example, caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]}""",
            """
            apiVersion: torii.dev/v1alpha1
            kind: BackendPolicy
            metadata: {name: q, namespace: infra}
            spec:
              targetRefs: [{group: "", kind: Service, name: a}]
              connection: {protocol: Auto}
              concurrency: {maxInFlight: 200}
              circuitBreaker: {window: {calls: 9}}""",
            """
            apiVersion: torii.dev/v1alpha1
            kind: RateLimitPolicy
            metadata: {name: wide, namespace: infra}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]
              limits: [{name: a, requests: 200, per: 5s}, {name: b, requests: 9, per: 5s, match: [{method: GET}]}]""",
            """
            apiVersion: torii.dev/v1alpha1
            kind: RateLimitPolicy
            metadata: {name: own, namespace: infra}
            spec:
              targetRefs: [{group: "", kind: Service, name: a, sectionName: http}, {group: gateway.networking.k8s.io, kind: GRPCRoute, name: echo}]
              limits: [{name: a, requests: 9, per: 5s, scope: Global, store: {redis: "redis://a"}}]""",
            """
            apiVersion: torii.dev/v1alpha1
            kind: FaultPolicy
            metadata: {name: q, namespace: infra}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}, {group: "", kind: Service, name: b}]
              faults: [{name: a, delay: {duration: 5s}, abort: {status: 443}}, {name: b, abort: {status: 443}}]""");

    @Test
    void compilesWhateverCanBeRead() {
        assertThat(Fixture.compile(MANIFESTS).snapshot().clusters()).hasSizeGreaterThan(3);
        long seed = Long.getLong("torii.seed", System.nanoTime());
        System.out.println("TotalityTest: -Dtorii.seed=" + seed);
        Random random = new Random(seed);
        List<String> words = words();
        int served = 0;
        for (int round = 0; round < 600; round++) {
            String text = MANIFESTS;
            for (int swap = 0; swap <= random.nextInt(4); swap++) {
                String from = words.get(random.nextInt(words.size()));
                String to = words.get(random.nextInt(words.size()));
                text = swapOne(text, from, to, random);
            }
            Read read = ManifestReader.parse("test.yaml", text);
            Compiled compiled = new SnapshotCompiler().compile(read.resources());
            isComplete(compiled.snapshot(), "seed " + seed + ", round " + round);
            assertThat(new SnapshotCompiler()
                            .review(read.resources(), List.of())
                            .statuses())
                    .isSortedAccordingTo(Status.ORDER)
                    .allSatisfy(each -> assertThat(each.conditions()).isNotEmpty());
            assertThat(compiled.findings())
                    .allMatch(each -> each.message().lines().count() == 1);
            assertThat(compiled.findings()).isSortedAccordingTo(Finding::compareTo);
            served += compiled.snapshot().ports().size();
        }
        assertThat(served).as("most of it stays readable").isGreaterThan(300);
    }

    private static List<String> words() {
        List<String> words = new ArrayList<>();
        for (String word : MANIFESTS.split("[^A-Za-z0-9./*-]+", -1)) {
            if (word.length() > 0 && word.length() < 40) {
                words.add(word);
            }
        }
        return words;
    }

    private static String swapOne(String text, String from, String to, Random random) {
        int start = text.indexOf(from, random.nextInt(text.length()));
        return start < 0 ? text : text.substring(0, start) + to + text.substring(start + from.length());
    }

    /** Every cluster that something leads to is there, and nothing else is. */
    private static void isComplete(Snapshot snapshot, String what) {
        List<String> used = new ArrayList<>();
        for (Listener listener : snapshot.ports().stream()
                .flatMap(port -> port.listeners().stream())
                .toList()) {
            Stream<Target> targets = Stream.concat(
                    listener.routes().rules().stream().flatMap(TotalityTest::targets),
                    listener.streams().routes().stream()
                            .flatMap(route -> route.backends().stream())
                            .map(backend -> backend.target()));
            targets.filter(Target.ToCluster.class::isInstance)
                    .forEach(target -> used.add(((Target.ToCluster) target).key()));
        }
        Map<Protection, Protection> protections = new HashMap<>();
        snapshot.ports().stream()
                .flatMap(port -> port.listeners().stream())
                .flatMap(listener -> listener.routes().rules().stream())
                .forEach(rule -> isProtected(rule, protections, what));
        Map<String, Cluster> clusters = snapshot.clusters();
        assertThat(clusters.keySet()).as(what).hasSameElementsAs(used);
    }

    /** Of one name there is one limit and one fault on each way, and equal protections are one object. */
    private static void isProtected(Rule rule, Map<Protection, Protection> seen, String what) {
        for (Backend backend : rule.backends()) {
            for (Protection each : List.of(rule.protection(), backend.protection())) {
                assertThat(seen.computeIfAbsent(each, itself -> each)).as(what).isSameAs(each);
            }
            assertThat(Stream.of(rule.protection(), backend.protection())
                            .flatMap(each -> each.limits().stream())
                            .map(RateLimit::name))
                    .as(what)
                    .doesNotHaveDuplicates();
            assertThat(Stream.of(rule.protection(), backend.protection())
                            .flatMap(each -> each.faults().stream())
                            .map(FaultInjection::name))
                    .as(what)
                    .doesNotHaveDuplicates();
        }
    }

    private static Stream<Target> targets(Rule rule) {
        Stream<Target> mirrors = rule.filters().stream()
                .filter(Filter.Mirror.class::isInstance)
                .map(filter -> ((Filter.Mirror) filter).target());
        return Stream.concat(mirrors, rule.backends().stream().map(backend -> backend.target()));
    }
}
