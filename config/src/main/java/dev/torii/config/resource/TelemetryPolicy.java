package dev.torii.config.resource;

import java.util.List;

/**
 * Torii's {@code TelemetryPolicy}: what is traced and logged. Checked, not served yet.
 *
 * @param targetRefs what it is for; empty means everything
 */
public record TelemetryPolicy(Metadata metadata, List<PolicyTarget> targetRefs) implements Resource {

    public TelemetryPolicy {
        targetRefs = List.copyOf(targetRefs);
    }

    @Override
    public String group() {
        return TORII_GROUP;
    }

    @Override
    public String kind() {
        return "TelemetryPolicy";
    }
}
