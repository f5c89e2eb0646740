package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.route;
import static dev.torii.config.compile.Fixture.service;
import static dev.torii.config.compile.Fixture.winner;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.source.ManifestReader;
import dev.torii.routing.Backend;
import dev.torii.routing.Destination;
import dev.torii.routing.FaultInjection;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import dev.torii.routing.Rule;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** RateLimitPolicies and FaultPolicies: where they hold, and which of several. */
class ProtectionTest {

    private static final String ROUTE = httpRoute(
            "shop",
            "parentRefs: [{name: gw}]",
            "rules:",
            "- name: cart",
            "  matches: [{path: {value: /cart}}]",
            "  backendRefs: [{name: cart, port: 8080}, {name: cart-canary, port: 8080}]",
            "- matches: [{path: {value: /moved}}]",
            "  filters: [{type: RequestRedirect, requestRedirect: {hostname: other.example}}]",
            "- backendRefs: [{name: web, port: 8080}]");
    private static final String[] SHOP = {GATEWAY, ROUTE, service("cart"), service("cart-canary"), service("web")};
    private static final String OF_GATEWAY = "{group: gateway.networking.k8s.io, kind: Gateway, name: gw}";
    private static final String OF_ROUTE = "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}";
    private static final String OF_CART = "{group: \"\", kind: Service, name: cart}";

    private static String limits(String name, String targets, String... limits) {
        return policy("RateLimitPolicy", name, targets, "limits", limits);
    }

    private static String faults(String name, String targets, String... faults) {
        return policy("FaultPolicy", name, targets, "faults", faults);
    }

    private static String policy(String kind, String name, String targets, String list, String... items) {
        return """
                apiVersion: torii.dev/v1alpha1
                kind: %s
                metadata: {name: %s, namespace: infra}
                spec: {targetRefs: [%s], %s: [%s]}
                """.formatted(kind, name, targets, list, String.join(", ", items));
    }

    private static String limit(String name, int requests) {
        return "{name: " + name + ", requests: " + requests + ", per: 1s}";
    }

    private static String fault(String name, int status) {
        return "{name: " + name + ", abort: {status: " + status + "}}";
    }

    private static Compiled shop(String... policies) {
        return compile(Stream.of(SHOP, policies).flatMap(Stream::of).toArray(String[]::new));
    }

    private static Rule rule(Compiled compiled, String path) {
        return winner(compiled, "shop.example", path).rule();
    }

    private static List<String> ids(Protection protection) {
        return protection.limits().stream().map(RateLimit::id).toList();
    }

    private static List<String> ids(Rule rule, int backend) {
        return ids(rule.backends().get(backend).protection());
    }

    @Test
    void withoutPoliciesNothingHolds() {
        Rule rule = rule(shop(), "/cart");
        assertThat(rule.protection()).isSameAs(Protection.NONE);
        assertThat(rule.backends()).extracting(Backend::protection).containsOnly(Protection.NONE);
    }

    @Test
    void aLimitSaysWhatItIs() {
        Compiled compiled = shop(
                limits(
                        "p",
                        OF_ROUTE,
                        "{name: a, requests: 100, per: 1m, burst: 20, key: {header: X-Tenant}, shadow: true, match: [{method: POST}]}",
                        "{name: b, requests: 5, per: 1s, scope: Global, store: {redis: \"redis://r:1/2\"}, onStoreError: Deny}"));
        List<RateLimit> limits = rule(compiled, "/").protection().limits();
        RateLimit a = limits.get(0);
        assertThat(List.of(a.requests(), a.perMs(), a.burst())).containsExactly(100L, 60_000L, 20L);
        assertThat(Objects.requireNonNull(a.key()).name()).isEqualTo("x-tenant");
        assertThat(a.shadow()).isTrue();
        assertThat(a.store()).isNull();
        assertThat(a.matches())
                .singleElement()
                .satisfies(match -> assertThat(match.method()).isEqualTo("POST"));
        RateLimit b = limits.get(1);
        assertThat(b.burst()).isEqualTo(5);
        assertThat(b.key()).isNull();
        assertThat(b.store()).isEqualTo(new RateLimit.Store("redis://r:1/2", true));
    }

    @Test
    void allHoldTogetherAndEachTargetCountsForItself() {
        Compiled compiled = shop(
                limits("gateway", OF_GATEWAY, limit("one", 1)),
                limits("listener", OF_GATEWAY.replace("gw", "gw, sectionName: http"), limit("two", 1)),
                limits("route", OF_ROUTE, limit("three", 1)),
                limits("rule", OF_ROUTE.replace("shop", "shop, sectionName: cart"), limit("four", 1)),
                limits("service", OF_CART, limit("five", 1)),
                limits("port", OF_CART.replace("cart", "cart, sectionName: http"), limit("six", 1)));
        assertThat(compiled.findings()).isEmpty();
        assertThat(ids(rule(compiled, "/").protection()))
                .containsExactly(
                        "infra/gateway/one@Gateway/infra/gw",
                        "infra/listener/two@Gateway/infra/gw/http",
                        "infra/route/three@HTTPRoute/infra/shop");
        Rule cart = rule(compiled, "/cart");
        assertThat(ids(cart.protection())).hasSize(4).contains("infra/rule/four@HTTPRoute/infra/shop/cart");
        assertThat(ids(cart, 0))
                .containsExactly("infra/service/five@Service/infra/cart", "infra/port/six@Service/infra/cart/http");
        assertThat(ids(cart, 1)).isEmpty();
    }

    @Test
    void aMoreSpecificOneOfTheSameNameReplacesTheOther() {
        Compiled compiled = shop(
                limits("wide", OF_GATEWAY, limit("a", 1), limit("b", 1)),
                limits("narrow", OF_ROUTE.replace("shop", "shop, sectionName: cart"), limit("a", 2)));
        assertThat(ids(rule(compiled, "/").protection()))
                .containsExactly("infra/wide/a@Gateway/infra/gw", "infra/wide/b@Gateway/infra/gw");
        assertThat(ids(rule(compiled, "/cart").protection()))
                .containsExactly("infra/narrow/a@HTTPRoute/infra/shop/cart", "infra/wide/b@Gateway/infra/gw");
    }

    /** Before the backend is picked nobody knows which of the two it will be. */
    @Test
    void whatAServiceReplacesIsLeftToTheBackends() {
        Compiled compiled =
                shop(limits("wide", OF_GATEWAY, limit("a", 1), limit("b", 1)), limits("own", OF_CART, limit("a", 2)));
        Rule cart = rule(compiled, "/cart");
        assertThat(ids(cart.protection())).containsExactly("infra/wide/b@Gateway/infra/gw");
        assertThat(ids(cart, 0)).containsExactly("infra/own/a@Service/infra/cart");
        assertThat(ids(cart, 1)).containsExactly("infra/wide/a@Gateway/infra/gw");
        assertThat(ids(rule(compiled, "/moved").protection())).hasSize(2);
    }

    @Test
    void faultsMergeTheSameWay() {
        Compiled compiled = shop(
                faults("wide", OF_GATEWAY, fault("a", 500), fault("b", 404)),
                faults("own", OF_CART, fault("a", 503), "{name: c, delay: {duration: 2s, percent: 12.5}}"));
        Rule cart = rule(compiled, "/cart");
        assertThat(cart.protection().faults()).containsExactly(new FaultInjection("b", 0, 0, 100, 404, 12, List.of()));
        assertThat(cart.backends().get(0).protection().faults())
                .containsExactly(
                        new FaultInjection("a", 0, 0, 100, 503, 14, List.of()),
                        new FaultInjection("c", 12.5, 2_000, 0, 503, 14, List.of()));
        assertThat(cart.backends().get(1).protection().faults())
                .extracting(FaultInjection::abortStatus)
                .containsExactly(500);
    }

    @Test
    void equalOnesAreOneObject() {
        Compiled compiled = shop(limits("p", OF_ROUTE + ", " + OF_CART, limit("a", 1), limit("b", 1)));
        assertThat(rule(compiled, "/").protection())
                .isSameAs(rule(compiled, "/moved").protection())
                .isNotSameAs(Protection.NONE);
        Rule cart = rule(compiled, "/cart");
        assertThat(cart.protection()).isSameAs(Protection.NONE);
        assertThat(cart.backends().get(1).protection())
                .isSameAs(rule(compiled, "/").protection());
    }

    @Test
    void theOlderWinsATieAndTheLoserIsTold() {
        String younger = limits("a", OF_ROUTE, limit("a", 1))
                .replace("name: a, namespace", "name: a, creationTimestamp: \"2022-01-01T00:00:00Z\", namespace");
        Compiled compiled = shop(younger, limits("z", OF_ROUTE, limit("b", 1)), faults("f", OF_ROUTE, fault("a", 500)));
        assertThat(ids(rule(compiled, "/").protection())).containsExactly("infra/z/b@HTTPRoute/infra/shop");
        assertThat(rule(compiled, "/").protection().faults()).hasSize(1);
        assertThat(errors(compiled))
                .singleElement()
                .asString()
                .endsWith("error: Conflicted: HTTPRoute infra/shop already has RateLimitPolicy infra/z,"
                        + " which is older or first by name");
    }

    @Test
    void aTargetThatIsNotThereIsToldWithTheNearestName() {
        Compiled compiled = shop(
                limits("p", OF_ROUTE.replace("shop", "shopp"), limit("a", 1)),
                faults("f", OF_ROUTE.replace("shop", "shop, sectionName: card"), fault("a", 500)),
                limits("t", "{group: gateway.networking.k8s.io, kind: TCPRoute, name: db}", limit("a", 1)));
        assertThat(errors(compiled))
                .extracting(error -> error.substring(error.indexOf("error: ")))
                .containsExactly(
                        "error: TargetNotFound: there is no HTTPRoute infra/shopp, did you mean `shop`?",
                        "error: TargetNotFound: HTTPRoute infra/shop has no rule named `card`, did you mean `cart`?",
                        "error: Invalid: the target must be one of Gateway, HTTPRoute, GRPCRoute, Service,"
                                + " not a TCPRoute");
    }

    private static Compiled sidecar(String of, String... documents) {
        var read = ManifestReader.parse("test.yaml", Fixture.yaml(documents));
        assertThat(read.readable()).isTrue();
        return new SnapshotCompiler().compile(read.resources(), new SidecarView("infra", of, List.of()));
    }

    private static Rule called(Compiled compiled, String service) {
        Destination destination = compiled.snapshot().mesh().destinations().stream()
                .filter(each -> each.name().equals(service))
                .findFirst()
                .orElseThrow();
        return destination.listener().routes().rules().get(0);
    }

    @Test
    void inASidecarThoseOfTheServiceThatIsCalledHold() {
        Compiled compiled = sidecar("web", service("web"), service("cart"), limits("p", OF_CART, limit("a", 1)));
        Rule cart = called(compiled, "cart");
        assertThat(ids(cart.protection())).isEmpty();
        assertThat(ids(cart, 0)).containsExactly("infra/p/a@Service/infra/cart");
        assertThat(ids(called(compiled, "web"), 0)).isEmpty();
    }

    @Test
    void inASidecarThoseOfRoutesAndBackendsHoldBesides() {
        Compiled compiled = sidecar(
                "web",
                service("web"),
                service("cart"),
                service("cart-canary"),
                route(
                        "HTTPRoute",
                        "infra",
                        "shop",
                        "parentRefs: [{group: \"\", kind: Service, name: cart}]",
                        "rules: [{backendRefs: [{name: cart, port: 8080}, {name: cart-canary, port: 8080}]}]"),
                limits("p", OF_CART, limit("a", 1)),
                limits("c", OF_CART.replace("cart", "cart-canary"), limit("b", 1)),
                limits("r", OF_ROUTE, limit("a", 2), limit("c", 2)));
        assertThat(compiled.findings()).isEmpty();
        Rule cart = called(compiled, "cart");
        assertThat(ids(cart.protection())).containsExactly("infra/r/c@HTTPRoute/infra/shop");
        assertThat(ids(cart, 0)).containsExactly("infra/p/a@Service/infra/cart");
        assertThat(ids(cart, 1)).containsExactly("infra/p/a@Service/infra/cart", "infra/c/b@Service/infra/cart-canary");
    }

    @Test
    void whatComesToAnAppWasCountedByItsCallers() {
        Compiled compiled = sidecar(
                "cart", service("cart"), limits("p", OF_CART, limit("a", 1)), faults("f", OF_CART, fault("a", 500)));
        Rule rule = compiled.snapshot()
                .mesh()
                .inbound()
                .get(0)
                .listener()
                .routes()
                .rules()
                .get(0);
        assertThat(rule.protection()).isSameAs(Protection.NONE);
        assertThat(rule.backends().get(0).protection()).isSameAs(Protection.NONE);
    }

    /** Of a store's password too, which no text of a record has. */
    @Test
    void theVersionTellsEveryChange() {
        String global =
                "{name: a, requests: 5, per: 1s, scope: Global, store: {redis: \"redis://:one@r\"}, onStoreError: Deny}";
        String policy = limits("p", OF_ROUTE + ", " + OF_CART, global);
        assertThat(version(policy)).isEqualTo(version(policy));
        assertThat(rule(shop(policy), "/").toString()).contains("redis://***@r").doesNotContain("one");
        assertThat(Stream.of(
                        policy,
                        policy.replace(":one@", ":two@"),
                        policy.replace(OF_ROUTE + ", ", "").replace(":one@", ":two@"),
                        policy.replace(OF_ROUTE + ", ", ""),
                        policy.replace("Deny", "Allow"),
                        policy.replace("requests: 5", "requests: 6"),
                        policy.replace("per: 1s", "per: 2s, burst: 5"),
                        policy.replace("per: 1s", "per: 1s, burst: 6"),
                        policy.replace("per: 1s", "per: 1s, shadow: true"),
                        policy.replace("per: 1s", "per: 1s, key: {cookie: sid}"),
                        policy.replace("per: 1s", "per: 1s, match: [{method: GET}]"),
                        faults("f", OF_ROUTE, fault("a", 500)),
                        faults("f", OF_ROUTE, fault("a", 501)),
                        faults("f", OF_ROUTE, fault("a", 500).replace("status", "percent: 50, status")),
                        faults("f", OF_ROUTE, "{name: a, delay: {duration: 1s}}")))
                .extracting(ProtectionTest::version)
                .doesNotHaveDuplicates()
                .doesNotContain(shop().snapshot().version());
    }

    private static String version(String policy) {
        return shop(policy).snapshot().version();
    }
}
