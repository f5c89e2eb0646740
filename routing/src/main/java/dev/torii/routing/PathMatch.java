package dev.torii.routing;

import com.google.re2j.Pattern;

/**
 * How a path is matched. Paths are compared after normalisation, without the query, case-sensitively.
 */
public sealed interface PathMatch {

    /** The text as configured. */
    String value();

    /** Whether a normalised path fits. */
    boolean matches(String path);

    /** The whole path. */
    record Exact(String value) implements PathMatch {
        @Override
        public boolean matches(String path) {
            return value.equals(path);
        }
    }

    /**
     * Whole path elements from the start: {@code /abc} matches {@code /abc}, {@code /abc/} and {@code /abc/def}, not
     * {@code /abcd}.
     *
     * @param value without a trailing slash, except for {@code "/"} itself, which matches every path
     */
    record Prefix(String value) implements PathMatch {

        public Prefix {
            int end = value.length();
            while (end > 1 && value.charAt(end - 1) == '/') {
                end--;
            }
            value = end == 0 ? "/" : value.substring(0, end);
        }

        @Override
        public boolean matches(String path) {
            if (value.equals("/")) {
                return true;
            }
            return path.startsWith(value) && (path.length() == value.length() || path.charAt(value.length()) == '/');
        }
    }

    /** The whole path matches an RE2 expression (linear time, so a hostile expression or path cannot stall a thread). */
    record Regex(Pattern pattern) implements PathMatch {
        @Override
        public String value() {
            return pattern.pattern();
        }

        @Override
        public boolean matches(String path) {
            return pattern.matches(path);
        }
    }

    /**
     * {@code /any.service/method}: a GRPCRoute match that names a method and no service. It comes after all others,
     * since gRPC precedence counts the service's characters first.
     */
    record AnyService(TextMatch method) implements PathMatch {
        @Override
        public String value() {
            return "/*/" + method.value();
        }

        @Override
        public boolean matches(String path) {
            int slash = path.indexOf('/', 1);
            return slash > 1 && path.indexOf('/', slash + 1) < 0 && method.matches(path.substring(slash + 1));
        }
    }
}
