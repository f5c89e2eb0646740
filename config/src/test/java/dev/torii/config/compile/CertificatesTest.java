package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.conditions;
import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.grant;
import static dev.torii.config.compile.Fixture.listener;
import static dev.torii.config.compile.Fixture.secret;
import static dev.torii.config.compile.Fixture.served;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Certificates;
import dev.torii.testkit.Certificates.Leaf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificatesTest {

    private static final Certificates CA = Certificates.authority("test");
    private static final Leaf LEAF = CA.issue("shop.example");
    private static final String SECRET = secret("infra", "cert", LEAF.certificatePem(), LEAF.keyPem());

    private static String https(String ref) {
        return gateway("gw", "- {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [" + ref + "]}}");
    }

    private static void isInvalid(Compiled compiled, String reason) {
        assertThat(conditions(listener(compiled, "gw", "https")))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=False " + reason, "Programmed=False Invalid");
        assertThat(listener(compiled, "gw", "https").supportedKinds()).contains("HTTPRoute");
        assertThat(conditions(compiled, "Gateway", "gw"))
                .containsExactly("Accepted=True Accepted", "Programmed=False Invalid");
        assertThat(compiled.snapshot().ports()).isEmpty();
    }

    @Test
    void aCertificateWithItsKeyIsServed() {
        Compiled compiled = compile(https("{name: cert}"), SECRET);
        assertThat(compiled.findings()).isEmpty();
        assertThat(served(compiled, 443)).containsExactly("infra/gw/https");
        var pair = Fixture.port(compiled.snapshot(), 443)
                .listeners()
                .get(0)
                .certificates()
                .get(0);
        assertThat(pair.name()).isEqualTo("infra/cert");
        assertThat(pair.certificatePem()).startsWith("-----BEGIN CERTIFICATE-----\n");
        assertThat(pair.keyPem()).startsWith("-----BEGIN PRIVATE KEY-----\n");
        assertThat(compiled.toString()).doesNotContain("PRIVATE");
    }

    /** GatewayInvalidTLSConfiguration. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{name: missing}",
                "{group: wrong.io, name: cert}",
                "{kind: ConfigMap, name: cert}",
                "{name: garbage}"
            })
    void whatIsNoCertificateIsInvalid(String ref) {
        isInvalid(compile(https(ref), SECRET, secret("infra", "garbage", "hello", "world")), "InvalidCertificateRef");
    }

    @Test
    void aMissingSecretIsToldWithTheNearestName() {
        assertThat(errors(compile(https("{name: cer}"), SECRET)))
                .containsExactly("test.yaml:6:71: error: InvalidCertificateRef: there is no Secret infra/cer,"
                        + " did you mean `cert`?");
    }

    @Test
    void aKeyOfAnotherCertificateIsInvalid() {
        Leaf other = CA.issue("other.example");
        Compiled compiled =
                compile(https("{name: cert}"), secret("infra", "cert", LEAF.certificatePem(), other.keyPem()));
        isInvalid(compiled, "InvalidCertificateRef");
        assertThat(errors(compiled).get(0))
                .endsWith("Secret infra/cert: the private key does not belong to the (first) certificate");
        Leaf rsa = CA.issueRsa("rsa.example");
        isInvalid(
                compile(https("{name: cert}"), secret("infra", "cert", LEAF.certificatePem(), rsa.keyPem())),
                "InvalidCertificateRef");
        isInvalid(
                compile(https("{name: cert}"), secret("infra", "cert", rsa.certificatePem(), LEAF.keyPem())),
                "InvalidCertificateRef");
    }

    @Test
    void rsaKeysAreServedToo() {
        Leaf rsa = CA.issueRsa("rsa.example");
        Compiled compiled = compile(https("{name: cert}"), secret("infra", "cert", rsa.certificatePem(), rsa.keyPem()));
        assertThat(served(compiled, 443)).containsExactly("infra/gw/https");
    }

    @Test
    void anotherNamespaceNeedsAGrantForGateways() {
        String elsewhere = secret("web", "cert", LEAF.certificatePem(), LEAF.keyPem());
        String ref = "{name: cert, namespace: web}";
        isInvalid(compile(https(ref), elsewhere), "RefNotPermitted");
        String fromRoutes = "{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra}";
        isInvalid(
                compile(https(ref), elsewhere, grant("web", fromRoutes, "{group: \"\", kind: Secret}")),
                "RefNotPermitted");
        String fromGateways = "{group: gateway.networking.k8s.io, kind: Gateway, namespace: infra}";
        Compiled granted = compile(https(ref), elsewhere, grant("web", fromGateways, "{group: \"\", kind: Secret}"));
        assertThat(conditions(listener(granted, "gw", "https")))
                .containsExactly(
                        "Accepted=True Accepted", "ResolvedRefs=True ResolvedRefs", "Programmed=True Programmed");
    }

    /** RefNotPermitted wins over InvalidCertificateRef, and what is valid is served all the same. */
    @Test
    void oneOfSeveralCertificatesMayBeWrong() {
        Compiled compiled = compile(https("{name: cert, namespace: web}, {name: missing}, {name: cert}"), SECRET);
        assertThat(conditions(listener(compiled, "gw", "https")))
                .containsExactly(
                        "Accepted=True Accepted", "ResolvedRefs=False RefNotPermitted", "Programmed=True Programmed");
        assertThat(served(compiled, 443)).containsExactly("infra/gw/https");
    }

    @Test
    void overlappingHostnamesAreMentioned() {
        Compiled compiled = compile(
                gateway(
                        "gw",
                        "- {name: all, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}]}}",
                        "- {name: wild, port: 443, protocol: HTTPS, hostname: \"*.a.io\", tls: {certificateRefs: [{name: cert}]}}",
                        "- {name: pass, port: 443, protocol: TLS, hostname: \"x.a.io\", tls: {mode: Passthrough}}"),
                SECRET);
        assertThat(conditions(listener(compiled, "gw", "all")))
                .contains("Accepted=True Accepted", "OverlappingTLSConfig=True OverlappingHostnames");
        assertThat(conditions(listener(compiled, "gw", "wild")))
                .contains("OverlappingTLSConfig=True OverlappingHostnames");
        assertThat(conditions(listener(compiled, "gw", "pass"))).noneMatch(each -> each.startsWith("Overlapping"));
        assertThat(served(compiled, 443)).containsExactly("infra/gw/pass", "infra/gw/wild", "infra/gw/all");
    }
}
