package dev.torii.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule or backend does to a request or its answer, as data. Source: Gateway API {@code HTTPRouteFilter}. The data
 * plane turns a rule's list into a chain once, when a snapshot arrives.
 */
public sealed interface Filter {

    record RequestHeaders(HeaderChange change) implements Filter {}

    record ResponseHeaders(HeaderChange change) implements Filter {}

    /**
     * Sends a copy to another backend and ignores its answer.
     *
     * @param numerator of {@code denominator} requests are copied
     */
    record Mirror(Target target, int numerator, int denominator) implements Filter {}

    /**
     * Answers with a Location. Null parts keep what the request had; a null port means the well-known port of a
     * configured scheme, else the listener's.
     */
    record Redirect(
            @Nullable String scheme,
            @Nullable String hostname,
            @Nullable PathChange path,
            @Nullable Integer port,
            int status)
            implements Filter {

        public Redirect {
            WireText.check(scheme);
            WireText.check(hostname);
        }
    }

    /** Changes the host and path that the backend sees. */
    record Rewrite(@Nullable String hostname, @Nullable PathChange path) implements Filter {

        public Rewrite {
            WireText.check(hostname);
        }
    }

    /**
     * Answers preflights and marks answers for browsers.
     *
     * @param allowOrigins {@code scheme://host[:port]}, the host perhaps starting with {@code *.}; or a single {@code *}
     * @param maxAgeSeconds how long a browser may remember a preflight
     */
    record Cors(
            List<String> allowOrigins,
            boolean allowCredentials,
            List<String> allowMethods,
            List<String> allowHeaders,
            List<String> exposeHeaders,
            int maxAgeSeconds)
            implements Filter {

        public Cors {
            allowOrigins = List.copyOf(allowOrigins);
            allowMethods = List.copyOf(allowMethods);
            allowHeaders = List.copyOf(allowHeaders);
            exposeHeaders = List.copyOf(exposeHeaders);
            allowMethods.forEach(WireText::check);
            allowHeaders.forEach(WireText::check);
            exposeHeaders.forEach(WireText::check);
        }
    }
}
