package dev.torii.config.resource;

import dev.torii.routing.HostPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gateway API {@code TCPRoute}. It has exactly one rule, so the rule's parts are the route's.
 *
 * @param ruleName the rule's own name, or null
 * @param backendRefs at {@code spec.rules[0].backendRefs[i]}
 */
public record TcpRoute(
        Metadata metadata,
        List<ParentRef> parentRefs,
        @Nullable String ruleName,
        List<BackendRef> backendRefs) implements Route {

    public TcpRoute {
        parentRefs = List.copyOf(parentRefs);
        backendRefs = List.copyOf(backendRefs);
    }

    @Override
    public List<HostPattern> hostnames() {
        return List.of();
    }

    @Override
    public String kind() {
        return "TCPRoute";
    }
}
