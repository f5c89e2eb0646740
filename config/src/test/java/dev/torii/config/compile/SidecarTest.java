package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.conditions;
import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.route;
import static dev.torii.config.compile.Fixture.service;
import static dev.torii.config.compile.Fixture.warnings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.source.ManifestReader;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.Destination;
import dev.torii.routing.Endpoint;
import dev.torii.routing.RouteTable.Candidate;
import dev.torii.routing.Speaks;
import dev.torii.routing.StreamRoute;
import dev.torii.routing.Target;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sidecar is given to serve. Source of the rules: {@code gateway-api.md}, 3.9. */
class SidecarTest {

    private static final String AT_9001 = "{torii.dev/endpoints: \"127.0.0.1:9001\"}";
    private static final String AT_9002 = "{torii.dev/endpoints: \"127.0.0.1:9002\"}";

    private static final String REVIEWS = service("shop", "reviews", AT_9001, "- {name: http, port: 80}");
    private static final String RATINGS = service("shop", "ratings", AT_9002, "- {name: http, port: 80}");

    private static Compiled compile(String namespace, String... documents) {
        var read = ManifestReader.parse("test.yaml", Fixture.yaml(documents));
        assertThat(read.findings()).isEmpty();
        return new SnapshotCompiler().compile(read.resources(), new SidecarView(namespace, "", List.of()));
    }

    @Test
    void aServiceThatNobodyHasIsOneWarning() {
        var read = ManifestReader.parse("test.yaml", Fixture.yaml(REVIEWS, RATINGS));
        SidecarView typo = new SidecarView("shop", "reviws", List.of());
        assertThat(warnings(new SnapshotCompiler().compile(read.resources(), typo)))
                .containsExactly(
                        "--service: warning: ServiceNotFound: there is no Service shop/reviws, did you mean `reviews`?");
        SidecarView known = new SidecarView("shop", "reviews", List.of());
        assertThat(warnings(new SnapshotCompiler().compile(read.resources(), known)))
                .isEmpty();
    }

    /** A route that leads everything to a Service of shop. */
    private static String to(String kind, String namespace, String name, String parent, String backend) {
        return route(
                kind,
                namespace,
                name,
                "parentRefs: [{group: '', kind: Service, " + parent + "}]",
                "rules: [{backendRefs: [{name: " + backend + ", namespace: shop, port: 80}]}]");
    }

    private static Destination destination(Compiled compiled, String host, int port) {
        return Objects.requireNonNull(compiled.snapshot().mesh().destination(host, port), host);
    }

    /** {@code rule -> cluster} of a request, or 404. */
    private static String leads(Compiled compiled, String host, int port, String path) {
        Candidate winner = destination(compiled, host, port)
                .listener()
                .routes()
                .find(new Fixture.Request("GET", host, path, Map.of()));
        return winner == null
                ? "404"
                : winner.rule().name() + " -> "
                        + targets(compiled, winner.rule().backends());
    }

    private static String streams(Compiled compiled, String host, int port, String serverName) {
        StreamRoute found =
                destination(compiled, host, port).listener().streams().find(serverName);
        return found == null ? "closed" : found.name() + " -> " + targets(compiled, found.backends());
    }

    private static String targets(Compiled compiled, List<Backend> backends) {
        return String.join(
                ",",
                backends.stream()
                        .map(each -> each.target() instanceof Target.ToCluster to
                                ? cluster(compiled, to.key()).key()
                                : "500")
                        .toList());
    }

    private static Cluster cluster(Compiled compiled, String key) {
        return Objects.requireNonNull(compiled.snapshot().cluster(key), key);
    }

    @Test
    void aServiceWithoutRoutesLeadsToItsOwnEndpoints() {
        Compiled compiled = compile("shop", REVIEWS);
        assertThat(leads(compiled, "reviews", 80, "/any")).isEqualTo("shop/reviews/- -> shop/reviews:80");
        assertThat(cluster(compiled, "shop/reviews:80").endpoints()).containsExactly(new Endpoint("127.0.0.1", 9001));
        assertThat(cluster(compiled, "shop/reviews:80").protocol()).isEqualTo(Cluster.Protocol.AS_CLIENT);
        assertThat(destination(compiled, "reviews", 80).listener().name()).isEqualTo("shop/reviews:80");
        assertThat(destination(compiled, "reviews", 80).listener().settings().keepRequestId())
                .isTrue();
        assertThat(compiled.snapshot().ports()).isEmpty();
    }

    @Test
    void withRoutesWhatNoneMatchesIsRefused() {
        Compiled compiled = compile(
                "shop",
                REVIEWS,
                RATINGS,
                route(
                        "HTTPRoute",
                        "shop",
                        "r",
                        "parentRefs: [{group: '', kind: Service, name: reviews}]",
                        "rules: [{matches: [{path: {value: /v2}}], backendRefs: [{name: ratings, port: 80}]}]"));
        assertThat(leads(compiled, "reviews", 80, "/v2/x")).isEqualTo("shop/r/0 -> shop/ratings:80");
        assertThat(leads(compiled, "reviews", 80, "/v1")).isEqualTo("404");
        assertThat(conditions(compiled, "HTTPRoute", "r"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=True ResolvedRefs");
        assertThat(compiled.findings()).isEmpty();
    }

    /** What a backend is reached by is not what its callers' requests are routed by. */
    @Test
    void aBackendsOwnRoutesDoNotApply() {
        Compiled compiled = compile(
                "shop",
                REVIEWS,
                RATINGS,
                to("HTTPRoute", "shop", "a", "name: reviews", "ratings"),
                to("HTTPRoute", "shop", "b", "name: ratings", "reviews"));
        assertThat(leads(compiled, "reviews", 80, "/")).isEqualTo("shop/a/0 -> shop/ratings:80");
        assertThat(cluster(compiled, "shop/ratings:80").endpoints()).containsExactly(new Endpoint("127.0.0.1", 9002));
    }

    @Test
    void aRuleWithoutBackendsLeadsToItsParent() {
        Compiled compiled = compile(
                "shop",
                REVIEWS,
                route(
                        "HTTPRoute",
                        "shop",
                        "r",
                        "parentRefs: [{group: '', kind: Service, name: reviews}]",
                        "rules: [{filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: a, value: b}]}}]}]"));
        assertThat(leads(compiled, "reviews", 80, "/")).isEqualTo("shop/r/0 -> shop/reviews:80");
        assertThat(compiled.findings()).isEmpty();
    }

    /** Producer routes are for everybody; a consumer's replace them for its own namespace, and need no grant. */
    @Test
    void consumerRoutesReplaceProducerRoutesForTheirNamespaceOnly() {
        String[] documents = {
            REVIEWS,
            RATINGS,
            to("HTTPRoute", "shop", "producer", "name: reviews", "ratings"),
            route(
                    "HTTPRoute",
                    "bank",
                    "consumer",
                    "parentRefs: [{group: '', kind: Service, name: reviews, namespace: shop}]",
                    "rules: [{matches: [{path: {value: /only}}]}]"),
        };
        assertThat(leads(compile("shop", documents), "reviews", 80, "/"))
                .isEqualTo("shop/producer/0 -> shop/ratings:80");
        assertThat(leads(compile("other", documents), "reviews.shop", 80, "/"))
                .isEqualTo("shop/producer/0 -> shop/ratings:80");
        Compiled bank = compile("bank", documents);
        assertThat(leads(bank, "reviews.shop", 80, "/only")).isEqualTo("bank/consumer/0 -> shop/reviews:80");
        assertThat(leads(bank, "reviews.shop", 80, "/")).isEqualTo("404");
        assertThat(bank.findings()).isEmpty();
        assertThat(conditions(compile("shop", documents), "HTTPRoute", "consumer"))
                .contains("Accepted=True Accepted");
    }

    @Test
    void aParentsPortNarrowsItToThatPort() {
        String two = service("shop", "reviews", AT_9001, "- {name: http, port: 80}", "- {name: http-alt, port: 8080}");
        for (String ref : List.of("name: reviews, port: 80", "name: reviews, sectionName: http")) {
            Compiled compiled = compile("shop", two, RATINGS, to("HTTPRoute", "shop", "r", ref, "ratings"));
            assertThat(leads(compiled, "reviews", 80, "/")).isEqualTo("shop/r/0 -> shop/ratings:80");
            assertThat(leads(compiled, "reviews", 8080, "/")).isEqualTo("shop/reviews/- -> shop/reviews:8080");
        }
        Compiled all = compile("shop", two, RATINGS, to("HTTPRoute", "shop", "r", "name: reviews", "ratings"));
        assertThat(leads(all, "reviews", 8080, "/")).isEqualTo("shop/r/0 -> shop/ratings:80");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            name: reviewz                         | NoMatchingParent      | did you mean `reviews`?
            'name: reviews, port: 81'             | NoMatchingParent      | Service shop/reviews has no TCP port 81
            'name: reviews, sectionName: htp'     | NoMatchingParent      | has no TCP port named `htp`, did you mean `http`?
            'name: reviews, sectionName: mysql'   | NotAllowedByListeners | 3306 (named `mysql`)
            name: outside                         | UnsupportedValue      | is of type ExternalName
            name: headless                        | UnsupportedValue      | is headless
            name: database                        | NotAllowedByListeners | 3306 (appProtocol `mysql`)
            """)
    void parentsThatAreNone(String ref, String reason, String message) {
        Compiled compiled = compile(
                "shop",
                service("shop", "reviews", AT_9001, "- {name: http, port: 80}", "- {name: mysql, port: 3306}"),
                RATINGS,
                service("shop", "database", AT_9001, "- {name: sql, port: 3306, appProtocol: mysql}"),
                "{apiVersion: v1, kind: Service, metadata: {name: outside, namespace: shop}, spec: {type: ExternalName,"
                        + " externalName: a.example}}",
                "{apiVersion: v1, kind: Service, metadata: {name: headless, namespace: shop}, spec: {clusterIP: None,"
                        + " ports: [{port: 80}]}}",
                to("HTTPRoute", "shop", "r", ref, "ratings"));
        assertThat(errors(compiled)).singleElement().asString().contains(reason).contains(message);
        if (!ref.contains("reviewz")) {
            assertThat(conditions(compiled, "HTTPRoute", "r")).contains("Accepted=False " + reason);
        }
        assertThat(leads(compiled, "reviews", 80, "/")).isEqualTo("shop/reviews/- -> shop/reviews:80");
    }

    @Test
    void ofSeveralKindsOnOnePortTheFirstIsServedAndTheOthersAreTold() {
        String[] kinds = {"GRPCRoute", "HTTPRoute", "TLSRoute", "TCPRoute"};
        String reviews = service("shop", "reviews", AT_9001, "- {port: 9000}");
        for (int i = 0; i < kinds.length; i++) {
            for (int j = i + 1; j < kinds.length; j++) {
                Compiled compiled = compile("shop", reviews, RATINGS, ofKind(kinds[j], "a"), ofKind(kinds[i], "z"));
                assertThat(conditions(compiled, kinds[i], "z")).contains("Accepted=True Accepted");
                assertThat(conditions(compiled, kinds[j], "a")).contains("Accepted=False Conflicted");
                assertThat(errors(compiled)).singleElement().asString().contains("has a route of kind " + kinds[i]);
            }
        }
    }

    private static String ofKind(String kind, String name) {
        String hostnames = kind.equals("TLSRoute") ? "hostnames: [a.example]" : "";
        return route(
                kind,
                "shop",
                name,
                "parentRefs: [{group: '', kind: Service, name: reviews}]",
                hostnames,
                "rules: [{backendRefs: [{name: ratings, port: 80}]}]");
    }

    @Test
    void losingOnePortOfSeveralIsOnlyAWarning() {
        Compiled compiled = compile(
                "shop",
                service("shop", "reviews", AT_9001, "- {name: http, port: 80}", "- {name: grpc, port: 7070}"),
                RATINGS,
                to("HTTPRoute", "shop", "r", "name: reviews", "ratings"),
                to("GRPCRoute", "shop", "g", "name: reviews, port: 7070", "ratings"));
        assertThat(errors(compiled)).isEmpty();
        assertThat(warnings(compiled)).singleElement().asString().contains("Conflicted");
        assertThat(conditions(compiled, "HTTPRoute", "r")).contains("Accepted=True Accepted");
        assertThat(leads(compiled, "reviews", 7070, "/a.B/C")).isEqualTo("shop/g/0 -> shop/ratings:80#grpc");
    }

    @Test
    void ofSeveralTcpRoutesTheOldestGetsAll() {
        String service = service("shop", "reviews", AT_9001, "- {port: 9000}");
        Compiled compiled = compile("shop", service, RATINGS, ofKind("TCPRoute", "b"), ofKind("TCPRoute", "a"));
        assertThat(streams(compiled, "reviews", 9000, "")).isEqualTo("shop/a/0 -> shop/ratings:80");
        assertThat(destination(compiled, "reviews", 9000).speaks()).isEqualTo(Speaks.TCP);
        assertThat(warnings(compiled)).singleElement().asString().contains("NotServed");
    }

    @Test
    void tlsRoutesChooseByServerName() {
        String service = service("shop", "reviews", AT_9001, "- {name: https, port: 443}");
        Compiled compiled = compile("shop", service, RATINGS, ofKind("TLSRoute", "t"));
        assertThat(streams(compiled, "reviews", 443, "a.example")).isEqualTo("shop/t/0 -> shop/ratings:80");
        assertThat(streams(compiled, "reviews", 443, "b.example")).isEqualTo("closed");
        assertThat(compiled.findings()).isEmpty();
    }

    @Test
    void hostnamesOfRoutesAreIgnoredAndTheAuthorIsTold() {
        Compiled compiled = compile(
                "shop",
                REVIEWS,
                RATINGS,
                route(
                        "HTTPRoute",
                        "shop",
                        "r",
                        "parentRefs: [{group: '', kind: Service, name: reviews}]",
                        "hostnames: [other.example]",
                        "rules: [{backendRefs: [{name: ratings, port: 80}]}]"));
        assertThat(leads(compiled, "reviews", 80, "/")).isEqualTo("shop/r/0 -> shop/ratings:80");
        assertThat(warnings(compiled)).singleElement().asString().contains("HostnamesIgnored");
    }

    @Test
    void aMissingBackendWithoutWeightDoesNotDisturb() {
        Compiled compiled = compile(
                "shop",
                REVIEWS,
                RATINGS,
                route(
                        "HTTPRoute",
                        "shop",
                        "r",
                        "parentRefs: [{group: '', kind: Service, name: reviews}]",
                        "rules: [{backendRefs: [{name: ratings, port: 80}, {name: none, port: 80, weight: 0}]}]"));
        assertThat(leads(compiled, "reviews", 80, "/")).isEqualTo("shop/r/0 -> shop/ratings:80,500");
        assertThat(conditions(compiled, "HTTPRoute", "r"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=False BackendNotFound");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '{port: 9000, appProtocol: http}'                    | HTTP
            '{port: 9000, appProtocol: kubernetes.io/h2c}'       | HTTP
            '{port: 9000, appProtocol: kubernetes.io/ws}'        | HTTP
            '{port: 9000, appProtocol: GRPC}'                    | HTTP
            '{port: 9000, appProtocol: https}'                   | TLS
            '{port: 80, appProtocol: mysql}'                     | TCP
            '{port: 80, appProtocol: tcp, name: http}'           | TCP
            '{port: 6379, appProtocol: acme.io/own, name: http}' | HTTP
            '{port: 3306, name: http-admin}'                     | HTTP
            '{port: 80, name: grpc}'                             | HTTP
            '{port: 80, name: https-web}'                        | TLS
            '{port: 80, name: redis-cache}'                      | TCP
            '{port: 80, name: httpish}'                          | CLIENT_FIRST
            '{port: 8080}'                                       | CLIENT_FIRST
            '{port: 443}'                                        | CLIENT_FIRST
            '{port: 3306}'                                       | TCP
            '{port: 5432}'                                       | TCP
            '{port: 9000}'                                       | UNKNOWN
            """)
    void whatCallersSpeakIsDeclaredByAppProtocolThenNameThenNumber(String port, Speaks expected) {
        Compiled compiled = compile("shop", service("shop", "s", AT_9001, "- " + port));
        Destination destination = compiled.snapshot().mesh().destinations().get(0);
        assertThat(destination.speaks()).isEqualTo(expected);
        boolean http = !destination.listener().routes().rules().isEmpty();
        boolean bytes = destination.listener().streams().find("any.example") != null;
        assertThat(http).isEqualTo(expected != Speaks.TLS && expected != Speaks.TCP);
        assertThat(bytes).isEqualTo(expected != Speaks.HTTP);
    }

    @Test
    void grpcByNameIsHttp2() {
        Compiled compiled = compile("shop", service("shop", "s", AT_9001, "- {name: grpc-api, port: 9000}"));
        assertThat(leads(compiled, "s", 9000, "/a.B/C")).isEqualTo("shop/s/- -> shop/s:9000#grpc");
        assertThat(cluster(compiled, "shop/s:9000#grpc").protocol()).isEqualTo(Cluster.Protocol.HTTP2);
    }

    /** A route that names the port declares it; one that is bound to all ports does not. */
    @Test
    void aRouteDeclaresThePortItNames() {
        String two = service("shop", "reviews", AT_9001, "- {name: a, port: 9000}", "- {name: b, port: 3306}");
        Compiled all = compile("shop", two, RATINGS, to("HTTPRoute", "shop", "r", "name: reviews", "ratings"));
        assertThat(destination(all, "reviews", 9000).speaks()).isEqualTo(Speaks.UNKNOWN);
        assertThat(leads(all, "reviews", 9000, "/")).isEqualTo("shop/r/0 -> shop/ratings:80");
        assertThat(streams(all, "reviews", 9000, "")).isEqualTo("shop/reviews/- -> shop/reviews:9000");
        assertThat(destination(all, "reviews", 3306).speaks()).isEqualTo(Speaks.TCP);
        Compiled named =
                compile("shop", two, RATINGS, to("HTTPRoute", "shop", "r", "name: reviews, port: 3306", "ratings"));
        assertThat(destination(named, "reviews", 3306).speaks()).isEqualTo(Speaks.HTTP);
        assertThat(streams(named, "reviews", 3306, "")).isEqualTo("closed");
    }

    @Test
    void clusterIpsAreDestinationsInOneSpelling() {
        Compiled compiled = compile(
                "shop",
                "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: bank}, spec: {clusterIP: 10.96.0.7,"
                        + " clusterIPs: [10.96.0.7, 'FD00:0::7'], ports: [{port: 80}]}}",
                "{apiVersion: v1, kind: Service, metadata: {name: h, namespace: bank}, spec: {clusterIP: None,"
                        + " ports: [{port: 80}]}}");
        assertThat(destination(compiled, "10.96.0.7", 80).service()).isEqualTo("bank/s");
        assertThat(destination(compiled, "fd00::7", 80).addresses()).containsExactly("10.96.0.7", "fd00::7");
        assertThat(destination(compiled, "h.bank", 80).addresses()).isEmpty();
        assertThat(compiled.findings()).isEmpty();
    }

    @Test
    void aGatewayAndASidecarLeaveEachOthersParentsAlone() {
        String[] documents = {
            gateway("gw", "- {name: http, port: 80, protocol: HTTP}"),
            REVIEWS,
            to("HTTPRoute", "shop", "mesh", "name: reviews", "nowhere"),
            route(
                    "HTTPRoute",
                    "infra",
                    "edge",
                    "parentRefs: [{name: gw}]",
                    "rules: [{backendRefs: [{name: x, port: 1}]}]"),
        };
        Compiled gateway = Fixture.compile(documents);
        assertThat(errors(gateway)).singleElement().asString().contains("Service infra/x");
        assertThat(conditions(gateway, "HTTPRoute", "mesh")).isEmpty();
        Compiled sidecar = compile("shop", documents);
        assertThat(errors(sidecar)).singleElement().asString().contains("Service shop/nowhere");
        assertThat(conditions(sidecar, "HTTPRoute", "edge")).isEmpty();
    }

    @Test
    void aRouteMayHaveBothKindsOfParents() {
        String[] documents = {
            gateway("gw", "- {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}"),
            REVIEWS,
            route(
                    "HTTPRoute",
                    "shop",
                    "both",
                    "parentRefs: [{name: gw, namespace: infra}, {group: '', kind: Service, name: reviews}]",
                    "hostnames: [shop.example]",
                    "rules: [{backendRefs: [{name: reviews, port: 80}]}]"),
        };
        assertThat(Fixture.compile(documents).findings()).isEmpty();
        assertThat(compile("shop", documents).findings()).isEmpty();
        assertThat(conditions(compile("shop", documents), "HTTPRoute", "both"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=True ResolvedRefs");
    }

    @Test
    void nobodysViewHasTheRoutesOnly() {
        var read = ManifestReader.parse(
                "test.yaml", Fixture.yaml(REVIEWS, RATINGS, to("HTTPRoute", "shop", "r", "name: reviews", "ratings")));
        Compiled compiled = new SnapshotCompiler().compile(read.resources(), SidecarView.NOBODY);
        assertThat(compiled.snapshot().mesh().destinations())
                .extracting(Destination::service)
                .containsExactly("shop/reviews");
        assertThat(compiled.snapshot().mesh().inbound()).isEmpty();
    }

    @Test
    void theVersionTellsMeshesApart() {
        String one = compile("shop", REVIEWS).snapshot().version();
        assertThat(compile("shop", REVIEWS).snapshot().version()).isEqualTo(one);
        assertThat(compile("shop", REVIEWS, RATINGS).snapshot().version()).isNotEqualTo(one);
        assertThat(compile("bank", REVIEWS).snapshot().version()).isNotEqualTo(one);
    }
}
