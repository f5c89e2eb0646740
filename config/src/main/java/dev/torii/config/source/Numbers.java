package dev.torii.config.source;

import org.jspecify.annotations.Nullable;

/** The numbers of YAML's core schema. */
final class Numbers {

    private Numbers() {}

    /** The value of {@code 12}, {@code -3}, {@code 0o17} or {@code 0x1f}; null when it does not fit a long. */
    static @Nullable Long integer(String text) {
        try {
            if (text.startsWith("0o")) {
                return Long.parseLong(text.substring(2), 8);
            }
            return text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The value of a number that may have a fraction; not-a-number when it has none. */
    static double decimal(String text) {
        Long whole = integer(text);
        if (whole != null) {
            return whole;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
