package dev.torii.config.compile;

import dev.torii.config.compile.PolicyTargets.TargetKind;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which policy of a kind is attached to a thing or a part of it; of several for the same target the oldest, then the first
 * by {@code namespace/name}. The losers are told. Source: Gateway API policy attachment (GEP-713),
 * {@code BackendTLSPolicySpec.targetRefs}.
 */
final class PolicyIndex<P extends Resource> {

    /** What a policy without targets is for. */
    static final PolicyTarget EVERYTHING = new PolicyTarget(new ObjectRef("", "", "", ""), null);

    private final PolicyTargets targets;
    private final List<TargetKind<?>> kinds;
    private final Findings findings;
    private final Map<PolicyTarget, P> byTarget = new HashMap<>();
    private final Map<String, Problem> problems = new HashMap<>();

    /**
     * @param refs of a policy; one without any is for everything
     * @param kinds that it can be for
     */
    PolicyIndex(
            List<P> policies,
            Function<P, List<PolicyTarget>> refs,
            PolicyTargets targets,
            List<TargetKind<?>> kinds,
            Findings findings) {
        this.targets = targets;
        this.kinds = kinds;
        this.findings = findings;
        policies.stream().sorted(Precedence.OLDEST_FIRST).forEach(policy -> add(policy, refs.apply(policy)));
    }

    private void add(P policy, List<PolicyTarget> refs) {
        if (refs.isEmpty()) {
            Problem problem = attach(policy, EVERYTHING);
            if (problem != null) {
                findings.error(policy, "spec", problem);
            }
        }
        int applied = 0;
        for (int i = 0; i < refs.size(); i++) {
            PolicyTarget target = refs.get(i);
            Problem problem = targets.problem(policy, target, kinds);
            problem = problem == null ? attach(policy, target) : problem;
            if (problem == null) {
                applied++;
            } else {
                String field = "spec.targetRefs[" + i + "]" + (target.sectionName() == null ? ".name" : ".sectionName");
                findings.error(policy, field, problem);
                problems.putIfAbsent(policy.path(), problem);
            }
        }
        if (applied > 0) {
            problems.remove(policy.path());
        }
    }

    private @Nullable Problem attach(P policy, PolicyTarget target) {
        P winner = byTarget.putIfAbsent(target, policy);
        if (winner == null || winner.equals(policy)) {
            return null;
        }
        String what = target.equals(EVERYTHING) ? "everything" : target.object().toString();
        return new Problem(
                "Conflicted", what + " already has " + winner.describe() + ", which is older or first by name");
    }

    /** The policy of exactly this, or null. */
    @Nullable
    P of(PolicyTarget target) {
        return byTarget.get(target);
    }

    private @Nullable P of(Service service, @Nullable String port) {
        return of(new PolicyTarget(
                new ObjectRef(Resource.CORE_GROUP, "Service", service.namespace(), service.name()), port));
    }

    /** The policy of a port: one that names it, else one for the whole Service, else null. */
    @Nullable
    P of(Service service, Service.@Nullable Port port) {
        P specific = port == null || port.name().isEmpty() ? null : of(service, port.name());
        return specific != null ? specific : of(service, (String) null);
    }

    /** Why a policy applies to none of its targets, or null when it applies to one. */
    @Nullable
    Problem problemOf(P policy) {
        return problems.get(policy.path());
    }
}
