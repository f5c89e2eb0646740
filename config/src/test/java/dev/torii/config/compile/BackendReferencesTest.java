package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.conditions;
import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.grant;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.service;
import static dev.torii.config.compile.Fixture.warnings;
import static dev.torii.config.compile.Fixture.winner;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Cluster.Protocol;
import dev.torii.routing.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendReferencesTest {

    private static final String PARENT = "parentRefs: [{name: gw}]";
    private static final String TO_HTTP_ROUTE = "{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra}";

    private static Compiled backend(String ref, String... more) {
        String[] documents = new String[more.length + 2];
        documents[0] = GATEWAY;
        documents[1] = httpRoute("shop", PARENT, "rules:", "- backendRefs:", "  - " + ref);
        System.arraycopy(more, 0, documents, 2, more.length);
        return compile(documents);
    }

    private static Target target(Compiled compiled) {
        return winner(compiled, "any", "/").rule().backends().get(0).target();
    }

    private static void isBroken(Compiled compiled, String reason, String detail) {
        assertThat(conditions(compiled, "HTTPRoute", "shop"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=False " + reason);
        assertThat(target(compiled)).isEqualTo(new Target.Invalid(detail));
        assertThat(compiled.snapshot().clusters()).isEmpty();
    }

    @Test
    void aServiceWithItsEndpointsIsReached() {
        Compiled compiled = backend("{name: reviews, port: 8080}", service("reviews"));
        assertThat(compiled.findings()).isEmpty();
        assertThat(conditions(compiled, "HTTPRoute", "shop"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=True ResolvedRefs");
        assertThat(target(compiled)).isEqualTo(new Target.ToCluster("infra/reviews:8080"));
        assertThat(compiled.snapshot().clusters().get("infra/reviews:8080").endpoints())
                .extracting(Object::toString)
                .containsExactly("127.0.0.1:9001");
    }

    @Test
    void anUnknownServiceIsToldWithItsPlaceAndTheNearestName() {
        Compiled compiled = backend("{name: reviws, port: 8080}", service("reviews"));
        isBroken(compiled, "BackendNotFound", "backend_not_found");
        assertThat(errors(compiled))
                .containsExactly("test.yaml:16:14: error: BackendNotFound: there is no Service infra/reviws,"
                        + " did you mean `reviews`?");
    }

    @Test
    void anUnknownPortIsToldWithThoseThereAre() {
        Compiled compiled = backend("{name: reviews, port: 80}", service("reviews"));
        isBroken(compiled, "BackendNotFound", "backend_not_found");
        assertThat(errors(compiled).get(0)).endsWith("Service infra/reviews has no port 80, it has 8080");
    }

    @Test
    void anotherKindIsInvalid() {
        isBroken(
                backend("{group: unknownkind.example.com, kind: NonExistent, name: x, port: 80}"),
                "InvalidKind",
                "invalid_kind");
    }

    @Test
    void externalNamesAreNotSupported() {
        String external = """
                apiVersion: v1
                kind: Service
                metadata: {name: far, namespace: infra}
                spec: {type: ExternalName, externalName: far.example, ports: [{port: 80}]}""";
        isBroken(backend("{name: far, port: 80}", external), "InvalidKind", "invalid_kind");
    }

    @Test
    void anotherNamespaceNeedsAGrant() {
        String web = service("web", "backend", "{torii.dev/endpoints: \"127.0.0.1:1\"}", "- {port: 8080}");
        String ref = "{name: backend, namespace: web, port: 8080}";
        Compiled without = backend(ref, web);
        isBroken(without, "RefNotPermitted", "ref_not_permitted");
        assertThat(errors(without).get(0)).contains("no ReferenceGrant in namespace `web`");

        for (String to : new String[] {"{group: \"\", kind: Service}", "{group: \"\", kind: Service, name: backend}"}) {
            Compiled granted = backend(ref, web, grant("web", TO_HTTP_ROUTE, to));
            assertThat(granted.findings()).isEmpty();
            assertThat(target(granted)).isEqualTo(new Target.ToCluster("web/backend:8080"));
        }
    }

    /** HTTPRouteInvalidReferenceGrant: each grant is wrong in one way. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "infra | {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra} | {group: \"\", kind: Service, name: backend}",
                "web | {group: not-the-group.io, kind: HTTPRoute, namespace: infra} | {group: \"\", kind: Service, name: backend}",
                "web | {group: gateway.networking.k8s.io, kind: Gateway, namespace: infra} | {group: \"\", kind: Service, name: backend}",
                "web | {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: other} | {group: \"\", kind: Service, name: backend}",
                "web | {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra} | {group: not-core.io, kind: Service, name: backend}",
                "web | {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra} | {group: \"\", kind: Secret, name: backend}",
                "web | {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra} | {group: \"\", kind: Service, name: other}",
            },
            quoteCharacter = '`')
    void aWrongGrantGrantsNothing(String namespace, String from, String to) {
        String web = service("web", "backend", "{torii.dev/endpoints: \"127.0.0.1:1\"}", "- {port: 8080}");
        isBroken(
                backend("{name: backend, namespace: web, port: 8080}", web, grant(namespace, from, to)),
                "RefNotPermitted",
                "ref_not_permitted");
    }

    @ParameterizedTest
    @CsvSource({
        "kubernetes.io/h2c, HTTP2",
        "grpc, HTTP2",
        "kubernetes.io/ws, HTTP1",
        "http, AUTO",
        "HTTP, AUTO",
    })
    void appProtocolSaysHowToTalk(String appProtocol, Protocol protocol) {
        Compiled compiled = backend("{name: reviews, port: 8080}", withProtocol(appProtocol));
        assertThat(compiled.findings()).isEmpty();
        assertThat(compiled.snapshot().clusters().get("infra/reviews:8080").protocol())
                .isEqualTo(protocol);
    }

    @Test
    void anAppProtocolThatCarriesNoRequestsIsUnsupported() {
        isBroken(
                backend("{name: reviews, port: 8080}", withProtocol("mysql")),
                "UnsupportedProtocol",
                "unsupported_protocol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https", "kubernetes.io/wss"})
    void clearTextToAPortThatSaysTlsIsWarnedOf(String appProtocol) {
        Compiled compiled = backend("{name: reviews, port: 8080}", withProtocol(appProtocol));
        assertThat(warnings(compiled))
                .singleElement()
                .asString()
                .contains("ClearText")
                .contains("BackendTLSPolicy");
    }

    private static String withProtocol(String appProtocol) {
        return service(
                "infra",
                "reviews",
                "{torii.dev/endpoints: \"127.0.0.1:9001\"}",
                "- {port: 8080, appProtocol: " + appProtocol + "}");
    }

    @Test
    void oneBadBackendTakesOnlyItsShare() {
        Compiled compiled = compile(
                GATEWAY,
                httpRoute(
                        "shop",
                        PARENT,
                        "rules:",
                        "- backendRefs:",
                        "  - {name: reviews, port: 8080, weight: 9}",
                        "  - {name: gone, port: 8080}"),
                service("reviews"));
        assertThat(conditions(compiled, "HTTPRoute", "shop")).contains("ResolvedRefs=False BackendNotFound");
        assertThat(winner(compiled, "any", "/").rule().backends())
                .extracting(b -> b.weight() + " " + b.target())
                .containsExactly("9 ToCluster[key=infra/reviews:8080]", "1 Invalid[detail=backend_not_found]");
    }

    @Test
    void aRuleWithoutBackendsResolvesAndHasNone() {
        Compiled compiled = compile(GATEWAY, httpRoute("shop", PARENT, "rules:", "- {}"));
        assertThat(conditions(compiled, "HTTPRoute", "shop")).contains("ResolvedRefs=True ResolvedRefs");
        assertThat(winner(compiled, "any", "/").rule().backends()).isEmpty();
        assertThat(warnings(compiled))
                .containsExactly(
                        "test.yaml:15:5: warning: NoBackends: without backendRefs or a redirect every request gets 500");
    }

    @Test
    void referencesAreCheckedEvenWhenTheRouteIsNotAccepted() {
        Compiled compiled = compile(
                GATEWAY,
                httpRoute(
                        "shop",
                        "parentRefs: [{name: gw, sectionName: nope}]",
                        "rules:",
                        "- backendRefs: [{name: gone, port: 1}]"));
        assertThat(conditions(compiled, "HTTPRoute", "shop"))
                .containsExactly("Accepted=False NoMatchingParent", "ResolvedRefs=False BackendNotFound");
    }
}
