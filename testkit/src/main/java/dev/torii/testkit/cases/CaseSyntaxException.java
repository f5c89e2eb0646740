package dev.torii.testkit.cases;

import java.nio.file.Path;

/** A case that cannot be read; the message begins with {@code file:line}. */
public final class CaseSyntaxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CaseSyntaxException(Path file, int line, String message) {
        super(file + ":" + line + ": " + message);
    }
}
