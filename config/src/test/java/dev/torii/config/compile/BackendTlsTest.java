package dev.torii.config.compile;

import static dev.torii.config.compile.Fixture.GATEWAY;
import static dev.torii.config.compile.Fixture.compile;
import static dev.torii.config.compile.Fixture.conditions;
import static dev.torii.config.compile.Fixture.configMap;
import static dev.torii.config.compile.Fixture.errors;
import static dev.torii.config.compile.Fixture.gateway;
import static dev.torii.config.compile.Fixture.httpRoute;
import static dev.torii.config.compile.Fixture.route;
import static dev.torii.config.compile.Fixture.secret;
import static dev.torii.config.compile.Fixture.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Cluster;
import dev.torii.routing.KeyPair;
import dev.torii.routing.UpstreamTls;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.Certificates.Leaf;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendTlsTest {

    private static final Certificates CA = Certificates.authority("test");
    private static final String MAP = configMap("ca", CA.caPem());
    private static final String ROUTE = httpRoute(
            "shop",
            "parentRefs: [{name: gw}]",
            "rules:",
            "- matches: [{path: {value: /one}}]",
            "  backendRefs: [{name: b, port: 443}]",
            "- matches: [{path: {value: /two}}]",
            "  backendRefs: [{name: b, port: 444}]");
    private static final String SERVICE = service(
            "infra",
            "b",
            "{torii.dev/endpoints: \"127.0.0.1:9\"}",
            "- {name: one, port: 443}",
            "- {name: two, port: 444}");

    private static String policy(String name, String target, String hostname, String trust) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: BackendTLSPolicy
                metadata: {name: %s, namespace: infra}
                spec:
                  targetRefs: [{group: "", kind: Service, name: b%s}]
                  validation: {hostname: %s, %s}""".formatted(name, target, hostname, trust);
    }

    private static String trusting(String ref) {
        return "caCertificateRefs: [" + ref + "]";
    }

    private static final String TRUST_MAP = trusting("{group: \"\", kind: ConfigMap, name: ca}");

    private static Cluster cluster(Compiled compiled, String key) {
        return Objects.requireNonNull(compiled.snapshot().clusters().get(key), key);
    }

    private static UpstreamTls tls(Compiled compiled, String key) {
        return Objects.requireNonNull(cluster(compiled, key).tls());
    }

    @Test
    void aPolicySaysHowToVerify() {
        Compiled compiled = compile(
                GATEWAY,
                ROUTE,
                SERVICE,
                MAP,
                policy(
                        "p",
                        "",
                        "abc.example.com",
                        TRUST_MAP + ", subjectAltNames: [{type: URI, uri: \"spiffe://abc/x\"}]"));
        assertThat(compiled.findings()).isEmpty();
        UpstreamTls tls = tls(compiled, "infra/b:443");
        assertThat(tls.serverName()).isEqualTo("abc.example.com");
        assertThat(tls.caPem()).startsWith("-----BEGIN CERTIFICATE-----");
        assertThat(tls.subjectAltNames()).hasSize(1);
        assertThat(tls.clientCertificate()).isNull();
        assertThat(cluster(compiled, "infra/b:443").invalid()).isNull();
        assertThat(tls(compiled, "infra/b:444")).isEqualTo(tls);
        assertThat(conditions(compiled, "BackendTLSPolicy", "p"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=True ResolvedRefs");
        assertThat(compiled.statuses())
                .filteredOn(each -> each.kind().equals("BackendTLSPolicy"))
                .extracting(each -> each.parent().target().toString())
                .containsExactly("Gateway infra/gw");
    }

    @Test
    void theSystemsAuthoritiesMayBeTrusted() {
        Compiled compiled =
                compile(GATEWAY, ROUTE, SERVICE, policy("p", "", "abc.example.com", "wellKnownCACertificates: System"));
        assertThat(tls(compiled, "infra/b:443").caPem()).isNull();
        assertThat(cluster(compiled, "infra/b:443").invalid()).isNull();
    }

    /** BackendTLSPolicyInvalidCACertificateRef, BackendTLSPolicyInvalidKind. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{group: \"\", kind: ConfigMap, name: missing} | InvalidCACertificateRef",
                "{group: \"\", kind: ConfigMap, name: empty} | InvalidCACertificateRef",
                "{group: \"\", kind: ConfigMap, name: garbage} | InvalidCACertificateRef",
                "{group: unknown.io, kind: Thing, name: ca} | InvalidKind",
            },
            quoteCharacter = '`')
    void withoutAValidAuthorityRequestsFail(String ref, String reason) {
        Compiled compiled = compile(
                GATEWAY,
                ROUTE,
                SERVICE,
                configMap("empty", ""),
                configMap("garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
                policy("p", "", "abc.example.com", trusting(ref)));
        assertThat(conditions(compiled, "BackendTLSPolicy", "p"))
                .containsExactly("Accepted=False NoValidCACertificate", "ResolvedRefs=False " + reason);
        assertThat(cluster(compiled, "infra/b:443").invalid()).isEqualTo("backend_tls_invalid");
        assertThat(errors(compiled)).singleElement().asString().contains("error: " + reason);
    }

    @Test
    void oneValidAuthorityIsEnough() {
        Compiled compiled = compile(
                GATEWAY,
                ROUTE,
                SERVICE,
                MAP,
                policy(
                        "p",
                        "",
                        "abc.example.com",
                        trusting(
                                "{group: \"\", kind: ConfigMap, name: missing}, {group: \"\", kind: ConfigMap, name: ca}")));
        assertThat(conditions(compiled, "BackendTLSPolicy", "p"))
                .containsExactly("Accepted=True Accepted", "ResolvedRefs=False InvalidCACertificateRef");
        assertThat(cluster(compiled, "infra/b:443").invalid()).isNull();
    }

    /** BackendTLSPolicyConflictResolution. */
    @Test
    void theFirstPolicyOfATargetWinsAndANamedPortIsATargetOfItsOwn() {
        Compiled compiled = compile(
                GATEWAY,
                ROUTE,
                SERVICE,
                MAP,
                policy("b-general", "", "second.example.com", TRUST_MAP),
                policy("a-general", "", "first.example.com", TRUST_MAP),
                policy("specific", ", sectionName: two", "specific.example.com", TRUST_MAP));
        assertThat(tls(compiled, "infra/b:443").serverName()).isEqualTo("first.example.com");
        assertThat(tls(compiled, "infra/b:444").serverName()).isEqualTo("specific.example.com");
        assertThat(conditions(compiled, "BackendTLSPolicy", "a-general")).contains("Accepted=True Accepted");
        assertThat(conditions(compiled, "BackendTLSPolicy", "specific")).contains("Accepted=True Accepted");
        assertThat(conditions(compiled, "BackendTLSPolicy", "b-general")).contains("Accepted=False Conflicted");
        assertThat(errors(compiled))
                .singleElement()
                .asString()
                .endsWith("Conflicted: Service infra/b already has BackendTLSPolicy infra/a-general,"
                        + " which is older or first by name");
    }

    @Test
    void aTargetThatIsNotThereIsTold() {
        Compiled compiled =
                compile(GATEWAY, ROUTE, SERVICE, MAP, policy("p", ", sectionName: tow", "abc.example.com", TRUST_MAP));
        assertThat(conditions(compiled, "BackendTLSPolicy", "p")).contains("Accepted=False TargetNotFound");
        assertThat(errors(compiled)).singleElement().asString().endsWith("no port named `tow`, did you mean `two`?");
        assertThat(cluster(compiled, "infra/b:443").tls()).isNull();
    }

    @Test
    void aGatewaysClientCertificateIsPresentedByItsOwnClustersOnly() {
        Leaf leaf = CA.issue("client");
        String with = gateway("with", "- {name: http, port: 81, protocol: HTTP}")
                + "  tls: {backend: {clientCertificateRef: {name: client}}}";
        String route = ROUTE.replace("[{name: gw}]", "[{name: gw}, {name: with}]");
        Compiled compiled = compile(
                GATEWAY,
                with,
                route,
                SERVICE,
                MAP,
                policy("p", ", sectionName: one", "abc.example.com", TRUST_MAP),
                secret("infra", "client", leaf.certificatePem(), leaf.keyPem()));
        assertThat(compiled.snapshot().clusters())
                .containsOnlyKeys("infra/b:443", "infra/b:443#from=infra/with", "infra/b:444");
        assertThat(tls(compiled, "infra/b:443").clientCertificate()).isNull();
        assertThat(tls(compiled, "infra/b:443#from=infra/with").clientCertificate())
                .extracting(KeyPair::name)
                .isEqualTo("infra/client");
        assertThat(conditions(compiled, "Gateway", "with")).contains("ResolvedRefs=True ResolvedRefs");
    }

    /** GatewayInvalidTLSBackendConfiguration. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: missing} | InvalidClientCertificateRef",
                "{name: empty} | InvalidClientCertificateRef",
                "{group: wrong.io, name: empty} | InvalidClientCertificateRef",
                "{kind: ConfigMap, name: empty} | InvalidClientCertificateRef",
                "{name: empty, namespace: web} | RefNotPermitted",
            })
    void aClientCertificateThatIsNoneStopsTlsBackendsOnly(String ref, String reason) {
        Compiled compiled = compile(
                GATEWAY + "  tls: {backend: {clientCertificateRef: " + ref + "}}",
                ROUTE,
                SERVICE,
                MAP,
                policy("p", ", sectionName: one", "abc.example.com", TRUST_MAP),
                "{apiVersion: v1, kind: Secret, metadata: {name: empty, namespace: infra}, type: Opaque}");
        assertThat(conditions(compiled, "Gateway", "gw"))
                .containsExactly(
                        "Accepted=True Accepted", "Programmed=True Programmed", "ResolvedRefs=False " + reason);
        assertThat(cluster(compiled, "infra/b:443#from=infra/gw").invalid()).isEqualTo("client_certificate_invalid");
        assertThat(cluster(compiled, "infra/b:444").invalid()).isNull();
    }

    @Test
    void passedThroughConnectionsKeepTheirOwnTls() {
        Compiled compiled = compile(
                gateway(
                        "gw",
                        "- {name: http, port: 80, protocol: HTTP}",
                        "- {name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}"),
                ROUTE,
                route(
                        "TLSRoute",
                        "infra",
                        "pass",
                        "parentRefs: [{name: gw}]",
                        "hostnames: [abc.example.com]",
                        "rules:",
                        "- backendRefs: [{name: b, port: 443}]"),
                SERVICE,
                MAP,
                policy("p", "", "abc.example.com", TRUST_MAP));
        assertThat(cluster(compiled, "infra/b:443#raw").tls()).isNull();
        assertThat(cluster(compiled, "infra/b:443").tls()).isNotNull();
    }
}
