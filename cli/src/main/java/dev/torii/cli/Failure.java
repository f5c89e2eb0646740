package dev.torii.cli;

/** What went wrong, in one line for the person at the keyboard; ends the command with {@link Torii#FAILURE}. */
final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message, null, false, false);
    }
}
