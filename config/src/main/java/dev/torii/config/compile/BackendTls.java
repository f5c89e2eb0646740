package dev.torii.config.compile;

import dev.torii.config.resource.BackendTlsPolicy;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** BackendTLSPolicies: which one a Service port has, and which authorities it trusts. */
final class BackendTls {

    private static final String NO_VALID_CA = "NoValidCACertificate";

    final List<BackendTlsPolicy> policies;
    private final PolicyIndex<BackendTlsPolicy> index;
    private final Map<String, Trust> trusts = new HashMap<>();

    /**
     * What a policy trusts.
     *
     * @param caPem null for the system's authorities, and when there is a problem
     * @param unusable why nothing can be verified, or null
     * @param unresolved what of its references does not resolve, or null
     */
    record Trust(
            @Nullable String caPem,
            @Nullable Problem unusable,
            @Nullable Problem unresolved) {}

    BackendTls(ResourceSet resources, PolicyTargets targets, References references, Findings findings) {
        policies = resources.all(BackendTlsPolicy.class);
        index = new PolicyIndex<>(
                policies, BackendTlsPolicy::targetRefs, targets, List.of(PolicyTargets.SERVICE), findings);
        policies.forEach(policy -> trusts.put(policy.path(), trust(policy, references, findings)));
    }

    private static Trust trust(BackendTlsPolicy policy, References references, Findings findings) {
        StringBuilder pem = new StringBuilder();
        Problem unresolved = null;
        for (int i = 0; i < policy.caCertificateRefs().size(); i++) {
            Outcome<String> outcome =
                    references.authorities(policy, policy.caCertificateRefs().get(i), "InvalidKind");
            if (outcome.problem() != null) {
                findings.error(policy, "spec.validation.caCertificateRefs[" + i + "]", outcome.problem());
                unresolved = unresolved == null ? outcome.problem() : unresolved;
            } else {
                pem.append(outcome.value());
            }
        }
        if (policy.systemTrust()) {
            return new Trust(null, null, unresolved);
        }
        return pem.isEmpty()
                ? new Trust(null, new Problem(NO_VALID_CA, "none of its CA certificates can be used"), unresolved)
                : new Trust(pem.toString(), null, unresolved);
    }

    @Nullable
    BackendTlsPolicy of(Service service, Service.Port port) {
        return index.of(service, port);
    }

    Trust trustOf(BackendTlsPolicy policy) {
        return trusts.getOrDefault(policy.path(), new Trust(null, null, null));
    }

    /** Why the policy is not in force, or null. */
    @Nullable
    Problem rejection(BackendTlsPolicy policy) {
        Problem problem = index.problemOf(policy);
        return problem != null ? problem : trustOf(policy).unusable();
    }
}
