package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.annotatedGateway;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.conditions;
import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.listener;
import static dev.torii.config.compile.Fixture.served;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Port.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenersTest {

    private static final String[] GOOD = {
        "Accepted=True Accepted", "ResolvedRefs=True ResolvedRefs", "Programmed=True Programmed"
    };

    @Test
    void aPlainListenerIsServedEvenWithoutRoutes() {
        Compiled compiled = compile(gateway("gw", "- {name: http, port: 80, protocol: HTTP}"));
        assertThat(conditions(listener(compiled, "gw", "http"))).containsExactly(GOOD);
        assertThat(listener(compiled, "gw", "http").supportedKinds()).containsExactly("HTTPRoute", "GRPCRoute");
        assertThat(conditions(compiled, "Gateway", "gw"))
                .containsExactly("Accepted=True Accepted", "Programmed=True Programmed");
        assertThat(served(compiled, 80)).containsExactly("infra/gw/http");
    }

    /** GatewayListenerUnsupportedProtocol. */
    @Test
    void anUnsupportedProtocolIsRefused() {
        String invalid = "- {name: invalid, port: 1111, protocol: INVALID}";
        Compiled alone = compile(gateway("gw", invalid));
        assertThat(conditions(alone, "Gateway", "gw"))
                .containsExactly("Accepted=False ListenersNotValid", "Programmed=False Invalid");
        Status status = listener(alone, "gw", "invalid");
        assertThat(conditions(status)).contains("Accepted=False UnsupportedProtocol", "Programmed=False Invalid");
        assertThat(status.supportedKinds()).isEmpty();
        assertThat(alone.snapshot().ports()).isEmpty();

        Compiled mixed = compile(gateway("gw", "- {name: http, port: 80, protocol: HTTP}", invalid));
        assertThat(conditions(mixed, "Gateway", "gw"))
                .containsExactly("Accepted=True ListenersNotValid", "Programmed=True Programmed");
        assertThat(conditions(listener(mixed, "gw", "http"))).containsExactly(GOOD);
        assertThat(served(mixed, 80)).containsExactly("infra/gw/http");
    }

    /** GatewayInvalidRouteKind, TLSRouteListenerPassthroughSupportedKinds. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "protocol: HTTP, allowedRoutes: {kinds: [{kind: InvalidRoute}]} | []",
                "protocol: HTTP, allowedRoutes: {kinds: [{kind: InvalidRoute}, {kind: HTTPRoute}]} | [HTTPRoute]",
                "protocol: HTTP, allowedRoutes: {kinds: [{kind: HTTPRoute, group: other.io}]} | []",
                "protocol: TLS, tls: {mode: Passthrough}, allowedRoutes: {kinds: [{kind: TCPRoute}, {kind: TLSRoute}]} | [TLSRoute]",
            })
    void unsupportedRouteKindsAreLeftOut(String spec, String kinds) {
        Compiled compiled = compile(gateway("gw", "- {name: l, port: 80, " + spec + "}"));
        Status status = listener(compiled, "gw", "l");
        assertThat(conditions(status)).contains("Accepted=True Accepted", "ResolvedRefs=False InvalidRouteKinds");
        assertThat(status.supportedKinds()).hasToString(kinds);
        assertThat(errors(compiled)).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "protocol: TLS, tls: {mode: Passthrough} | [TLSRoute] | TLS",
                "protocol: TCP | [TCPRoute] | TCP",
                "protocol: HTTP | [HTTPRoute, GRPCRoute] | HTTP",
            })
    void eachProtocolHasItsKindsAndItsWire(String spec, String kinds, Wire wire) {
        Compiled compiled = compile(gateway("gw", "- {name: l, port: 80, " + spec + "}"));
        assertThat(listener(compiled, "gw", "l").supportedKinds()).hasToString(kinds);
        assertThat(Fixture.port(compiled.snapshot(), 80).wire()).isEqualTo(wire);
    }

    @Test
    void listenersThatSpeakDifferentlyCannotShareAPort() {
        Compiled compiled = compile(gateway(
                "gw",
                "- {name: a, port: 80, protocol: HTTP, hostname: a.example}",
                "- {name: b, port: 80, protocol: HTTP, hostname: b.example}",
                "- {name: c, port: 80, protocol: TCP}",
                "- {name: d, port: 81, protocol: HTTP}"));
        for (String name : new String[] {"a", "b", "c"}) {
            assertThat(conditions(listener(compiled, "gw", name)))
                    .containsExactly(
                            "Accepted=False ProtocolConflict",
                            "ResolvedRefs=True ResolvedRefs",
                            "Programmed=False ProtocolConflict",
                            "Conflicted=True ProtocolConflict");
        }
        assertThat(served(compiled, 80)).isEmpty();
        assertThat(served(compiled, 81)).containsExactly("infra/gw/d");
    }

    /** HTTPS and TLS are different protocols, so the manifest's own rules allow the same hostname twice. */
    @Test
    void withinAGatewayAllWithTheSameHostnameLose() {
        Compiled compiled = compile(gateway(
                "gw",
                "- {name: a, port: 443, protocol: TLS, hostname: a.example, tls: {mode: Passthrough}}",
                "- {name: b, port: 443, protocol: HTTPS, hostname: a.example, tls: {certificateRefs: [{name: c}]}}",
                "- {name: c, port: 443, protocol: TLS, hostname: c.example, tls: {mode: Passthrough}}"));
        assertThat(conditions(listener(compiled, "gw", "a"))).contains("Conflicted=True HostnameConflict");
        assertThat(conditions(listener(compiled, "gw", "b"))).contains("Conflicted=True HostnameConflict");
        assertThat(served(compiled, 443)).containsExactly("infra/gw/c");
    }

    @Test
    void gatewaysShareAPortAndTheFirstKeepsAnEqualHostname() {
        Compiled compiled = compile(
                gateway(
                        "b",
                        "- {name: all, port: 80, protocol: HTTP}",
                        "- {name: x, port: 80, protocol: HTTP, hostname: x.io}"),
                gateway("a", "- {name: all, port: 80, protocol: HTTP}"),
                gateway("c", "- {name: tcp, port: 80, protocol: TCP}"));
        assertThat(served(compiled, 80)).containsExactly("infra/b/x", "infra/a/all");
        assertThat(conditions(listener(compiled, "b", "all"))).contains("Conflicted=True HostnameConflict");
        assertThat(conditions(listener(compiled, "c", "tcp"))).contains("Conflicted=True ProtocolConflict");
        assertThat(conditions(compiled, "Gateway", "b"))
                .containsExactly("Accepted=True ListenersNotValid", "Programmed=True Programmed");
        assertThat(errors(compiled))
                .anyMatch(each -> each.endsWith("HostnameConflict: every hostname on port 80 is taken by listener"
                        + " `infra/a/all`, which comes first"))
                .anyMatch(each -> each.contains("ProtocolConflict: port 80 is taken by HTTP listener `infra/a/all`"));
    }

    @Test
    void theOlderGatewayIsFirstWhateverItsName() {
        String older = gateway("z", "- {name: http, port: 80, protocol: HTTP}")
                .replace("name: z,", "name: z, creationTimestamp: \"2020-01-01T00:00:00Z\",");
        String younger = gateway("a", "- {name: http, port: 80, protocol: HTTP}")
                .replace("name: a,", "name: a, creationTimestamp: \"2024-01-01T00:00:00Z\",");
        assertThat(served(compile(younger, older), 80)).containsExactly("infra/z/http");
    }

    /** GatewayInvalidParametersRef, GatewayStaticAddresses. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "infrastructure: {parametersRef: {group: a.io, kind: B, name: c}} | InvalidParameters",
                "addresses: [{type: test/unknown, value: x}] | UnsupportedAddress",
            })
    void whatIsWrongWithHowAGatewayRunsTakesNothingFromThoseWhoAreServed(String spec, String reason) {
        Compiled compiled = compile(gateway("gw", "- {name: http, port: 80, protocol: HTTP}") + "  " + spec);
        assertThat(conditions(compiled, "Gateway", "gw"))
                .containsExactly("Accepted=False " + reason, "Programmed=False Invalid");
        assertThat(served(compiled, 80)).containsExactly("infra/gw/http");
    }

    @Test
    void aListenerThatShouldCheckClientCertificatesIsNotServedWithoutThat() {
        String frontend = "  tls: {frontend: {default: {validation: {caCertificateRefs:"
                + " [{group: \"\", kind: ConfigMap, name: ca}]}}}}";
        Compiled compiled = compile(gateway(
                        "gw",
                        "- {name: http, port: 80, protocol: HTTP}",
                        "- {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}")
                + frontend);
        assertThat(conditions(listener(compiled, "gw", "https"))).contains("Accepted=False NoValidCACertificate");
        assertThat(served(compiled, 443)).isEmpty();
        assertThat(served(compiled, 80)).containsExactly("infra/gw/http");
    }

    @Test
    void annotationsAreTheListenersSettings() {
        Compiled compiled = compile(annotatedGateway("gw", """
                {torii.dev/trusted-hops: "2", torii.dev/keep-request-id: "true", torii.dev/max-body-bytes: "1000",
                    torii.dev/idle-timeout: 1m30s, torii.dev/header-timeout: "0s"}""", "- {name: http, port: 80, protocol: HTTP}"));
        var settings = Fixture.port(compiled.snapshot(), 80).listeners().get(0).settings();
        assertThat(settings.trustedHops()).isEqualTo(2);
        assertThat(settings.keepRequestId()).isTrue();
        assertThat(settings.allowConnect()).isFalse();
        assertThat(settings.maxBodyBytes()).isEqualTo(1000);
        assertThat(settings.idleTimeoutMs()).isEqualTo(90_000);
        assertThat(settings.headerTimeoutMs()).isZero();
        assertThat(compiled.findings()).isEmpty();
    }

    @Test
    void wrongAnnotationsAreToldAndTheUsualStays() {
        Compiled compiled = compile(annotatedGateway(
                "gw",
                "{torii.dev/trusted-hops: many, torii.dev/max-headers: \"0\", torii.dev/allow-connect: \"yes\","
                        + " torii.dev/idle-timeout: 5 minutes, torii.dev/idle-timout: 5s, torii.dev/split-by: \"header:x\"}",
                "- {name: http, port: 80, protocol: HTTP}"));
        assertThat(Fixture.port(compiled.snapshot(), 80).listeners().get(0).settings())
                .isEqualTo(dev.torii.routing.ListenerSettings.DEFAULT);
        assertThat(errors(compiled)).hasSize(4).allMatch(each -> each.contains("error: InvalidValue: `torii.dev/"));
        assertThat(Fixture.warnings(compiled))
                .anyMatch(each -> each.contains("`torii.dev/idle-timout`, did you mean `torii.dev/idle-timeout`?"))
                .anyMatch(each -> each.endsWith("`torii.dev/split-by`, it belongs on a GRPCRoute or HTTPRoute"));
    }
}
