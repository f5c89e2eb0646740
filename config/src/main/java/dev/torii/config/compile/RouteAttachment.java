package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.ListenerSet;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Route;
import dev.torii.routing.HostPattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the listeners of routes. A listener takes a route when the parentRef means it, its {@code allowedRoutes} let in
 * the route's kind and namespace, and their hostnames have some host in common.
 */
final class RouteAttachment {

    private final ResourceSet resources;
    private final NamespaceGate gate;
    private final References references;
    private final Findings findings;
    private final Map<ObjectKey, Parent> parents = new HashMap<>();

    /** What routes can be attached to. */
    private record Parent(Resource object, List<ListenerDraft> listeners) {}

    RouteAttachment(
            ResourceSet resources,
            List<GatewayDraft> gateways,
            NamespaceGate gate,
            References references,
            Findings findings) {
        this.resources = resources;
        this.gate = gate;
        this.references = references;
        this.findings = findings;
        for (GatewayDraft each : gateways) {
            add(each.gateway, each.listeners);
            each.sets.forEach(set -> add(set.set, set.listeners));
        }
    }

    private void add(Resource object, List<ListenerDraft> listeners) {
        parents.put(ObjectKey.of(object), new Parent(object, listeners));
    }

    /** Attaches a route to what it names, in both directions: the draft's attachments and the listeners' routes. */
    RouteDraft attach(Route route) {
        RouteDraft draft = new RouteDraft(route);
        for (int i = 0; i < route.parentRefs().size(); i++) {
            ParentRef ref = route.parentRefs().get(i);
            String field = "spec.parentRefs[" + i + "]";
            Parent parent = parent(route, ref, field);
            if (parent != null) {
                Attachment attachment = new Attachment(ref, parent.object, parent.listeners, field);
                attach(draft, attachment);
                draft.attachments.add(attachment);
            }
        }
        return draft;
    }

    /** What a parentRef names; null when it is not there, somebody else's, or a Service. */
    private @Nullable Parent parent(Route route, ParentRef ref, String field) {
        ObjectRef target = ref.target();
        Class<? extends Resource> type = target.is(Resource.GATEWAY_GROUP, "Gateway")
                ? Gateway.class
                : target.is(Resource.GATEWAY_GROUP, "ListenerSet") ? ListenerSet.class : null;
        if (type == null && !ServiceParents.isService(ref)) {
            String message = "a " + target.kind() + " is not supported as a parent";
            findings.warning(route, field + ".kind", "UnsupportedParent", message);
        } else if (type != null && resources.find(type, target.namespace(), target.name()) == null) {
            findings.error(route, field + ".name", "NoMatchingParent", references.unknown(type, target));
        }
        return type == null ? null : parents.get(new ObjectKey(target.kind(), target.namespace(), target.name()));
    }

    private void attach(RouteDraft draft, Attachment attachment) {
        Route route = draft.route;
        List<ListenerDraft> meant = attachment.offered.stream()
                .filter(listener -> isMeant(listener, attachment.ref))
                .toList();
        List<ListenerDraft> allowing =
                meant.stream().filter(listener -> allows(listener, route)).toList();
        for (ListenerDraft listener : allowing) {
            List<HostPattern> hosts = common(route.hostnames(), listener.spec.hostname());
            if (!hosts.isEmpty()) {
                listener.routes.put(draft, hosts);
                attachment.listeners.add(listener);
            }
        }
        if (attachment.listeners.isEmpty()) {
            reject(route, attachment, meant, allowing);
        } else if (attachment.listeners.stream().noneMatch(ListenerDraft::isServed)) {
            findings.warning(
                    route, attachment.field, "ParentNotServed", "none of the listeners that take this route is served");
        }
    }

    private static boolean isMeant(ListenerDraft listener, ParentRef ref) {
        return (ref.sectionName() == null || ref.sectionName().equals(listener.spec.name()))
                && (ref.port() == null || ref.port() == listener.spec.port());
    }

    private boolean allows(ListenerDraft listener, Route route) {
        return listener.supportedKinds.contains(route.kind())
                && gate.lets(
                        listener.spec.allowedRoutes().namespaces(),
                        listener.holder().namespace(),
                        route.namespace());
    }

    /**
     * The route's hostnames that share a host with the listener's. They are kept as written: the listener narrows them
     * anyway, and precedence among routes counts the characters that their authors wrote.
     */
    private static List<HostPattern> common(List<HostPattern> hostnames, HostPattern listener) {
        if (hostnames.isEmpty()) {
            return List.of(HostPattern.ANY);
        }
        return hostnames.stream()
                .filter(each -> each.intersect(listener).isPresent())
                .sorted()
                .toList();
    }

    private void reject(Route route, Attachment attachment, List<ListenerDraft> meant, List<ListenerDraft> allowing) {
        Resource parent = attachment.parent;
        if (meant.isEmpty()) {
            rejectNoListener(route, attachment);
        } else if (allowing.isEmpty()) {
            String message = "no listener of " + parent.describe() + " that it names takes a " + route.kind()
                    + " of namespace `" + route.namespace() + "`" + whatTheyTake(meant);
            reject(route, attachment, "", "NotAllowedByListeners", message);
        } else {
            String message =
                    "none of the route's hostnames falls under a listener's: " + String.join(", ", hostnames(allowing));
            Problem problem = new Problem("NoMatchingListenerHostname", message);
            attachment.rejected = problem;
            findings.error(route, "spec.hostnames", problem);
        }
    }

    private void reject(Route route, Attachment attachment, String part, String reason, String message) {
        attachment.rejected = new Problem(reason, message);
        findings.error(route, attachment.field + part, attachment.rejected);
    }

    private void rejectNoListener(Route route, Attachment attachment) {
        String section = attachment.ref.sectionName();
        List<String> names =
                attachment.offered.stream().map(each -> each.spec.name()).toList();
        boolean unknownName = section != null && !names.contains(section);
        String message = attachment.parent.describe() + " has no listener"
                + (section == null ? "" : " `" + section + "`")
                + (attachment.ref.port() == null ? "" : " on port " + attachment.ref.port())
                + (section == null || !unknownName ? "" : findings.didYouMean(section, () -> names));
        reject(route, attachment, unknownName ? ".sectionName" : ".port", "NoMatchingParent", message);
    }

    private static String whatTheyTake(List<ListenerDraft> listeners) {
        List<String> texts = new ArrayList<>();
        for (ListenerDraft listener : listeners) {
            String from = NamespaceGate.describe(listener.spec.allowedRoutes().namespaces());
            String kinds =
                    listener.supportedKinds.isEmpty() ? "nothing" : String.join(" and ", listener.supportedKinds);
            texts.add("`" + listener.spec.name() + "` takes " + kinds + " from " + from);
        }
        return ": " + String.join("; ", texts);
    }

    private static List<String> hostnames(List<ListenerDraft> listeners) {
        return listeners.stream().map(each -> "`" + each.spec.hostname() + "`").toList();
    }
}
