package dev.torii.config.compile;

import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which policy of a kind applies to a Service port: one that names the port, else one for the whole Service; of several
 * for the same target the oldest, then the first by {@code namespace/name}. The losers are told. Source: Gateway API
 * policy attachment (GEP-713), {@code BackendTLSPolicySpec.targetRefs}.
 */
final class PolicyIndex<P extends Resource> {

    private static final String TARGET_NOT_FOUND = "TargetNotFound";

    private final ResourceSet resources;
    private final References references;
    private final Findings findings;
    private final Map<String, P> byTarget = new HashMap<>();
    private final Map<String, Problem> problems = new HashMap<>();

    PolicyIndex(
            ResourceSet resources,
            List<P> policies,
            Function<P, List<PolicyTarget>> targets,
            References references,
            Findings findings) {
        this.resources = resources;
        this.references = references;
        this.findings = findings;
        policies.stream().sorted(Precedence.OLDEST_FIRST).forEach(policy -> add(policy, targets.apply(policy)));
    }

    private void add(P policy, List<PolicyTarget> targets) {
        int applied = 0;
        for (int i = 0; i < targets.size(); i++) {
            PolicyTarget target = targets.get(i);
            String field = "spec.targetRefs[" + i + "]";
            Problem problem = problem(target);
            P winner = byTarget.get(key(target.object().path(), target.sectionName()));
            if (problem == null && winner != null && !winner.equals(policy)) {
                String message =
                        target.object() + " already has " + winner.describe() + ", which is older or first by name";
                problem = new Problem("Conflicted", message);
            }
            if (problem == null) {
                byTarget.put(key(target.object().path(), target.sectionName()), policy);
                applied++;
            } else {
                findings.error(policy, field + (target.sectionName() == null ? ".name" : ".sectionName"), problem);
                problems.putIfAbsent(policy.path(), problem);
            }
        }
        if (applied > 0) {
            problems.remove(policy.path());
        }
    }

    private @Nullable Problem problem(PolicyTarget target) {
        ObjectRef object = target.object();
        if (!object.is(Resource.CORE_GROUP, "Service")) {
            return new Problem("Invalid", "the target must be a Service, not a " + object.kind());
        }
        Service service = resources.find(Service.class, object.namespace(), object.name());
        if (service == null) {
            return new Problem(TARGET_NOT_FOUND, references.unknown(Service.class, object));
        }
        String section = target.sectionName();
        List<String> names = service.ports().stream().map(Service.Port::name).toList();
        return section == null || names.contains(section)
                ? null
                : new Problem(
                        TARGET_NOT_FOUND,
                        object + " has no port named `" + section + "`" + findings.didYouMean(section, () -> names));
    }

    /** The policy of a port, or null. */
    @Nullable
    P of(Service service, Service.Port port) {
        P specific = port.name().isEmpty() ? null : byTarget.get(key(service.path(), port.name()));
        return specific != null ? specific : byTarget.get(key(service.path(), null));
    }

    /** Why a policy applies to none of its targets, or null when it applies to one. */
    @Nullable
    Problem problemOf(P policy) {
        return problems.get(policy.path());
    }

    private static String key(String service, @Nullable String portName) {
        return portName == null ? service : service + ":" + portName;
    }
}
