package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.Gateway.ClientValidation;
import dev.torii.config.resource.Gateway.FrontendTls;
import dev.torii.config.resource.Gateway.PortValidation;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTPS listeners of a Gateway's port ask of their clients. Source: {@code spec.tls.frontend} of a Gateway. With
 * {@code AllowInsecureFallback} a client is served whatever it shows, and nobody behind learns what that was, so it is not
 * asked.
 *
 * @param authorities CA certificates, PEM, one of which must vouch for a client; null asks clients for nothing
 * @param rejected why such listeners cannot be served, or null
 * @param unresolved what of the references does not resolve, or null
 */
record FrontendValidation(
        @Nullable String authorities,
        @Nullable Problem rejected,
        @Nullable Problem unresolved) {

    private static final FrontendValidation NONE = new FrontendValidation(null, null, null);

    static FrontendValidation of(Gateway gateway, int port, References references, Findings findings) {
        FrontendTls frontend = gateway.frontendTls();
        if (frontend == null) {
            return NONE;
        }
        for (int i = 0; i < frontend.perPort().size(); i++) {
            PortValidation each = frontend.perPort().get(i);
            if (each.port() == port) {
                String field = "spec.tls.frontend.perPort[" + i + "].tls";
                return of(gateway, each.validation(), field, references, findings);
            }
        }
        return of(gateway, frontend.fallback(), "spec.tls.frontend.default", references, findings);
    }

    private static FrontendValidation of(
            Gateway gateway,
            @Nullable ClientValidation validation,
            String field,
            References references,
            Findings findings) {
        if (validation == null) {
            return NONE;
        }
        StringBuilder pem = new StringBuilder();
        Problem unresolved = null;
        for (int i = 0; i < validation.caCertificateRefs().size(); i++) {
            Outcome<String> outcome = references.authorities(
                    gateway, validation.caCertificateRefs().get(i), "InvalidCACertificateKind");
            if (outcome.problem() != null) {
                findings.error(gateway, field + ".validation.caCertificateRefs[" + i + "]", outcome.problem());
                unresolved = unresolved == null ? outcome.problem() : unresolved;
            } else {
                pem.append(outcome.value());
            }
        }
        if (pem.isEmpty()) {
            Problem problem =
                    new Problem("NoValidCACertificate", "none of the CA certificates for clients can be used");
            return new FrontendValidation(null, problem, unresolved);
        }
        return new FrontendValidation(validation.allowInsecureFallback() ? null : pem.toString(), null, unresolved);
    }
}
