package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.route;
import static dev.torii.config.compile.Fixture.service;
import static dev.torii.config.compile.Fixture.winner;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.source.ManifestReader;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import dev.torii.routing.Destination;
import dev.torii.routing.Listener;
import dev.torii.routing.Rule;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Tracing.Force;
import dev.torii.routing.Tracing.Propagation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which policy holds where; that they reach what a gateway and its sidecars serve. */
class TelemetryPolicyTest {

    private static final String GATEWAY =
            gateway("gw", "- {name: http, port: 80, protocol: HTTP}", "- {name: other, port: 81, protocol: HTTP}");
    private static final String ROUTE = httpRoute(
            "shop",
            "parentRefs: [{name: gw}]",
            "rules:",
            "- {name: cart, matches: [{path: {value: /cart}}], backendRefs: [{name: cart, port: 80}]}",
            "- backendRefs: [{name: web, port: 80}]");
    private static final String MESH_ROUTE = httpRoute(
            "split",
            "parentRefs: [{group: \"\", kind: Service, name: web}]",
            "rules:",
            "- backendRefs: [{name: web, port: 80}, {name: cart, port: 80}]");
    private static final String CART = service("infra", "cart", "{}", "- {name: http, port: 80, targetPort: 8080}");
    private static final String WEB =
            service("infra", "web", "{}", "- {name: http, port: 80}", "- {name: api, port: 81}");

    private static String policy(String name, String targets, String... spec) {
        return """
                apiVersion: torii.dev/v1alpha1
                kind: TelemetryPolicy
                metadata: {name: %s, namespace: %s}
                spec:
                %s%s""".formatted(
                        name,
                        targets.isEmpty() ? "torii-system" : "infra",
                        targets.isEmpty() ? "" : "  targetRefs: [" + targets + "]\n",
                        String.join("\n", spec).indent(2));
    }

    private static String logging(String name, String targets, String header) {
        return policy(name, targets, "accessLog: {requestHeaders: [{name: " + header + "}]}");
    }

    private static String target(String kind, String name) {
        boolean core = kind.equals("Service") || kind.equals("Namespace");
        return "{group: " + (core ? "\"\"" : "gateway.networking.k8s.io") + ", kind: " + kind + ", name: " + name + "}";
    }

    private static String part(String target, String section) {
        return target.replace("}", ", sectionName: " + section + "}");
    }

    private static Compiled compile(String... policies) {
        return Fixture.compile(documents(policies));
    }

    private static String[] documents(String... policies) {
        List<String> all = new ArrayList<>(List.of(GATEWAY, ROUTE, MESH_ROUTE, CART, WEB));
        all.addAll(List.of(policies));
        return all.toArray(String[]::new);
    }

    private static Snapshot sidecar(String service, String... policies) {
        var read = ManifestReader.parse("test.yaml", Fixture.yaml(documents(policies)));
        return new SnapshotCompiler()
                .compile(read.resources(), new SidecarView("infra", service, List.of()))
                .snapshot();
    }

    private static Listener destination(Snapshot snapshot, String service, int port) {
        Destination found = snapshot.mesh().destination(service, port);
        return Objects.requireNonNull(found).listener();
    }

    private static List<String> headers(Telemetry telemetry) {
        return telemetry.log().requestHeaders().stream().map(LoggedHeader::name).toList();
    }

    private static Rule rule(Compiled compiled, String path) {
        return winner(compiled, "any.example", path).rule();
    }

    @Test
    void withoutOneEverythingHasTheDefaults() {
        Compiled compiled = compile();
        assertThat(compiled.snapshot().telemetry())
                .isSameAs(rule(compiled, "/").telemetry())
                .isEqualTo(Telemetry.DEFAULT);
    }

    /** The scopes that issue and design name, each seen where it holds and nowhere else. */
    @Test
    void aGatewaysPlacesHaveWhatIsForThemAndAllAroundThem() {
        Compiled compiled = compile(
                logging("p1", "", "x-all"),
                logging("p2", target("Namespace", "infra"), "x-namespace"),
                logging("p3", target("Gateway", "gw"), "x-gateway"),
                logging("p4", part(target("Gateway", "gw"), "other"), "x-listener"),
                logging("p5", target("HTTPRoute", "shop"), "x-route"),
                logging("p6", part(target("HTTPRoute", "shop"), "cart"), "x-rule"),
                logging("p7", target("Service", "cart"), "x-service"),
                logging("p8", part(target("Service", "web"), "http"), "x-port"));
        assertThat(errors(compiled)).isEmpty();
        assertThat(headers(compiled.snapshot().telemetry())).containsExactly("x-all");
        assertThat(headers(
                        Fixture.port(compiled.snapshot(), 80).listeners().get(0).telemetry()))
                .containsExactly("x-all", "x-namespace", "x-gateway");
        assertThat(headers(rule(compiled, "/cart").telemetry()))
                .containsExactly("x-all", "x-namespace", "x-gateway", "x-route", "x-rule");
        assertThat(headers(rule(compiled, "/cart").backends().get(0).telemetry()))
                .containsExactly("x-all", "x-namespace", "x-gateway", "x-route", "x-rule", "x-service");
        assertThat(headers(rule(compiled, "/").telemetry()))
                .containsExactly("x-all", "x-namespace", "x-gateway", "x-route");
        assertThat(headers(rule(compiled, "/").backends().get(0).telemetry()))
                .containsExactly("x-all", "x-namespace", "x-gateway", "x-route", "x-port");
        Listener other = Fixture.port(compiled.snapshot(), 81).listeners().get(0);
        assertThat(headers(other.telemetry())).containsExactly("x-all", "x-namespace", "x-gateway", "x-listener");
        assertThat(headers(other.routes().rules().get(0).telemetry())).contains("x-listener", "x-route");
    }

    @Test
    void aSidecarsPlacesTooAndAServicesPolicyHoldsForWhatIsSplitFromIt() {
        String[] policies = {
            logging("p1", "", "x-all"),
            logging("p2", target("Namespace", "infra"), "x-namespace"),
            logging("p3", target("Gateway", "gw"), "x-gateway"),
            logging("p4", target("HTTPRoute", "split"), "x-route"),
            logging("p5", target("Service", "web"), "x-web"),
            logging("p6", part(target("Service", "web"), "api"), "x-api"),
            logging("p7", target("Service", "cart"), "x-cart")
        };
        Snapshot cart = sidecar("cart", policies);
        assertThat(headers(cart.telemetry())).containsExactly("x-all", "x-namespace");
        assertThat(headers(Objects.requireNonNull(cart.mesh().inbound(8080))
                        .listener()
                        .telemetry()))
                .containsExactly("x-all", "x-namespace", "x-cart");
        Listener web = destination(cart, "web", 80);
        assertThat(headers(web.telemetry())).containsExactly("x-all", "x-namespace", "x-web");
        Rule split = web.routes().rules().get(0);
        assertThat(headers(split.telemetry())).containsExactly("x-all", "x-namespace", "x-route", "x-web");
        assertThat(headers(split.backends().get(0).telemetry()))
                .containsExactly("x-all", "x-namespace", "x-route", "x-web");
        assertThat(headers(split.backends().get(1).telemetry()))
                .containsExactly("x-all", "x-namespace", "x-route", "x-web", "x-cart");
        Snapshot own = sidecar("web", policies);
        assertThat(headers(destination(own, "cart", 80)
                        .routes()
                        .rules()
                        .get(0)
                        .backends()
                        .get(0)
                        .telemetry()))
                .containsExactly("x-all", "x-namespace", "x-cart");
        assertThat(headers(Objects.requireNonNull(own.mesh().inbound(81))
                        .listener()
                        .routes()
                        .rules()
                        .get(0)
                        .telemetry()))
                .containsExactly("x-all", "x-namespace", "x-web", "x-api");
    }

    @Test
    void listsAddUpAndOfAnythingElseTheMoreSpecificIsRight() {
        Telemetry made = rule(
                        compile(
                                policy(
                                        "all",
                                        "",
                                        "tracing: {samplingPercent: 10, propagation: [b3], tagHeaders: [x-a],"
                                                + " force: [{header: X-Trace, value: \"1\"}]}",
                                        "accessLog:",
                                        "  requestHeaders: [{name: X-User, mode: Mask}, {name: x-tenant}]",
                                        "  responseHeaders: [{name: x-cache}]",
                                        "  when: {minStatus: 400, slowerThan: 1s, samplePercent: 5}"),
                                policy(
                                        "route",
                                        target("HTTPRoute", "shop"),
                                        "tracing: {samplingPercent: 50, tagHeaders: [x-b, x-a], force: [{header: x-all}]}",
                                        "accessLog:",
                                        "  requestHeaders: [{name: x-user, mode: Hash}]",
                                        "  when: {minStatus: 500}")),
                        "/cart")
                .telemetry();
        assertThat(made.tracing().samplingPercent()).isEqualTo(50);
        assertThat(made.tracing().propagation()).containsExactly(Propagation.B3);
        assertThat(made.tracing().force()).containsExactly(new Force("x-trace", "1"), new Force("x-all", ""));
        assertThat(made.tracing().tagHeaders()).containsExactly("x-a", "x-b");
        assertThat(made.log())
                .isEqualTo(new AccessLogging(
                        List.of(new LoggedHeader("x-user", Mode.HASH), new LoggedHeader("x-tenant", Mode.PLAIN)),
                        List.of(new LoggedHeader("x-cache", Mode.PLAIN)),
                        500,
                        1_000,
                        5));
    }

    /** Who asks for failures does not want all the rest besides. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 100",
                "{minStatus: 500} | 0",
                "{slowerThan: 1s} | 0",
                "{minStatus: 0, slowerThan: 0s} | 100",
                "{minStatus: 500, samplePercent: 1} | 1",
                "{samplePercent: 0} | 0"
            })
    void howManyOfTheOthersAreLogged(String when, double percent) {
        Compiled compiled = compile(policy("p", "", "accessLog: {when: " + when + "}"));
        assertThat(compiled.snapshot().telemetry().log().samplePercent()).isEqualTo(percent);
    }

    @Test
    void credentialsAreMaskedWhateverIsAsked() {
        Compiled compiled = compile(policy(
                "p",
                "",
                "accessLog: {requestHeaders: [{name: Authorization}, {name: cookie, mode: Hash}, {name: a}]}"));
        assertThat(compiled.snapshot().telemetry().log().requestHeaders())
                .extracting(LoggedHeader::mode)
                .containsExactly(Mode.MASK, Mode.HASH, Mode.PLAIN);
    }

    @Test
    void equalOnesAreOneObject() {
        Compiled compiled =
                compile(logging("p", target("Service", "cart"), "x"), logging("q", target("Service", "web"), "x"));
        Telemetry cart = rule(compiled, "/cart").backends().get(0).telemetry();
        assertThat(cart)
                .isSameAs(rule(compiled, "/").backends().get(0).telemetry())
                .isNotEqualTo(Telemetry.DEFAULT);
    }

    @Test
    void theVersionSaysWhenTheyChange() {
        String before = compile(logging("p", "", "x-a")).snapshot().version();
        assertThat(compile(logging("p", "", "x-a")).snapshot().version()).isEqualTo(before);
        assertThat(compile(logging("p", "", "x-b")).snapshot().version()).isNotEqualTo(before);
        String cart =
                sidecar("cart", logging("p", target("Service", "cart"), "x-a")).version();
        assertThat(sidecar("cart", logging("p", target("Service", "cart"), "x-b"))
                        .version())
                .isNotEqualTo(cart);
    }

    @Test
    void theOlderWinsATieAndTheLoserIsTold() {
        Compiled compiled = compile(
                logging("b", "", "x-b"),
                logging("a", "", "x-a").replace("name: a,", "name: a, creationTimestamp: \"2021-01-01T00:00:00Z\","),
                logging("d", target("Gateway", "gw"), "x-d"),
                logging("c", target("Gateway", "gw"), "x-c"));
        assertThat(headers(rule(compiled, "/").telemetry())).containsExactly("x-b", "x-c");
        assertThat(errors(compiled))
                .extracting(line -> line.substring(line.indexOf("error: ")))
                .containsExactlyInAnyOrder(
                        "error: Conflicted: everything already has TelemetryPolicy torii-system/b, which is older or first by name",
                        "error: Conflicted: Gateway infra/gw already has TelemetryPolicy infra/c,"
                                + " which is older or first by name");
    }

    /** Whoever may write in one namespace has no say in what is logged elsewhere. */
    @Test
    void withoutTargetsItIsForItsOwnNamespaceUnlessThatIsTheMeshs() {
        String own = logging("a", "", "x-a").replace("torii-system", "infra");
        String elsewhere = logging("b", "", "x-b").replace("torii-system", "shop");
        String twice = logging("c", target("Namespace", "infra"), "x-c");
        Compiled compiled = compile(own, elsewhere, twice);
        assertThat(headers(compiled.snapshot().telemetry())).isEmpty();
        assertThat(headers(rule(compiled, "/").telemetry())).containsExactly("x-a");
        assertThat(errors(compiled))
                .singleElement()
                .asString()
                .endsWith("Conflicted: namespace `infra` already has TelemetryPolicy infra/a,"
                        + " which is older or first by name");
    }

    @Test
    void whatItCannotBeForIsTold() {
        Compiled compiled = compile(
                policy("a", target("Gateway", "gv")),
                policy("b", part(target("HTTPRoute", "shop"), "carts")),
                policy("c", part(target("Service", "web"), "apy")),
                policy("d", target("Namespace", "shop")),
                policy("e", part(target("Namespace", "infra"), "x")),
                policy("f", target("TLSRoute", "shop")),
                policy("g", part(target("Gateway", "gw"), "htp")),
                policy("h", "{group: x.example, kind: Service, name: web}"));
        assertThat(errors(compiled))
                .extracting(line -> line.substring(line.indexOf("error: ")))
                .containsExactlyInAnyOrder(
                        "error: TargetNotFound: there is no Gateway infra/gv, did you mean `gw`?",
                        "error: TargetNotFound: HTTPRoute infra/shop has no rule named `carts`, did you mean `cart`?",
                        "error: TargetNotFound: Service infra/web has no port named `apy`, did you mean `api`?",
                        "error: Invalid: a policy can be for its own namespace only: this one is in `infra`,"
                                + " and would have to be in `shop`",
                        "error: Invalid: a Namespace has no parts",
                        "error: Invalid: the target must be one of Gateway, HTTPRoute, GRPCRoute, Service, Namespace,"
                                + " not a TLSRoute",
                        "error: TargetNotFound: Gateway infra/gw has no listener named `htp`, did you mean `http`?",
                        "error: Invalid: the target must be one of Gateway, HTTPRoute, GRPCRoute, Service, Namespace,"
                                + " not a Service");
    }

    @Test
    void grpcRoutesAndStreamsHaveThemToo() {
        Compiled compiled = Fixture.compile(
                gateway("gw", "- {name: http, port: 80, protocol: HTTP}", "- {name: tcp, port: 99, protocol: TCP}"),
                route(
                        "GRPCRoute",
                        "infra",
                        "calls",
                        "parentRefs: [{name: gw, sectionName: http}]",
                        "rules:",
                        "- {name: one, backendRefs: [{name: cart, port: 80}]}"),
                route(
                        "TCPRoute",
                        "infra",
                        "bytes",
                        "parentRefs: [{name: gw, sectionName: tcp}]",
                        "rules:",
                        "- backendRefs: [{name: cart, port: 80}]"),
                CART,
                logging("p1", part(target("GRPCRoute", "calls"), "one"), "x-rule"),
                logging("p2", target("Service", "cart"), "x-service"),
                logging("p3", part(target("Gateway", "gw"), "tcp"), "x-tcp"));
        assertThat(errors(compiled)).isEmpty();
        Rule call = Fixture.port(compiled.snapshot(), 80)
                .listeners()
                .get(0)
                .routes()
                .rules()
                .get(0);
        assertThat(headers(call.telemetry())).containsExactly("x-rule");
        assertThat(headers(call.backends().get(0).telemetry())).containsExactly("x-rule", "x-service");
        Listener tcp = Fixture.port(compiled.snapshot(), 99).listeners().get(0);
        assertThat(headers(tcp.telemetry())).containsExactly("x-tcp");
        assertThat(headers(tcp.streams().routes().get(0).backends().get(0).telemetry()))
                .containsExactly("x-tcp", "x-service");
    }
}
