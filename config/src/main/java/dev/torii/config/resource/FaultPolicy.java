package dev.torii.config.resource;

import dev.torii.routing.FaultInjection;
import java.util.List;

/**
 * Torii's {@code FaultPolicy}: failures to rehearse on the way to a Gateway, route or Service.
 *
 * @param targetRefs what it is for; never empty
 * @param faults each of another name, at {@code spec.faults[i]}
 */
public record FaultPolicy(Metadata metadata, List<PolicyTarget> targetRefs, List<FaultInjection> faults)
        implements Resource {

    public FaultPolicy {
        targetRefs = List.copyOf(targetRefs);
        faults = List.copyOf(faults);
    }

    @Override
    public String group() {
        return TORII_GROUP;
    }

    @Override
    public String kind() {
        return "FaultPolicy";
    }
}
