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

    /** A header or query parameter that must be there with a value that fits. */
    public record NamedMatch(String name, TextMatch value) {}
}
