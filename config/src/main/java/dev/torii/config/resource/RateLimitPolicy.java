package dev.torii.config.resource;

import java.util.List;

/**
 * Torii's {@code RateLimitPolicy}: limits on what a Gateway, route or Service takes. Checked, not served yet.
 *
 * @param targetRefs what it is for
 */
public record RateLimitPolicy(Metadata metadata, List<PolicyTarget> targetRefs) implements Resource {

    public RateLimitPolicy {
        targetRefs = List.copyOf(targetRefs);
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
