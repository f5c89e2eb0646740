package dev.torii.config.resource;

import dev.torii.routing.HostPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gateway API {@code TLSRoute}. It has exactly one rule, so the rule's parts are the route's.
 *
 * @param hostnames server names, never empty
 * @param ruleName the rule's own name, or null
 * @param backendRefs at {@code spec.rules[0].backendRefs[i]}
 */
public record TlsRoute(
        Metadata metadata,
        List<ParentRef> parentRefs,
        List<HostPattern> hostnames,
        @Nullable String ruleName,
        List<BackendRef> backendRefs)
        implements Route {

    public TlsRoute {
        parentRefs = List.copyOf(parentRefs);
        hostnames = List.copyOf(hostnames);
        backendRefs = List.copyOf(backendRefs);
    }

    @Override
    public String kind() {
        return "TLSRoute";
    }
}
