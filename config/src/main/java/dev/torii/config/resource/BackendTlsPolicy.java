package dev.torii.config.resource;

import dev.torii.routing.UpstreamTls.SubjectAltName;
import java.util.List;

/**
 * Gateway API {@code BackendTLSPolicy}.
 *
 * @param caCertificateRefs at {@code spec.validation.caCertificateRefs[i]}; empty exactly when {@code systemTrust}
 * @param systemTrust {@code wellKnownCACertificates: System}
 * @param hostname the server name
 */
public record BackendTlsPolicy(
        Metadata metadata,
        List<PolicyTarget> targetRefs,
        List<ObjectRef> caCertificateRefs,
        boolean systemTrust,
        String hostname,
        List<SubjectAltName> subjectAltNames)
        implements Resource {

    public BackendTlsPolicy {
        targetRefs = List.copyOf(targetRefs);
        caCertificateRefs = List.copyOf(caCertificateRefs);
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    @Override
    public String group() {
        return GATEWAY_GROUP;
    }

    @Override
    public String kind() {
        return "BackendTLSPolicy";
    }
}
