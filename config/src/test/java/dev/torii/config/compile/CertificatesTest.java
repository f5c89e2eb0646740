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

import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.ManifestReader;
import dev.torii.routing.KeyPair;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.Certificates.Leaf;
import java.time.Instant;
import java.util.List;
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
                .containsExactly(
                        "Accepted=True Accepted",
                        "Programmed=False Invalid",
                        "ResolvedRefs=False ListenersNotResolved");
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

    /** A compiler that compiles again remembers what it found out about a Secret, for as long as that says the same. */
    @Test
    void aSecretThatChangesIsReadAgain() {
        SnapshotCompiler same = new SnapshotCompiler();
        Leaf other = CA.issue("shop.example");
        String broken = secret("infra", "cert", LEAF.certificatePem(), other.keyPem());
        String next = secret("infra", "cert", other.certificatePem(), other.keyPem());
        for (String secret : List.of(SECRET, broken, next, SECRET, "", next)) {
            ResourceSet resources = ManifestReader.parse("test.yaml", Fixture.yaml(https("{name: cert}"), secret))
                    .resources();
            Compiled anew = new SnapshotCompiler().compile(resources);
            Compiled again = same.compile(resources);
            assertThat(again.snapshot()).isEqualTo(anew.snapshot());
            assertThat(again.statuses()).isEqualTo(anew.statuses());
            assertThat(again.snapshot().ports()).hasSize(secret.equals(broken) || secret.isEmpty() ? 0 : 1);
        }
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

    /** All of them at once: each is one line, at the reference. */
    @Test
    void eachBadCertificateIsOneLine() {
        String cut = LEAF.certificatePem().substring(0, 200);
        Compiled compiled = compile(
                https(
                        "{name: garbage}, {name: cut}, {name: keyless}, {name: encrypted}, {name: swapped}, {name: gone}"),
                secret("infra", "garbage", "hello", "world"),
                secret("infra", "cut", cut, LEAF.keyPem()),
                secret("infra", "keyless", LEAF.certificatePem(), LEAF.certificatePem()),
                secret(
                        "infra",
                        "encrypted",
                        LEAF.certificatePem(),
                        LEAF.keyPem().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")),
                secret("infra", "swapped", LEAF.keyPem(), LEAF.certificatePem()));
        assertThat(errors(compiled))
                .hasSize(6)
                .allSatisfy(line -> assertThat(line).matches("test\\.yaml:6:\\d+: error: InvalidCertificateRef: .*"))
                .extracting(line -> line.replaceFirst(".*InvalidCertificateRef: ", ""))
                .containsExactly(
                        "Secret infra/garbage: there is no PEM block of a certificate",
                        "Secret infra/cut: a PEM block does not end",
                        "Secret infra/keyless: there is no PEM block of a private key",
                        "Secret infra/encrypted: the private key is encrypted",
                        "Secret infra/swapped: there is no PEM block of a certificate",
                        "there is no Secret infra/gone");
    }

    @Test
    void anExpiredCertificateIsServedWithAWarning() {
        Leaf expired = CA.issueExpired("shop.example");
        Compiled compiled =
                compile(https("{name: cert}"), secret("infra", "cert", expired.certificatePem(), expired.keyPem()));
        assertThat(errors(compiled)).isEmpty();
        assertThat(Fixture.warnings(compiled))
                .containsExactly("test.yaml:6:71: warning: CertificateNotValid: Secret infra/cert: the certificate has"
                        + " expired at " + expired.certificate().getNotAfter().toInstant());
        assertThat(served(compiled, 443)).containsExactly("infra/gw/https");
    }

    @Test
    void aCertificateOfTheFutureIsServedWithAWarning() {
        Instant begin = LEAF.certificate().getNotBefore().toInstant();
        ResourceSet resources = ManifestReader.parse("test.yaml", https("{name: cert}") + "\n---\n" + SECRET)
                .resources();
        Compiled compiled = new SnapshotCompiler(() -> begin.minusSeconds(1)).compile(resources);
        assertThat(Fixture.warnings(compiled))
                .containsExactly("test.yaml:6:71: warning: CertificateNotValid: Secret infra/cert: the certificate is"
                        + " not valid before " + begin);
        Compiled later = new SnapshotCompiler(() -> begin).compile(resources);
        assertThat(later.findings()).isEmpty();
        assertThat(later.snapshot()).isEqualTo(compiled.snapshot());
    }

    @Test
    void twoKindsOfCertificatesStandSideBySide() {
        Leaf rsa = CA.issueRsa("shop.example");
        Compiled compiled = compile(
                https("{name: cert}, {name: rsa}"), SECRET, secret("infra", "rsa", rsa.certificatePem(), rsa.keyPem()));
        assertThat(compiled.findings()).isEmpty();
        assertThat(Fixture.port(compiled.snapshot(), 443).listeners().get(0).certificates())
                .extracting(KeyPair::name)
                .containsExactly("infra/cert", "infra/rsa");
    }

    /** What serves stays; the status tells. */
    @Test
    void aSecretThatGoesOrBreaksTakesNothingFromThoseServed() {
        Compiled before = compile(https("{name: cert}"), SECRET);
        for (String after : List.of("", secret("infra", "cert", "hello", "world"))) {
            ResourceSet resources = ManifestReader.parse("test.yaml", https("{name: cert}") + "\n---\n" + after)
                    .resources();
            Compiled compiled = new SnapshotCompiler().compile(resources, before.snapshot());
            assertThat(compiled.snapshot()).isEqualTo(before.snapshot());
            assertThat(conditions(listener(compiled, "gw", "https")))
                    .containsExactly(
                            "Accepted=True Accepted",
                            "ResolvedRefs=False InvalidCertificateRef",
                            "Programmed=True Programmed");
            assertThat(errors(compiled))
                    .hasSize(1)
                    .allMatch(line -> line.endsWith("; what it held before is served still"));
        }
    }

    @Test
    void aGrantThatGoesTakesItsCertificateAway() {
        String elsewhere = secret("web", "cert", LEAF.certificatePem(), LEAF.keyPem());
        String ref = "{name: cert, namespace: web}";
        String fromGateways = "{group: gateway.networking.k8s.io, kind: Gateway, namespace: infra}";
        Compiled before = compile(https(ref), elsewhere, grant("web", fromGateways, "{group: \"\", kind: Secret}"));
        ResourceSet resources = ManifestReader.parse("test.yaml", https(ref) + "\n---\n" + elsewhere)
                .resources();
        isInvalid(new SnapshotCompiler().compile(resources, before.snapshot()), "RefNotPermitted");
    }
}
