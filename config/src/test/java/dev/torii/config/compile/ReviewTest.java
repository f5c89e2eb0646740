package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Finding;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Unreadable;
import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a cluster's objects are told. */
class ReviewTest {

    private static final String CLASS = gatewayClass("torii", "torii.dev/gateway-controller", "");
    private static final String HTTP = "- {name: http, port: 80, protocol: HTTP}";

    private static String gatewayClass(String name, String controller, String more) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: %s, generation: 7}
                spec: {controllerName: %s%s}""".formatted(name, controller, more);
    }

    private static String ofClass(String name, String className) {
        return gateway(name, HTTP).replace("spec:\n", "spec:\n  gatewayClassName: " + className + "\n");
    }

    private static String parameters(String name, String data) {
        return """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: %s, namespace: infra}
                data: %s""".formatted(name, data);
    }

    private static ResourceSet resources(String... documents) {
        Read read = ManifestReader.parse("test.yaml", Fixture.yaml(documents));
        assertThat(read.findings()).filteredOn(Finding::isError).isEmpty();
        return read.resources();
    }

    private static Review review(String... documents) {
        return new SnapshotCompiler().review(resources(documents), List.of());
    }

    private static List<String> told(Review review, String kind, String name) {
        return review.statuses().stream()
                .filter(each -> each.kind().equals(kind) && each.name().equals(name) && each.listener() == null)
                .flatMap(each -> Fixture.conditions(each).stream())
                .toList();
    }

    private static ObjectKey key(String gateway) {
        return new ObjectKey("Gateway", "infra", gateway);
    }

    /** One process cannot give them both the same port, a cluster can. */
    @Test
    void gatewaysHavePortsOfTheirOwnUnlessTheirClassShares() {
        Review review = review(CLASS, ofClass("a", "torii"), ofClass("b", "torii"));
        assertThat(told(review, "Gateway", "a")).contains("Accepted=True Accepted", "Programmed=True Programmed");
        assertThat(told(review, "Gateway", "b")).contains("Accepted=True Accepted", "Programmed=True Programmed");

        String shared = gatewayClass(
                "torii",
                "torii.dev/gateway-controller",
                ", parametersRef: {group: \"\", kind: ConfigMap, name: p, namespace: infra}");
        Review together =
                review(shared, parameters("p", "{deployment: shared}"), ofClass("a", "torii"), ofClass("b", "torii"));
        assertThat(told(together, "Gateway", "a")).contains("Accepted=True Accepted");
        assertThat(told(together, "Gateway", "b")).contains("Accepted=False ListenersNotValid");
    }

    @Test
    void somebodyElsesGatewaysAndTheirRoutesAreNotSpokenOf() {
        Review review = review(
                CLASS,
                gatewayClass("foreign", "example.org/controller", ""),
                ofClass("theirs", "foreign"),
                ofClass("nobodys", "gone"),
                httpRoute("r", "parentRefs: [{name: theirs}, {name: nobodys}]", "rules: [{backendRefs: []}]"));
        assertThat(review.statuses()).extracting(Status::kind).containsOnly("GatewayClass");
        assertThat(review.gateways()).isEmpty();
        assertThat(review.findings())
                .extracting(Finding::reason)
                .as("only of what no controller can know")
                .containsExactly("GatewayClassNotFound");
    }

    @Test
    void aClassIsToldWhatIsSupported() {
        ResourceSet resources = resources(CLASS);
        Status status = new SnapshotCompiler()
                .review(resources, List.of(), "v1.6.1")
                .statuses()
                .get(0);
        assertThat(status.generation()).isEqualTo(7);
        assertThat(Fixture.conditions(status))
                .containsExactly("Accepted=True Accepted", "SupportedVersion=True SupportedVersion");
        assertThat(status.supportedFeatures())
                .isSorted()
                .doesNotHaveDuplicates()
                .contains("Gateway", "HTTPRoute", "ListenerSet")
                .noneMatch(each -> each.startsWith("Mesh") || each.startsWith("UDP"));
    }

    @ParameterizedTest
    @CsvSource({"v1.5.0, true", "v1.12.1, true", "v1.4.1, false", "v0.0.0-dev, false", "v2.0.0, false", "junk, false"})
    void crdsOfAnotherVersionAreToldOf(String version, boolean supported) {
        Review review = new SnapshotCompiler().review(resources(CLASS), List.of(), version);
        assertThat(told(review, "GatewayClass", "torii"))
                .containsExactly(
                        "Accepted=True Accepted",
                        "SupportedVersion=" + (supported ? "True SupportedVersion" : "False UnsupportedVersion"));
    }

    @Test
    void aGatewaysParametersGoOverItsClasss() {
        Review review = review(
                gatewayClass(
                        "torii",
                        "torii.dev/gateway-controller",
                        ", parametersRef: {group: \"\", kind: ConfigMap, name: usual, namespace: infra}"),
                parameters("usual", "{replicas: \"3\", service-type: NodePort, memory-limit: 1Gi}"),
                parameters("own", "{replicas: \"5\", cpu-request: 250m, external-traffic-policy: Local}"),
                parameters("bad", "{replicas: \"101\"}"),
                ofClass("plain", "torii"),
                ofClass("special", "torii")
                        + "  infrastructure: {parametersRef: {group: \"\", kind: ConfigMap, name: own}}",
                ofClass("wrong", "torii")
                        + "  infrastructure: {parametersRef: {group: \"\", kind: ConfigMap, name: bad}}");
        assertThat(review.gateways()).containsOnlyKeys(key("plain"), key("special"));
        assertThat(review.gateways().get(key("plain")))
                .isEqualTo(new GatewayParameters("NodePort", "Cluster", 3, "100m", "128Mi", "1Gi", false));
        assertThat(review.gateways().get(key("special")))
                .isEqualTo(new GatewayParameters("NodePort", "Local", 5, "250m", "128Mi", "1Gi", false));
        assertThat(told(review, "Gateway", "wrong")).contains("Accepted=False InvalidParameters");
    }

    /** A policy's target is its ancestor: who calls a Service in a mesh is nobody in particular. */
    @Test
    void ownPoliciesAreToldForEachTarget() {
        Review review = review(service("a"), """
                apiVersion: torii.dev/v1alpha1
                kind: RateLimitPolicy
                metadata: {name: p, namespace: infra, generation: 4}
                spec:
                  targetRefs: [{group: "", kind: Service, name: a}, {group: "", kind: Service, name: gone}]
                  limits: [{name: l, requests: 1, per: 1s}]""", """
                apiVersion: torii.dev/v1alpha1
                kind: RateLimitPolicy
                metadata: {name: q, namespace: infra}
                spec:
                  targetRefs: [{group: "", kind: Service, name: a}]
                  limits: [{name: l, requests: 1, per: 1s}]""", """
                apiVersion: torii.dev/v1alpha1
                kind: TelemetryPolicy
                metadata: {name: t, namespace: infra}
                spec: {tracing: {samplingPercent: 1}}""");
        assertThat(review.statuses())
                .extracting(each -> each.kind() + " " + each.name() + " at "
                        + (each.parent() == null ? null : each.parent().target()) + ": " + Fixture.conditions(each))
                .containsExactly(
                        "RateLimitPolicy p at Service infra/a: [Accepted=True Accepted]",
                        "RateLimitPolicy p at Service infra/gone: [Accepted=False TargetNotFound]",
                        "RateLimitPolicy q at Service infra/a: [Accepted=False Conflicted]",
                        "TelemetryPolicy t at Namespace /infra: [Accepted=True Accepted]");
        assertThat(review.statuses().get(0).generation()).isEqualTo(4);
    }

    /** Both kinds of parents, and one condition only where it cannot be read. */
    @Test
    void whatCannotBeReadIsToldAndWhatItSaidBeforeIsServed() {
        String route = httpRoute(
                "r",
                "parentRefs: [{name: gw}, {group: \"\", kind: Service, name: a}, {name: gone}]",
                "rules: [{backendRefs: [{name: a, port: 8080}]}]");
        ResourceSet before = resources(CLASS, ofClass("gw", "torii"), service("a"), route);
        assertThat(told(new SnapshotCompiler().review(before, List.of()), "HTTPRoute", "r"))
                .filteredOn(each -> each.equals("Accepted=True Accepted"))
                .hasSize(2);

        HttpRoute now = resources(route.replace("namespace: infra", "namespace: infra, generation: 9"))
                .all(HttpRoute.class)
                .get(0);
        Finding wrong = Finding.error(now.at("spec"), "InvalidValue", "`value` is no RE2 expression", now.describe());
        Review review = new SnapshotCompiler().review(before, List.of(new Unreadable(now, wrong)));
        List<Status> told = review.statuses().stream()
                .filter(each -> each.kind().equals("HTTPRoute"))
                .toList();
        assertThat(told).hasSize(2).allSatisfy(each -> {
            assertThat(each.generation()).isEqualTo(9);
            assertThat(each.conditions()).singleElement().satisfies(condition -> {
                assertThat(condition).hasToString("Accepted=False UnsupportedValue");
                assertThat(condition.message())
                        .isEqualTo("`value` is no RE2 expression; what it said before is served still");
            });
        });
        assertThat(review.statuses().stream()
                        .filter(each -> "http".equals(each.listener()))
                        .map(Status::attachedRoutes))
                .containsExactly(1);
    }

    @Test
    void eachKindHasItsReasonForWhatCannotBeRead() {
        ResourceSet before = resources(
                CLASS,
                ofClass("a", "torii") + "  allowedListeners: {namespaces: {from: All}}",
                set("s", "{name: l, port: 90, protocol: HTTP}"),
                service("a"),
                httpRoute("r", "parentRefs: [{name: a}]", "rules: [{backendRefs: [{name: a, port: 8080}]}]"));
        List<Unreadable> all = before.all().stream()
                .map(each -> new Unreadable(
                        each, Finding.error(each.at("spec"), "IncompatibleFilters", "one or the other", "it")))
                .toList();
        Review review = new SnapshotCompiler().review(before, all);
        assertThat(told(review, "GatewayClass", "torii")).containsExactly("Accepted=False Unsupported");
        assertThat(told(review, "Gateway", "a")).containsExactly("Accepted=False Invalid");
        assertThat(told(review, "ListenerSet", "s")).containsExactly("Accepted=False Invalid");
        assertThat(told(review, "HTTPRoute", "r")).containsExactly("Accepted=False IncompatibleFilters");
    }

    @Test
    void shuffledInputGivesTheSameReview() {
        List<Resource> resources = new ArrayList<>(resources(
                        CLASS,
                        ofClass("a", "torii") + "  allowedListeners: {namespaces: {from: All}}",
                        ofClass("b", "torii"),
                        set("x", "{name: l, port: 90, protocol: HTTP}"),
                        set("y", "{name: l, port: 90, protocol: HTTP}"),
                        set(
                                "z",
                                "{name: l, port: 80, protocol: TCP}, {name: m, port: 90, protocol: HTTP, hostname: m}"),
                        service("a"),
                        httpRoute(
                                "r",
                                "parentRefs: [{name: a}, {name: b}, {kind: ListenerSet, name: z}]",
                                "rules: [{backendRefs: [{name: a, port: 8080}]}]"))
                .all());
        Review first = new SnapshotCompiler().review(ResourceSet.of(resources), List.of());
        assertThat(first.findings()).isNotEmpty();
        long seed = System.nanoTime();
        System.out.println("ReviewTest: seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            Collections.shuffle(resources, random);
            assertThat(new SnapshotCompiler().review(ResourceSet.of(resources), List.of()))
                    .as("seed %d", seed)
                    .isEqualTo(first);
        }
    }

    /** Who may add ListenerSets need not be trusted with every port there is. */
    @Test
    void aGatewayHasOnlySoManyListeners() {
        List<String> documents = new ArrayList<>();
        documents.add(gateway("a", HTTP) + "  allowedListeners: {namespaces: {from: All}}");
        for (int set = 0; set < 17; set++) {
            List<String> listeners = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                listeners.add("{name: l%d, port: %d, protocol: HTTP}".formatted(i, 1000 + set * 64 + i));
            }
            documents.add(set("s%02d".formatted(set), String.join(", ", listeners)));
        }
        Compiled compiled = Fixture.compile(documents.toArray(String[]::new));
        assertThat(compiled.snapshot().ports()).hasSize(1024);
        assertThat(compiled.statuses().stream()
                        .filter(each -> each.listener() != null)
                        .filter(each -> Fixture.conditions(each).contains("Accepted=False TooManyListeners")))
                .hasSize(1 + 17 * 64 - 1024);
    }

    private static String set(String name, String listeners) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: ListenerSet
                metadata: {name: %s, namespace: infra}
                spec: {parentRef: {name: a}, listeners: [%s]}""".formatted(name, listeners);
    }
}
