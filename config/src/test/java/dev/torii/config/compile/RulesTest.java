package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.conditions;
import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.find;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.listener;
import static dev.torii.config.compile.Fixture.route;
import static dev.torii.config.compile.Fixture.service;
import static dev.torii.config.compile.Fixture.winner;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Cluster;
import dev.torii.routing.Filter;
import dev.torii.routing.HashKey;
import dev.torii.routing.RouteTable.Candidate;
import dev.torii.routing.Rule;
import dev.torii.routing.Target;
import dev.torii.routing.Timeouts;
import org.junit.jupiter.api.Test;

class RulesTest {

    private static final String PARENT = "parentRefs: [{name: gw}]";

    @Test
    void aRuleCarriesItsNameFiltersTimeoutsAndSession() {
        Compiled compiled = compile(
                GATEWAY,
                httpRoute(
                                "shop",
                                PARENT,
                                "rules:",
                                "- name: cart",
                                "  filters:",
                                "  - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X, value: y}]}}",
                                "  - {type: URLRewrite, urlRewrite: {hostname: inner.example}}",
                                "  timeouts: {request: 10s, backendRequest: 2s}",
                                "  sessionPersistence: {type: Cookie, cookie: {name: sid}}",
                                "  backendRefs:",
                                "  - name: reviews",
                                "    port: 8080",
                                "    filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [Server]}}]",
                                "- {}")
                        .replace(
                                "namespace: infra}",
                                "namespace: infra, annotations: {torii.dev/split-by: \"header:X-User\","
                                        + " torii.dev/max-body-bytes: \"5\"}}"),
                service("reviews"));
        assertThat(Fixture.errors(compiled)).isEmpty();
        Rule rule = winner(compiled, "any", "/").rule();
        assertThat(rule.name()).isEqualTo("infra/shop/cart");
        assertThat(rule.filters()).hasSize(2).last().isEqualTo(new Filter.Rewrite("inner.example", null));
        assertThat(rule.timeouts()).isEqualTo(new Timeouts(10_000, 2_000));
        assertThat(rule.session()).isNotNull();
        assertThat(rule.splitBy()).isEqualTo(new HashKey(HashKey.Source.HEADER, "x-user"));
        assertThat(rule.maxBodyBytes()).isEqualTo(5);
        assertThat(rule.backends().get(0).filters()).hasSize(1).first().isInstanceOf(Filter.ResponseHeaders.class);
        assertThat(Fixture.port(compiled.snapshot(), 80)
                        .listeners()
                        .get(0)
                        .routes()
                        .rules())
                .extracting(Rule::name)
                .containsExactly("infra/shop/cart", "infra/shop/1");
    }

    @Test
    void aSplitOfGrpcMayBeByKeyToo() {
        String split = "annotations: {torii.dev/split-by: \"cookie:sid\"}}";
        Compiled compiled = compile(
                GATEWAY,
                route("GRPCRoute", "infra", "b", PARENT, "rules: [{backendRefs: [{name: v1, port: 8080}]}]")
                        .replace("namespace: infra}", "namespace: infra, " + split),
                service("v1"));
        assertThat(Fixture.errors(compiled)).isEmpty();
        assertThat(Fixture.warnings(compiled)).isEmpty();
        Rule rule = Fixture.port(compiled.snapshot(), 80)
                .listeners()
                .get(0)
                .routes()
                .rules()
                .get(0);
        assertThat(rule.splitBy()).isEqualTo(new HashKey(HashKey.Source.COOKIE, "sid"));
    }

    @Test
    void mirrorsLeadToClustersAndBrokenOnesAreLeftOutButTold() {
        Compiled compiled = compile(
                GATEWAY,
                httpRoute(
                        "shop",
                        PARENT,
                        "rules:",
                        "- filters:",
                        "  - {type: RequestMirror, requestMirror: {percent: 20, backendRef: {name: copy, port: 8080}}}",
                        "  - {type: RequestMirror, requestMirror: {backendRef: {name: gone, port: 8080}}}",
                        "  - {type: RequestMirror, requestMirror: {percent: 0, backendRef: {name: never, port: 8080}}}",
                        "  backendRefs: [{name: reviews, port: 8080}]"),
                service("reviews"),
                service("copy"),
                service("never"));
        assertThat(winner(compiled, "any", "/").rule().filters())
                .containsExactly(new Filter.Mirror(new Target.ToCluster("infra/copy:8080"), 20, 100));
        assertThat(compiled.snapshot().clusters()).containsOnlyKeys("infra/copy:8080", "infra/reviews:8080");
        assertThat(conditions(compiled, "HTTPRoute", "shop")).contains("ResolvedRefs=False BackendNotFound");
        assertThat(errors(compiled)).singleElement().asString().contains("there is no Service infra/gone");
    }

    @Test
    void aFilterThatCannotBeAppliedIsNeverSkipped() {
        String filter = "filters: [{type: ExtensionRef, extensionRef: {group: a.io, kind: B, name: c}}]";
        Compiled rule = compile(
                GATEWAY,
                httpRoute("shop", PARENT, "rules:", "- " + filter, "  backendRefs: [{name: reviews, port: 8080}]"),
                service("reviews"));
        assertThat(winner(rule, "any", "/").rule().backends())
                .extracting(backend -> backend.weight() + " " + backend.target())
                .containsExactly("1 Invalid[detail=unsupported_filter]");
        assertThat(conditions(rule, "HTTPRoute", "shop"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=False InvalidKind");

        Compiled backend = compile(
                GATEWAY,
                httpRoute(
                        "shop",
                        PARENT,
                        "rules:",
                        "- backendRefs:",
                        "  - {name: reviews, port: 8080, weight: 3, " + filter + "}",
                        "  - {name: reviews, port: 8080, weight: 7}"),
                service("reviews"));
        assertThat(winner(backend, "any", "/").rule().backends())
                .extracting(b -> b.weight() + " " + b.target())
                .containsExactly("3 Invalid[detail=unsupported_filter]", "7 ToCluster[key=infra/reviews:8080]");
    }

    @Test
    void anUnsupportedFilterTypeIsPartlyInvalid() {
        Compiled compiled = compile(
                GATEWAY,
                httpRoute(
                        "shop",
                        PARENT,
                        "rules:",
                        "- filters: [{type: ExternalAuth, externalAuth:"
                                + " {protocol: HTTP, http: {path: /auth}, backendRef: {name: auth, port: 8080}}}]",
                        "  backendRefs: [{name: reviews, port: 8080}]"),
                service("reviews"),
                service("auth"));
        assertThat(conditions(compiled, "HTTPRoute", "shop"))
                .containsExactly(
                        "Accepted=True Accepted",
                        "ResolvedRefs=True ResolvedRefs",
                        "PartiallyInvalid=True UnsupportedValue");
        assertThat(compiled.statuses())
                .flatExtracting(Status::conditions)
                .anyMatch(each -> each.message().startsWith("Fall Back: filter `ExternalAuth` is not supported"));
        assertThat(winner(compiled, "any", "/").rule().backends().get(0).target())
                .isEqualTo(new Target.Invalid("unsupported_filter"));
    }

    @Test
    void grpcRoutesMatchMethodsAndSpeakHttp2() {
        Compiled compiled = compile(
                GATEWAY,
                route(
                        "GRPCRoute",
                        "infra",
                        "echo",
                        PARENT,
                        "rules:",
                        "- matches: [{method: {service: pkg.Echo, method: Say}}]",
                        "  backendRefs: [{name: v1, port: 8080}]",
                        "- matches: [{method: {service: pkg.Echo}}]",
                        "- matches: [{method: {method: Say}, headers: [{name: Version, value: two}]}]"),
                service("v1"));
        assertThat(grpc(compiled, "/pkg.Echo/Say")).isEqualTo("infra/echo/0");
        assertThat(grpc(compiled, "/pkg.Echo/Other")).isEqualTo("infra/echo/1");
        assertThat(grpc(compiled, "/pkg.Other/Say")).isEqualTo("404");
        Cluster cluster = compiled.snapshot().clusters().get("infra/v1:8080#grpc");
        assertThat(cluster).isNotNull();
        assertThat(cluster.protocol()).isEqualTo(Cluster.Protocol.HTTP2);
    }

    private static String grpc(Compiled compiled, String path) {
        Candidate winner = find(compiled, 80, "POST", "any", path);
        return winner == null ? "404" : winner.rule().name();
    }

    @Test
    void oneServiceReachedInTwoWaysIsTwoClusters() {
        Compiled compiled = compile(
                GATEWAY,
                httpRoute(
                        "web", PARENT, "hostnames: [web.example]", "rules:", "- backendRefs: [{name: v1, port: 8080}]"),
                route(
                        "GRPCRoute",
                        "infra",
                        "echo",
                        PARENT,
                        "hostnames: [grpc.example]",
                        "rules:",
                        "- backendRefs: [{name: v1, port: 8080}]"),
                service("v1"));
        assertThat(compiled.snapshot().clusters()).containsOnlyKeys("infra/v1:8080", "infra/v1:8080#grpc");
        assertThat(listener(compiled, "gw", "http").attachedRoutes()).isEqualTo(2);
    }

    @Test
    void httpAndGrpcRoutesMayNotShareAHost() {
        String http = httpRoute("a", PARENT, "hostnames: [\"*.shop.example\"]", "rules: [{}]");
        String grpc = route("GRPCRoute", "infra", "b", PARENT, "hostnames: [x.y.shop.example]", "rules: [{}]");
        Compiled compiled = compile(GATEWAY, http, grpc);
        assertThat(conditions(compiled, "HTTPRoute", "a")).contains("Accepted=True Accepted");
        assertThat(conditions(compiled, "GRPCRoute", "b")).contains("Accepted=False Conflicted");
        assertThat(listener(compiled, "gw", "http").attachedRoutes()).isEqualTo(1);

        String older = grpc.replace("name: b,", "name: b, creationTimestamp: \"2020-01-01T00:00:00Z\",");
        String younger = http.replace("name: a,", "name: a, creationTimestamp: \"2021-01-01T00:00:00Z\",");
        Compiled byAge = compile(GATEWAY, older, younger);
        assertThat(conditions(byAge, "HTTPRoute", "a")).contains("Accepted=False Conflicted");
        assertThat(conditions(byAge, "GRPCRoute", "b")).contains("Accepted=True Accepted");
    }
}
