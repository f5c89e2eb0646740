package dev.torii.sidecar.capture;

/** Why rules could not be read or changed: one line for the person at the keyboard, with what to do about it. */
public final class CaptureException extends Exception {

    private static final long serialVersionUID = 1;

    CaptureException(String message) {
        super(message, null, false, false);
    }
}
