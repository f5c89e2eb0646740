package dev.torii.config.stream;

/** Something that is no {@link Message}. Its own message says what is wrong in one line that may be shown. */
public final class MalformedMessage extends Exception {

    private static final long serialVersionUID = 1;

    MalformedMessage(String line) {
        super(line, null, false, false);
    }
}
