package dev.torii.config.compile;

import dev.torii.config.compile.PolicyScopes.Attached;
import dev.torii.config.resource.FaultPolicy;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.RateLimitPolicy;
import dev.torii.routing.FaultInjection;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts policies on each other: all limits and faults hold, but of one name only that of the last policy. */
final class ProtectionMerge {

    private final Map<String, RateLimit> limits = new LinkedHashMap<>();
    private final Map<String, FaultInjection> faults = new LinkedHashMap<>();

    private ProtectionMerge() {}

    /** @param policies the least specific first; others than RateLimitPolicies and FaultPolicies say nothing */
    static Protection of(List<Attached> policies) {
        ProtectionMerge merge = new ProtectionMerge();
        policies.forEach(merge::add);
        return new Protection(List.copyOf(merge.limits.values()), List.copyOf(merge.faults.values()));
    }

    private void add(Attached attached) {
        if (attached.policy() instanceof RateLimitPolicy policy) {
            policy.limits().forEach(limit -> limits.put(limit.name(), at(attached.target(), limit)));
        } else if (attached.policy() instanceof FaultPolicy policy) {
            policy.faults().forEach(fault -> faults.put(fault.name(), fault));
        }
    }

    /** Every target has buckets of its own. */
    private static RateLimit at(PolicyTarget target, RateLimit limit) {
        String section = target.sectionName() == null ? "" : "/" + target.sectionName();
        return new RateLimit(
                limit.id() + "@" + target.object().kind() + "/"
                        + target.object().path() + section,
                limit.name(),
                limit.requests(),
                limit.perMs(),
                limit.burst(),
                limit.key(),
                limit.store(),
                limit.shadow(),
                limit.matches());
    }
}
