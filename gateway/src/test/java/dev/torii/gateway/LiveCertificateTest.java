package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Certificates;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.TlsClients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate is renewed, broken and lost while it is served: clients see the first only. */
class LiveCertificateTest {

    private static final Certificates CA = Certificates.authority("Gateway CA");

    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw}
            spec:
              gatewayClassName: torii
              listeners:
              - {name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: cert}]}}
            """;

    private static final String LOST_ROUTE = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: lost}
            spec: {parentRefs: [{name: elsewhere}]}
            """;

    @TempDir
    private Path folder;

    private static String secret(String certificate, String key) {
        return """
                apiVersion: v1
                kind: Secret
                metadata: {name: cert}
                type: kubernetes.io/tls
                stringData:
                  tls.crt: |
                %s
                  tls.key: |
                %s""".formatted(certificate.indent(4), key.indent(4));
    }

    private static String secret(Certificates.Leaf leaf) {
        return secret(leaf.certificatePem(), leaf.keyPem());
    }

    private static Certificate shown(TestGateway gateway) {
        try (RawHttp client = RawHttp.connectTls(
                "127.0.0.1", gateway.port(443), TlsClients.trusting(CA.caPem()), "shop.example", List.of())) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
                            .readResponse()
                            .status())
                    .isEqualTo(404);
            return client.tls().getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            LockSupport.parkNanos(2_000_000);
        }
    }

    private static boolean errors(TestGateway gateway, int count) {
        return gateway.metrics().contains("torii_config_findings{severity=\"error\"} " + count);
    }

    @Test
    void whatIsServedIsRenewedButNotLost() throws IOException {
        Certificates.Leaf first = CA.issue("shop.example");
        Certificates.Leaf second = CA.issue("shop.example");
        Certificates.Leaf third = CA.issue("shop.example");
        TestGateway.write(folder, "gateway.yaml", GATEWAY);
        TestGateway.write(folder, "secret.yaml", secret(first));
        try (TestGateway gateway = new TestGateway(folder)) {
            assertThat(shown(gateway)).isEqualTo(first.certificate());

            gateway.write("secret.yaml", secret(second));
            until(() -> shown(gateway).equals(second.certificate()));

            gateway.write("secret.yaml", secret(third.certificatePem(), first.keyPem()));
            until(() -> errors(gateway, 1));
            assertThat(shown(gateway)).isEqualTo(second.certificate());

            Files.delete(folder.resolve("secret.yaml"));
            gateway.write("lost.yaml", LOST_ROUTE);
            until(() -> errors(gateway, 2));
            assertThat(shown(gateway)).isEqualTo(second.certificate());

            Files.delete(folder.resolve("lost.yaml"));
            gateway.write("secret.yaml", secret(third));
            until(() -> errors(gateway, 0));
            until(() -> shown(gateway).equals(third.certificate()));
        }
    }
}
