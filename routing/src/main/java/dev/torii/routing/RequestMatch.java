package dev.torii.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one {@code matches[]} entry, all of which must hold. Source: Gateway API {@code HTTPRouteMatch}; a
 * {@code GRPCRouteMatch} becomes one with the path {@code /service/method}.
 *
 * @param method exact, upper case, or null for any
 * @param headers names lower case and unique (of duplicates in the config the first counts)
 * @param query names unique, case-sensitive
 */
public record RequestMatch(PathMatch path, @Nullable String method, List<NamedMatch> headers, List<NamedMatch> query) {

    public RequestMatch {
        headers = List.copyOf(headers);
        query = List.copyOf(query);
    }

    /** Whether a request fits; its host does not matter. */
    public boolean matches(RequestView request) {
        return path.matches(request.path()) && matchesBesidePath(request);
    }

    /** Whether everything but host and path fits; allocates nothing. */
    boolean matchesBesidePath(RequestView request) {
        return (method == null || method.equals(request.method()))
                && (headers.isEmpty() || headersMatch(request))
                && (query.isEmpty() || queryMatches(request));
    }

    private boolean headersMatch(RequestView request) {
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).matches(request.header(headers.get(i).name()))) {
                return false;
            }
        }
        return true;
    }

    private boolean queryMatches(RequestView request) {
        for (int i = 0; i < query.size(); i++) {
            if (!query.get(i).matches(request.query(query.get(i).name()))) {
                return false;
            }
        }
        return true;
    }

    /** A header or query parameter that must be there with a value that fits. */
    public record NamedMatch(String name, TextMatch value) {

        boolean matches(@Nullable String actual) {
            return actual != null && value.matches(actual);
        }
    }
}
