package dev.torii.proxy.tls;

/** A certificate or key that cannot be used. The message is one line for people and holds no key material. */
final class TlsMaterialException extends Exception {

    private static final long serialVersionUID = 1;

    TlsMaterialException(String message) {
        super(message);
    }
}
