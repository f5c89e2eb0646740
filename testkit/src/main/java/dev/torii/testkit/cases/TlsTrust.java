package dev.torii.testkit.cases;

import dev.torii.testkit.TlsClients;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What the TLS clients of one {@code requests} section trust and present.
 *
 * @param trusting name of a certificate, or null when the section speaks no TLS
 */
record TlsTrust(CaseCertificates certificates, @Nullable String trusting) {

    String caPem() {
        if (trusting == null) {
            throw new IllegalArgumentException("TLS needs '=== requests to GATEWAY, trusting NAME'");
        }
        return certificates.certificate(trusting);
    }

    SSLContext context(@Nullable String clientCertificate) {
        return clientCertificate == null
                ? TlsClients.trusting(caPem())
                : TlsClients.presenting(
                        caPem(), certificates.certificate(clientCertificate), certificates.key(clientCertificate));
    }
}
