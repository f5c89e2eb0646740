package dev.torii.proxy.tls;

/** A certificate or key that cannot be used. */
final class TlsMaterialException extends Exception {

    private static final long serialVersionUID = 1;

    private final String problem;

    TlsMaterialException(String problem) {
        super(problem);
        this.problem = problem;
    }

    /** One line for people, without key material. */
    String problem() {
        return problem;
    }
}
