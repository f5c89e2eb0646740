package dev.torii.routing;

import com.google.re2j.Pattern;

/** How a header or query value is matched. */
public sealed interface TextMatch {

    boolean matches(String actual);

    /** The text as configured. */
    String value();

    record Exact(String value) implements TextMatch {
        @Override
        public boolean matches(String actual) {
            return value.equals(actual);
        }
    }

    /** The whole value matches an RE2 expression. */
    record Regex(Pattern pattern) implements TextMatch {
        @Override
        public boolean matches(String actual) {
            return pattern.matches(actual);
        }

        @Override
        public String value() {
            return pattern.pattern();
        }
    }
}
