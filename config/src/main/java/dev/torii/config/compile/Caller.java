package dev.torii.config.compile;

import dev.torii.routing.KeyPair;
import org.jspecify.annotations.Nullable;

/**
 * Who reaches a Service: a Gateway, or a sidecar.
 *
 * @param gateway {@code namespace/name}; {@code ""} for a sidecar
 * @param clientCertificate to present to TLS backends; null when none is configured
 */
record Caller(String gateway, @Nullable Outcome<KeyPair> clientCertificate) {

    static final Caller SIDECAR = new Caller("", null);

    /** An app must not notice its sidecar, so what is not declared is said as the app says it. */
    boolean isSidecar() {
        return gateway.isEmpty();
    }
}
