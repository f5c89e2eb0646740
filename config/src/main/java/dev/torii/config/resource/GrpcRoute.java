package dev.torii.config.resource;

import dev.torii.routing.HostPattern;
import java.util.List;

/**
 * Gateway API {@code GRPCRoute}.
 *
 * @param rules at {@code spec.rules[i]}
 */
public record GrpcRoute(
        Metadata metadata, List<ParentRef> parentRefs, List<HostPattern> hostnames, List<RouteRule> rules)
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
