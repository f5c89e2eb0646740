package dev.torii.config.resource;

import dev.torii.routing.RateLimit;
import java.util.List;

/**
 * Torii's {@code RateLimitPolicy}: limits on what a Gateway, route or Service takes.
 *
 * @param targetRefs what it is for; never empty
 * @param limits each of another name, at {@code spec.limits[i]}. Their ids are {@code namespace/policy/limit}: the target
 *     is still missing
 */
public record RateLimitPolicy(Metadata metadata, List<PolicyTarget> targetRefs, List<RateLimit> limits)
        implements Resource {

    public RateLimitPolicy {
        targetRefs = List.copyOf(targetRefs);
        limits = List.copyOf(limits);
    }

    @Override
    public String group() {
        return TORII_GROUP;
    }

    @Override
    public String kind() {
        return "RateLimitPolicy";
    }
}
