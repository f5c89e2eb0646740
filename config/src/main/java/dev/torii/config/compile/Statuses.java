package dev.torii.config.compile;

import dev.torii.config.compile.Status.Condition;
import dev.torii.config.resource.BackendTlsPolicy;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.PolicyTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes down what was worked out, in the words of the Gateway API ({@code gateway-api.md}, section 5). */
final class Statuses {

    private static final String ACCEPTED = "Accepted";
    private static final String RESOLVED_REFS = "ResolvedRefs";
    private static final String PROGRAMMED = "Programmed";
    private static final Problem NOT_PROGRAMMED = new Problem("Invalid", "it is not served, see its other conditions");
    private static final Problem NO_LISTENER = new Problem("ListenersNotValid", "none of its listeners is valid");

    private final List<Status> all = new ArrayList<>();

    private Statuses() {}

    static List<Status> of(
            List<GatewayDraft> gateways, List<RouteDraft> routes, BackendTls backendTls, Clusters clusters) {
        Statuses statuses = new Statuses();
        gateways.forEach(statuses::addGateway);
        routes.forEach(statuses::addRoute);
        backendTls.policies.forEach(policy -> statuses.addPolicy(policy, backendTls, clusters));
        return statuses.all.stream().sorted(Status.ORDER).toList();
    }

    private void addGateway(GatewayDraft draft) {
        boolean someValid = draft.listeners.stream().anyMatch(each -> each.rejected == null);
        boolean allValid = draft.listeners.stream().allMatch(each -> each.rejected == null);
        Problem rejected = draft.rejected != null ? draft.rejected : someValid ? null : NO_LISTENER;
        boolean served = draft.listeners.stream().anyMatch(ListenerDraft::isServed);
        List<Condition> conditions = new ArrayList<>();
        conditions.add(Condition.unless(rejected, ACCEPTED, allValid ? ACCEPTED : NO_LISTENER.reason()));
        conditions.add(Condition.unless(served ? null : NOT_PROGRAMMED, PROGRAMMED, PROGRAMMED));
        if (draft.clientCertificate != null) {
            conditions.add(Condition.unless(draft.clientCertificate.problem(), RESOLVED_REFS, RESOLVED_REFS));
        }
        all.add(Status.of(draft.gateway, null, conditions));
        draft.listeners.forEach(this::addListener);
    }

    private void addListener(ListenerDraft draft) {
        Problem rejected = draft.rejected;
        List<Condition> conditions = new ArrayList<>();
        conditions.add(Condition.unless(rejected, ACCEPTED, ACCEPTED));
        conditions.add(Condition.unless(draft.unresolved, RESOLVED_REFS, RESOLVED_REFS));
        if (draft.conflicted && rejected != null) {
            conditions.add(new Condition(PROGRAMMED, false, rejected.reason(), rejected.message()));
            conditions.add(new Condition("Conflicted", true, rejected.reason(), rejected.message()));
        } else {
            conditions.add(Condition.unless(draft.isServed() ? null : NOT_PROGRAMMED, PROGRAMMED, PROGRAMMED));
        }
        if (!draft.overlaps.isEmpty()) {
            String message = "its hostname overlaps with that of " + String.join(", ", draft.overlaps);
            conditions.add(new Condition("OverlappingTLSConfig", true, "OverlappingHostnames", message));
        }
        all.add(Status.of(
                draft.owner.gateway, draft.spec.name(), conditions, draft.routes.size(), draft.supportedKinds));
    }

    private void addRoute(RouteDraft draft) {
        draft.attachments.forEach(each -> addParent(draft, each.ref, each.rejected));
        draft.mesh.forEach(each -> addParent(draft, each.ref, each.rejected));
    }

    private void addParent(RouteDraft draft, ParentRef parent, @Nullable Problem rejected) {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(Condition.unless(rejected, ACCEPTED, ACCEPTED));
        conditions.add(Condition.unless(draft.unresolved, RESOLVED_REFS, RESOLVED_REFS));
        Problem partial = draft.partial;
        if (partial != null) {
            conditions.add(new Condition("PartiallyInvalid", true, partial.reason(), partial.message()));
        }
        all.add(Status.of(draft.route, parent, conditions));
    }

    /** A policy is told for each Gateway through which its Services are reached. */
    private void addPolicy(BackendTlsPolicy policy, BackendTls backendTls, Clusters clusters) {
        @Nullable Problem rejected = backendTls.rejection(policy);
        List<Condition> conditions = List.of(
                Condition.unless(rejected, ACCEPTED, ACCEPTED),
                Condition.unless(backendTls.trustOf(policy).unresolved(), RESOLVED_REFS, RESOLVED_REFS));
        TreeSet<String> gateways = new TreeSet<>();
        for (PolicyTarget target : policy.targetRefs()) {
            gateways.addAll(clusters.gatewaysUsing(target.object().path()));
        }
        for (String path : gateways) {
            int slash = path.indexOf('/');
            ObjectRef gateway = new ObjectRef(
                    Gateway.GATEWAY_GROUP, "Gateway", path.substring(0, slash), path.substring(slash + 1));
            all.add(Status.of(policy, new ParentRef(gateway, null, null), conditions));
        }
    }
}
