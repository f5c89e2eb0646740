package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.conditions;
import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.listener;
import static dev.torii.config.compile.Fixture.route;
import static dev.torii.config.compile.Fixture.secret;
import static dev.torii.config.compile.Fixture.service;
import static dev.torii.config.compile.Fixture.warnings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Listener;
import dev.torii.routing.Port;
import dev.torii.routing.StreamRoute;
import dev.torii.testkit.Certificates;
import org.junit.jupiter.api.Test;

class StreamsTest {

    private static final String PARENT = "parentRefs: [{name: gw}]";

    private static String tls(String name, String hosts, String backend) {
        return route(
                "TLSRoute", "infra", name, PARENT, "hostnames: " + hosts, "rules:", "- backendRefs: [" + backend + "]");
    }

    private static String tcp(String name, String parent, String backend) {
        return route(
                "TCPRoute",
                "infra",
                name,
                "parentRefs: [" + parent + "]",
                "rules:",
                "- backendRefs: [" + backend + "]");
    }

    private static String find(Compiled compiled, int number, String serverName) {
        Port port = Fixture.port(compiled.snapshot(), number);
        Listener listener = port.listenerFor(serverName);
        StreamRoute found = listener == null ? null : listener.streams().find(serverName);
        return found == null ? "none" : found.name();
    }

    /** TLSRouteHostnameIntersection. */
    @Test
    void serverNamesPickTheRoute() {
        String[] listeners = {"hostname: \"*.example.com\",", "hostname: \"*.com\",", ""};
        for (String host : listeners) {
            Compiled compiled = compile(
                    gateway("gw", "- {name: tls, port: 443, protocol: TLS, " + host + " tls: {mode: Passthrough}}"),
                    tls("one", "[abc.example.com]", "{name: b, port: 8080}"),
                    tls("two", "[\"*.com\"]", "{name: b, port: 8080}"),
                    service("b"));
            assertThat(find(compiled, 443, "abc.example.com")).isEqualTo("infra/one/0");
            assertThat(find(compiled, 443, "other.example.com")).isEqualTo("infra/two/0");
            assertThat(find(compiled, 443, "non.matching.org")).isEqualTo("none");
        }
    }

    /** TLSRouteInvalidNoMatchingListenerHostname. */
    @Test
    void serverNamesOutsideTheListenerAreNotAccepted() {
        Compiled compiled = compile(
                gateway("gw", "- {name: tls, port: 443, protocol: TLS, hostname: a.example, tls: {mode: Passthrough}}"),
                tls("one", "[b.example]", "{name: b, port: 8080}"),
                service("b"));
        assertThat(conditions(compiled, "TLSRoute", "one"))
                .containsExactly("Accepted=False NoMatchingListenerHostname", "ResolvedRefs=True ResolvedRefs");
        assertThat(listener(compiled, "gw", "tls").attachedRoutes()).isZero();
    }

    /** TLSRouteInvalidBackendRefNonexistent. */
    @Test
    void aBrokenBackendIsToldAndServedAsInvalid() {
        Compiled compiled = compile(
                gateway("gw", "- {name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}"),
                tls("one", "[a.example]", "{name: gone, port: 8080}"));
        assertThat(conditions(compiled, "TLSRoute", "one"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=False BackendNotFound");
        assertThat(Fixture.port(compiled.snapshot(), 443)
                        .listeners()
                        .get(0)
                        .streams()
                        .routes()
                        .get(0)
                        .backends())
                .extracting(b -> b.target().toString())
                .containsExactly("Invalid[detail=backend_not_found]");
    }

    /** TLSRouteMixedTerminationSameNamespace. */
    @Test
    void terminatedAndPassedThroughShareAPort() {
        var leaf = Certificates.authority("ca").issue("tls.example.com");
        Compiled compiled = compile(
                gateway(
                        "gw",
                        "- {name: end, port: 8883, protocol: TLS, hostname: tls.example.com,"
                                + " tls: {mode: Terminate, certificateRefs: [{name: cert}]}}",
                        "- {name: pass, port: 8883, protocol: TLS, hostname: abc.example.com, tls: {mode: Passthrough}}"),
                secret("infra", "cert", leaf.certificatePem(), leaf.keyPem()),
                tls("ends", "[tls.example.com]", "{name: b, port: 8080}"),
                tls("passes", "[abc.example.com]", "{name: b, port: 8080}"),
                service("b"));
        assertThat(compiled.findings()).isEmpty();
        assertThat(find(compiled, 8883, "tls.example.com")).isEqualTo("infra/ends/0");
        assertThat(find(compiled, 8883, "abc.example.com")).isEqualTo("infra/passes/0");
        assertThat(Fixture.port(compiled.snapshot(), 8883).listeners())
                .extracting(Listener::protocol)
                .containsExactlyInAnyOrder(Listener.Protocol.TLS_PASSTHROUGH, Listener.Protocol.TLS_TERMINATE);
        assertThat(listener(compiled, "gw", "end").attachedRoutes()).isEqualTo(1);
        assertThat(listener(compiled, "gw", "pass").attachedRoutes()).isEqualTo(1);
    }

    /** TCPRouteMultipleRoutesAttachment. */
    @Test
    void ofTwoTcpRoutesTheOldestIsServed() {
        Compiled compiled = compile(
                gateway("gw", "- {name: tcp, port: 9000, protocol: TCP}"),
                tcp("b-first", "{name: gw}", "{name: b, port: 8080}")
                        .replace("name: b-first,", "name: b-first, creationTimestamp: \"2020-01-01T00:00:00Z\","),
                tcp("a-second", "{name: gw}", "{name: b, port: 8080}")
                        .replace("name: a-second,", "name: a-second, creationTimestamp: \"2021-01-01T00:00:00Z\","),
                service("b"));
        assertThat(find(compiled, 9000, "")).isEqualTo("infra/b-first/0");
        assertThat(conditions(compiled, "TCPRoute", "a-second")).contains("Accepted=True Accepted");
        assertThat(listener(compiled, "gw", "tcp").attachedRoutes()).isEqualTo(2);
        assertThat(warnings(compiled))
                .singleElement()
                .asString()
                .contains("NotServed")
                .contains("infra/gw/tcp");
    }

    /** TCPRouteParentRefAttachAll, TCPRouteParentRefPortAndSectionName. */
    @Test
    void tcpRoutesAttachByPortSectionOrToAll() {
        Compiled compiled = compile(
                gateway(
                        "gw",
                        "- {name: one, port: 9001, protocol: TCP}",
                        "- {name: two, port: 9002, protocol: TCP}",
                        "- {name: three, port: 9003, protocol: TCP}"),
                tcp("all", "{name: gw}", "{name: b, port: 8080}"),
                tcp("by-port", "{name: gw, port: 9002}", "{name: b, port: 8080}"),
                tcp("by-both", "{name: gw, port: 9003, sectionName: three}", "{name: b, port: 8080}"),
                service("infra", "b", "{torii.dev/endpoints: \"127.0.0.1:1\"}", "- {port: 8080, appProtocol: mysql}"));
        assertThat(listener(compiled, "gw", "one").attachedRoutes()).isEqualTo(1);
        assertThat(listener(compiled, "gw", "two").attachedRoutes()).isEqualTo(2);
        assertThat(listener(compiled, "gw", "three").attachedRoutes()).isEqualTo(2);
        assertThat(Fixture.errors(compiled)).isEmpty();
    }
}
