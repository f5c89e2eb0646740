package dev.torii.config;

import java.util.Comparator;

/**
 * One thing to tell the author of a manifest.
 *
 * @param reason a CamelCase word, the Gateway API's own condition reason where there is one ({@code RefNotPermitted}),
 *     else one of ours ({@code UnknownField}, {@code InvalidValue})
 * @param message one line, for people
 * @param object {@code Kind namespace/name}; {@code ""} when the finding is about a file
 */
public record Finding(Severity severity, Position position, String reason, String message, String object)
        implements Comparable<Finding> {

    private static final Comparator<Finding> ORDER = Comparator.comparing(Finding::position)
            .thenComparing(Finding::severity)
            .thenComparing(Finding::reason)
            .thenComparing(Finding::message)
            .thenComparing(Finding::object);

    /** Errors make {@code check} fail; warnings do not. */
    public enum Severity {
        ERROR("error"),
        WARNING("warning");

        private final String word;

        Severity(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    public static Finding error(Position position, String reason, String message, String object) {
        return new Finding(Severity.ERROR, position, reason, message, object);
    }

    public static Finding warning(Position position, String reason, String message, String object) {
        return new Finding(Severity.WARNING, position, reason, message, object);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** By file, line and column. */
    @Override
    public int compareTo(Finding other) {
        return ORDER.compare(this, other);
    }

    /** {@code file:line:column: severity: reason: message}. */
    @Override
    public String toString() {
        return position + ": " + severity + ": " + reason + ": " + message;
    }
}
