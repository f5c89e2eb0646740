package dev.torii.config.compile;

import dev.torii.config.compile.Status.Condition;
import dev.torii.config.resource.BackendTlsPolicy;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.PolicyTarget;
import dev.torii.config.resource.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes down what was worked out, in the words of the Gateway API ({@code gateway-api.md}, section 5). */
final class Statuses {

    private static final String ACCEPTED = "Accepted";
    private static final String RESOLVED_REFS = "ResolvedRefs";
    private static final String PROGRAMMED = "Programmed";
    private static final Problem NOT_PROGRAMMED = new Problem("Invalid", "it is not served, see its other conditions");
    private static final Problem PARENT_NOT_ACCEPTED = new Problem("ParentNotAccepted", "its Gateway is not accepted");
    private static final Problem PARENT_NOT_PROGRAMMED =
            new Problem("ParentNotProgrammed", "its Gateway is not accepted");
    private static final Problem NO_LISTENER = new Problem("ListenersNotValid", "none of its listeners is valid");

    private final List<Status> all = new ArrayList<>();

    List<Status> sorted() {
        return all.stream().sorted(Status.ORDER).toList();
    }

    /** What routes alone are told. */
    static List<Status> of(List<RouteDraft> routes) {
        Statuses statuses = new Statuses();
        routes.forEach(statuses::addRoute);
        return statuses.sorted();
    }

    /** @param bundleVersion of the Gateway API's CRDs, or null when unknown */
    void addClass(GatewayClass known, Outcome<GatewayParameters> parameters, @Nullable String bundleVersion) {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(Condition.unless(parameters.problem(), ACCEPTED, ACCEPTED));
        if (bundleVersion != null) {
            Problem unsupported = Features.unsupportedVersion(bundleVersion);
            conditions.add(Condition.unless(unsupported, "SupportedVersion", "SupportedVersion"));
        }
        all.add(new Status(
                known.kind(),
                known.namespace(),
                known.name(),
                known.metadata().generation(),
                null,
                null,
                conditions,
                0,
                List.of(),
                0,
                Features.SUPPORTED));
    }

    void addGateway(GatewayDraft draft) {
        boolean someValid = draft.allListeners().anyMatch(Statuses::isValid);
        boolean allValid = draft.listeners.stream().allMatch(Statuses::isValid);
        Problem rejected = draft.rejected != null ? draft.rejected : someValid ? null : NO_LISTENER;
        boolean served = rejected == null && draft.allListeners().anyMatch(ListenerDraft::isServed);
        List<Condition> conditions = new ArrayList<>();
        conditions.add(Condition.unless(rejected, ACCEPTED, allValid ? ACCEPTED : NO_LISTENER.reason()));
        conditions.add(Condition.unless(served ? null : NOT_PROGRAMMED, PROGRAMMED, PROGRAMMED));
        Problem unresolved = unresolved(draft);
        if (unresolved != null || draft.clientCertificate != null) {
            conditions.add(Condition.unless(unresolved, RESOLVED_REFS, RESOLVED_REFS));
        }
        if (draft.allowsInsecureFallback()) {
            String message = "clients without a valid certificate are served too: `AllowInsecureFallback`";
            conditions.add(new Condition("InsecureFrontendValidationMode", true, "ConfigurationChanged", message));
        }
        Gateway gateway = draft.gateway;
        all.add(new Status(
                gateway.kind(),
                gateway.namespace(),
                gateway.name(),
                gateway.metadata().generation(),
                null,
                null,
                conditions,
                0,
                List.of(),
                (int) draft.sets.stream()
                        .filter(each -> rejection(each) == null)
                        .count(),
                List.of()));
        draft.listeners.forEach(this::addListener);
        draft.sets.forEach(this::addListenerSet);
    }

    /** Of a Gateway as a whole, or null. */
    private static @Nullable Problem unresolved(GatewayDraft draft) {
        if (draft.clientCertificate != null && draft.clientCertificate.problem() != null) {
            return draft.clientCertificate.problem();
        }
        String names = draft.listeners.stream()
                .filter(each -> each.unresolved != null)
                .map(each -> "`" + each.spec.name() + "`")
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? null : new Problem("ListenersNotResolved", "see the listeners " + names);
    }

    private static boolean isValid(ListenerDraft listener) {
        return listener.rejected == null && (listener.set == null || listener.set.rejected == null);
    }

    private void addListenerSet(ListenerSetDraft draft) {
        Problem rejected = rejection(draft);
        boolean allServed = draft.listeners.stream().allMatch(ListenerDraft::isServed);
        Problem unprogrammed = rejected == PARENT_NOT_ACCEPTED ? PARENT_NOT_PROGRAMMED : rejected;
        all.add(Status.of(
                draft.set,
                null,
                List.of(
                        Condition.unless(rejected, ACCEPTED, allServed ? ACCEPTED : NO_LISTENER.reason()),
                        Condition.unless(unprogrammed, PROGRAMMED, PROGRAMMED))));
        draft.listeners.forEach(this::addListener);
    }

    /** Why a ListenerSet is not accepted, or null. */
    private static @Nullable Problem rejection(ListenerSetDraft draft) {
        if (draft.rejected != null) {
            return draft.rejected;
        }
        return draft.gateway.rejected != null ? PARENT_NOT_ACCEPTED : draft.isServed() ? null : NO_LISTENER;
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
        all.add(Status.of(draft.holder(), draft.spec.name(), conditions, draft.routes.size(), draft.supportedKinds));
    }

    void addRoute(RouteDraft draft) {
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
    void addPolicy(BackendTlsPolicy policy, BackendTls backendTls, Clusters clusters) {
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

    /** One of our own is told for each of its targets: in a mesh nobody stands between a Service and who calls it. */
    void addPolicy(PolicyIndex.Attached<? extends Resource> attached) {
        PolicyTarget target = attached.target();
        Resource policy = attached.policy();
        String name = target.object().name();
        boolean namespace = target.object().kind().equals("Namespace");
        ObjectRef ancestor = namespace
                ? new ObjectRef(Resource.CORE_GROUP, "Namespace", "", name)
                : target.equals(PolicyIndex.EVERYTHING)
                        ? new ObjectRef(Resource.CORE_GROUP, "Namespace", "", policy.namespace())
                        : target.object();
        all.add(Status.of(
                policy,
                new ParentRef(ancestor, target.sectionName(), null),
                List.of(Condition.unless(attached.problem(), ACCEPTED, ACCEPTED))));
    }
}
