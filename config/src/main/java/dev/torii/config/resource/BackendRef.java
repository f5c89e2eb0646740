package dev.torii.config.resource;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A weighted destination of a rule. Source: Gateway API {@code BackendRef}.
 *
 * @param port of the Service (not of its pods); only null when the target is no Service
 * @param weight 0 gets nothing
 * @param filters applied when this backend was picked; always empty on TLS, TCP and mirrors
 */
public record BackendRef(ObjectRef target, @Nullable Integer port, int weight, List<RouteFilter> filters) {

    public BackendRef {
        filters = List.copyOf(filters);
    }
}
