package dev.torii.config.compile;

import dev.torii.config.compile.PolicyTargets.TargetKind;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Service;
import java.util.ArrayList;
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

    /**
     * What a policy without targets is for when it is in {@link Resource#MESH_NAMESPACE}; elsewhere it is for its own
     * namespace, since who may write there has no say in what others do.
     */
    static final PolicyTarget EVERYTHING = new PolicyTarget(new ObjectRef("", "", "", ""), null);

    private final PolicyTargets targets;
    private final List<TargetKind<?>> kinds;
    private final Findings findings;
    private final Map<PolicyTarget, P> byTarget = new HashMap<>();
    private final Map<String, Problem> problems = new HashMap<>();
    /** What came of every policy at every target of its. */
    final List<Attached<P>> attached = new ArrayList<>();

    /** @param problem why the policy is not in force there, or null */
    record Attached<P>(
            P policy, PolicyTarget target, @Nullable Problem problem) {}

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
            addWithoutTarget(policy);
        }
        int applied = 0;
        for (int i = 0; i < refs.size(); i++) {
            PolicyTarget target = refs.get(i);
            Problem problem = targets.problem(policy, target, kinds);
            problem = problem == null ? attach(policy, target) : problem;
            attached.add(new Attached<>(policy, target, problem));
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

    private void addWithoutTarget(P policy) {
        boolean everything = policy.namespace().equals(Resource.MESH_NAMESPACE);
        PolicyTarget target = everything ? EVERYTHING : PolicyTargets.namespace(policy.namespace());
        Problem problem = attach(policy, target);
        attached.add(new Attached<>(policy, target, problem));
        if (problem != null) {
            findings.error(policy, "spec", problem);
        }
    }

    private @Nullable Problem attach(P policy, PolicyTarget target) {
        P winner = byTarget.putIfAbsent(target, policy);
        if (winner == null || winner.equals(policy)) {
            return null;
        }
        return new Problem(
                "Conflicted",
                describe(target) + " already has " + winner.describe() + ", which is older or first by name");
    }

    private static String describe(PolicyTarget target) {
        ObjectRef object = target.object();
        return target.equals(EVERYTHING)
                ? "everything"
                : object.kind().equals("Namespace") ? "namespace `" + object.name() + "`" : object.toString();
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
