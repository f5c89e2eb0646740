package dev.torii.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to verify a TLS backend. Source: Gateway API {@code BackendTLSPolicy} and {@code Gateway.spec.tls.backend}.
 *
 * @param serverName sent as SNI, and checked against the certificate unless {@code subjectAltNames} are given
 * @param subjectAltNames any one of them must be in the certificate; empty checks {@code serverName}
 * @param caPem trusted CA certificates; null trusts the system's
 * @param clientCertificate what to present when asked, or null
 */
public record UpstreamTls(
        String serverName,
        List<SubjectAltName> subjectAltNames,
        @Nullable String caPem,
        @Nullable KeyPair clientCertificate) {

    public UpstreamTls {
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    public record SubjectAltName(Type type, String value) {
        public enum Type {
            HOSTNAME,
            URI
        }
    }
}
