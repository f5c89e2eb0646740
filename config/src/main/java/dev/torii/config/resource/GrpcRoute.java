package dev.torii.config.resource;

import dev.torii.routing.HashKey;
import dev.torii.routing.HostPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gateway API {@code GRPCRoute}.
 *
 * @param rules at {@code spec.rules[i]}
 * @param splitBy from the annotation {@code torii.dev/split-by}, or null
 */
public record GrpcRoute(
        Metadata metadata,
        List<ParentRef> parentRefs,
        List<HostPattern> hostnames,
        List<RouteRule> rules,
        @Nullable HashKey splitBy)
        implements Route {

    public GrpcRoute {
        parentRefs = List.copyOf(parentRefs);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    @Override
    public String kind() {
        return "GRPCRoute";
    }
}
