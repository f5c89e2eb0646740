package dev.torii.routing;

/**
 * A certificate chain with its private key, both PEM. The key never shows in {@link #toString()}.
 *
 * @param name where it came from, {@code namespace/secret}
 */
public record KeyPair(String name, String certificatePem, String keyPem) {

    @Override
    public String toString() {
        return "KeyPair[" + name + "]";
    }
}
