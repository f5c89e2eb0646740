package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.conditions;
import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.find;
import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.listener;
import static dev.torii.config.compile.Fixture.route;
import static dev.torii.config.compile.Fixture.warnings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.RouteTable.Candidate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteAttachmentTest {

    private static final String RESOLVED = "ResolvedRefs=True ResolvedRefs";

    private static String answer(Compiled compiled, int port, String host, String path) {
        Candidate winner = find(compiled, port, "GET", host, path);
        return winner == null ? "404" : winner.rule().route().name();
    }

    /** HTTPRouteInvalidParentRef*. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: gw, sectionName: htp} | test.yaml:13:40 | Gateway infra/gw has no listener `htp`, did you mean `http`?",
                "{name: gw, port: 81} | test.yaml:13:33 | Gateway infra/gw has no listener on port 81",
                "{name: gw, port: 81, sectionName: http} | test.yaml:13:33 | Gateway infra/gw has no listener `http` on port 81",
            })
    void aParentRefThatFitsNoListener(String ref, String place, String message) {
        Compiled compiled = compile(GATEWAY, httpRoute("shop", "parentRefs: [" + ref + "]", "rules: [{}]"));
        assertThat(conditions(compiled, "HTTPRoute", "shop"))
                .containsExactly("Accepted=False NoMatchingParent", RESOLVED);
        assertThat(errors(compiled)).containsExactly(place + ": error: NoMatchingParent: " + message);
        assertThat(listener(compiled, "gw", "http").attachedRoutes()).isZero();
    }

    @Test
    void anUnknownGatewayHasNoStatusButAFinding() {
        Compiled compiled = compile(GATEWAY, httpRoute("shop", "parentRefs: [{name: gv}]", "rules: [{}]"));
        assertThat(conditions(compiled, "HTTPRoute", "shop")).isEmpty();
        assertThat(errors(compiled))
                .containsExactly("test.yaml:13:23: error: NoMatchingParent: there is no Gateway infra/gv,"
                        + " did you mean `gw`?");
    }

    @Test
    void meshRoutesAreNotOurBusiness() {
        Compiled compiled = compile(
                GATEWAY, httpRoute("shop", "parentRefs: [{group: \"\", kind: Service, name: reviews}]", "rules: [{}]"));
        assertThat(compiled.findings()).isEmpty();
        assertThat(conditions(compiled, "HTTPRoute", "shop")).isEmpty();
    }

    /** HTTPRouteInvalidCrossNamespaceParentRef, HTTPRouteCrossNamespace. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Same | false",
                "All | true",
                "Selector, selector: {matchLabels: {team: web}} | true",
                "Selector, selector: {matchLabels: {team: other}} | false",
                "Selector, selector: {matchLabels: {kubernetes.io/metadata.name: web}} | true",
                "Selector, selector: {matchExpressions: [{key: team, operator: In, values: [app, web]}]} | true",
                "Selector, selector: {matchExpressions: [{key: team, operator: NotIn, values: [web]}]} | false",
                "Selector, selector: {matchExpressions: [{key: team, operator: Exists}]} | true",
                "Selector, selector: {matchExpressions: [{key: team, operator: DoesNotExist}]} | false",
            })
    void namespacesAreLetInAsTheListenerSays(String from, boolean allowed) {
        Compiled compiled = compile(
                gateway(
                        "gw",
                        "- {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: " + from + "}}}"),
                "{apiVersion: v1, kind: Namespace, metadata: {name: web, labels: {team: web}}}",
                route("HTTPRoute", "web", "shop", "parentRefs: [{name: gw, namespace: infra}]", "rules: [{}]"));
        assertThat(conditions(compiled, "HTTPRoute", "shop"))
                .containsExactly(allowed ? "Accepted=True Accepted" : "Accepted=False NotAllowedByListeners", RESOLVED);
        assertThat(listener(compiled, "gw", "http").attachedRoutes()).isEqualTo(allowed ? 1 : 0);
        assertThat(answer(compiled, 80, "any", "/")).isEqualTo(allowed ? "shop" : "404");
    }

    /** HTTPRouteDisallowedKind, TLSRouteInvalidNoMatchingListener. */
    @Test
    void kindsAreLetInAsTheProtocolSays() {
        Compiled compiled = compile(
                gateway("gw", "- {name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}"),
                httpRoute("shop", "parentRefs: [{name: gw}]", "rules: [{}]"));
        assertThat(conditions(compiled, "HTTPRoute", "shop"))
                .containsExactly("Accepted=False NotAllowedByListeners", RESOLVED);
        assertThat(errors(compiled))
                .singleElement()
                .asString()
                .endsWith("Gateway infra/gw that it names takes a HTTPRoute of namespace `infra`:"
                        + " `tls` takes TLSRoute from its own namespace");
    }

    /** HTTPRouteHostnameIntersection, route s5. */
    @Test
    void hostnamesThatFallUnderNoListener() {
        Compiled compiled = compile(
                gateway(
                        "gw",
                        "- {name: a, port: 80, protocol: HTTP, hostname: very.specific.com}",
                        "- {name: b, port: 80, protocol: HTTP, hostname: \"*.wildcard.io\"}"),
                httpRoute(
                        "s5",
                        "parentRefs: [{name: gw}]",
                        "hostnames: [specific.but.wrong.com, wildcard.io]",
                        "rules: [{}]"));
        assertThat(conditions(compiled, "HTTPRoute", "s5"))
                .containsExactly("Accepted=False NoMatchingListenerHostname", RESOLVED);
        assertThat(errors(compiled).get(0)).contains("test.yaml:15:").endsWith("`very.specific.com`, `*.wildcard.io`");
        assertThat(answer(compiled, 80, "wildcard.io", "/")).isEqualTo("404");
    }

    /** HTTPRouteHostnameIntersection, route s2 and the counts. */
    @Test
    void onlyHostnamesUnderAListenerAreServed() {
        Compiled compiled = compile(
                gateway("gw", "- {name: wild, port: 80, protocol: HTTP, hostname: \"*.wildcard.io\"}"),
                httpRoute(
                        "s2",
                        "parentRefs: [{name: gw}]",
                        "hostnames: [non.matching.com, wildcard.io, foo.wildcard.io, foo.bar.wildcard.io]",
                        "rules: [{matches: [{path: {value: /s2}}]}]"));
        assertThat(listener(compiled, "gw", "wild").attachedRoutes()).isEqualTo(1);
        assertThat(answer(compiled, 80, "foo.wildcard.io", "/s2")).isEqualTo("s2");
        assertThat(answer(compiled, 80, "foo.bar.wildcard.io", "/s2")).isEqualTo("s2");
        assertThat(answer(compiled, 80, "bar.wildcard.io", "/s2")).isEqualTo("404");
        assertThat(answer(compiled, 80, "wildcard.io", "/s2")).isEqualTo("404");
        assertThat(answer(compiled, 80, "foo.wildcard.io", "/other")).isEqualTo("404");
    }

    /** Precedence counts what the author wrote, so a route's exact name beats a wildcard on an exact listener too. */
    @Test
    void aWiderHostnameIsNotMadeEqualByTheListener() {
        Compiled compiled = compile(
                gateway("gw", "- {name: l, port: 80, protocol: HTTP, hostname: a.b.io}"),
                httpRoute(
                        "wild",
                        "parentRefs: [{name: gw}]",
                        "hostnames: [\"*.b.io\"]",
                        "rules: [{matches: [{path: {value: /deep}}]}]"),
                httpRoute("exact", "parentRefs: [{name: gw}]", "hostnames: [a.b.io]", "rules: [{}]"));
        assertThat(answer(compiled, 80, "a.b.io", "/deep")).isEqualTo("exact");
    }

    /** HTTPRouteListenerPortMatching. */
    @Test
    void portsAndSectionsSelectListeners() {
        Compiled compiled = compile(
                gateway(
                        "gw",
                        "- {name: listener-1, port: 80, protocol: HTTP, hostname: foo.com}",
                        "- {name: listener-2, port: 8080, protocol: HTTP, hostname: foo.com}",
                        "- {name: listener-3, port: 8080, protocol: HTTP, hostname: bar.com}",
                        "- {name: listener-4, port: 8090, protocol: HTTP, hostname: foo.com}",
                        "- {name: listener-5, port: 8090, protocol: HTTP, hostname: bar.com}"),
                httpRoute("v1", "parentRefs: [{name: gw, port: 80}]", "rules: [{}]"),
                httpRoute("v2", "parentRefs: [{name: gw, port: 8080}]", "rules: [{}]"),
                httpRoute("v3", "parentRefs: [{name: gw, port: 8090, sectionName: listener-4}]", "rules: [{}]"));
        assertThat(answer(compiled, 80, "foo.com", "/")).isEqualTo("v1");
        assertThat(answer(compiled, 8080, "foo.com", "/")).isEqualTo("v2");
        assertThat(answer(compiled, 8080, "bar.com", "/")).isEqualTo("v2");
        assertThat(answer(compiled, 8090, "foo.com", "/")).isEqualTo("v3");
        assertThat(answer(compiled, 8090, "bar.com", "/")).isEqualTo("404");
    }

    /** GatewayWithAttachedRoutes (c): what is wrong with a listener or a backend does not change the count. */
    @Test
    void aRouteCountsWhereItIsAccepted() {
        Compiled compiled = compile(
                gateway("gw", "- {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: missing}]}}"),
                httpRoute("shop", "parentRefs: [{name: gw}]", "rules:", "- backendRefs: [{name: gone, port: 80}]"));
        assertThat(listener(compiled, "gw", "https").attachedRoutes()).isEqualTo(1);
        assertThat(conditions(compiled, "HTTPRoute", "shop"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=False BackendNotFound");
        assertThat(warnings(compiled)).anyMatch(each -> each.contains("ParentNotServed"));
    }

    @Test
    void eachParentRefHasItsOwnStatus() {
        Compiled compiled = compile(
                gateway(
                        "gw",
                        "- {name: a, port: 80, protocol: HTTP, hostname: a.io}",
                        "- {name: b, port: 80, protocol: HTTP, hostname: b.io}"),
                httpRoute(
                        "shop",
                        "parentRefs: [{name: gw, sectionName: a}, {name: gw, sectionName: nope}]",
                        "rules: [{}]"));
        assertThat(compiled.statuses())
                .filteredOn(each -> each.kind().equals("HTTPRoute"))
                .extracting(each ->
                        each.parent().sectionName() + " " + each.conditions().get(0))
                .containsExactly("a Accepted=True Accepted", "nope Accepted=False NoMatchingParent");
        assertThat(listener(compiled, "gw", "a").attachedRoutes()).isEqualTo(1);
        assertThat(listener(compiled, "gw", "b").attachedRoutes()).isZero();
    }
}
