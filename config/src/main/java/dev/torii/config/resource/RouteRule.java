package dev.torii.config.resource;

import dev.torii.routing.RequestMatch;
import dev.torii.routing.Retry;
import dev.torii.routing.SessionPersistence;
import dev.torii.routing.Timeouts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule of an HTTPRoute or GRPCRoute.
 *
 * @param name its own name, or null
 * @param matches never empty: without any, everything under {@code /}. A gRPC match has become one on the path
 *     {@code /service/method}
 * @param retry when to send a request again, or null
 * @param session with its name filled in, or null
 */
public record RouteRule(
        @Nullable String name,
        List<RequestMatch> matches,
        List<RouteFilter> filters,
        List<BackendRef> backendRefs,
        Timeouts timeouts,
        @Nullable Retry retry,
        @Nullable SessionPersistence session) {

    public RouteRule {
        matches = List.copyOf(matches);
        filters = List.copyOf(filters);
        backendRefs = List.copyOf(backendRefs);
    }
}
