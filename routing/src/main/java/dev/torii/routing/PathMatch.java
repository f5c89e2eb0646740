package dev.torii.routing;

import com.google.re2j.Pattern;

/**
 * How a path is matched. Paths are compared after normalisation, without the query, case-sensitively.
 */
public sealed interface PathMatch {

    /** The text as configured. */
    String value();

    /** The whole path. */
    record Exact(String value) implements PathMatch {}

    /**
     * Whole path elements from the start: {@code /abc} matches {@code /abc}, {@code /abc/} and {@code /abc/def}, not
     * {@code /abcd}.
     *
     * @param value without a trailing slash, except for {@code "/"} itself
     */
    record Prefix(String value) implements PathMatch {

        public Prefix {
            while (value.length() > 1 && value.endsWith("/")) {
                value = value.substring(0, value.length() - 1);
            }
        }
    }

    /** The whole path matches an RE2 expression (linear time, so a hostile expression or path cannot stall a thread). */
    record Regex(Pattern pattern) implements PathMatch {
        @Override
        public String value() {
            return pattern.pattern();
        }
    }
}
