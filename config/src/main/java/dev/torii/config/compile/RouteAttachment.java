package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.Gateway.AllowedNamespaces;
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

/**
 * Finds the listeners of routes. A listener takes a route when the parentRef means it, its {@code allowedRoutes} let in
 * the route's kind and namespace, and their hostnames have some host in common.
 */
final class RouteAttachment {

    private final ResourceSet resources;
    private final References references;
    private final Findings findings;
    private final Map<String, GatewayDraft> gateways = new HashMap<>();
    private final Map<String, Map<String, String>> namespaceLabels = new HashMap<>();

    RouteAttachment(ResourceSet resources, List<GatewayDraft> gateways, References references, Findings findings) {
        this.resources = resources;
        this.references = references;
        this.findings = findings;
        gateways.forEach(each -> this.gateways.put(each.gateway.path(), each));
    }

    /** Attaches a route to what it names, in both directions: the draft's attachments and the listeners' routes. */
    RouteDraft attach(Route route) {
        RouteDraft draft = new RouteDraft(route);
        for (int i = 0; i < route.parentRefs().size(); i++) {
            ParentRef ref = route.parentRefs().get(i);
            String field = "spec.parentRefs[" + i + "]";
            ObjectRef target = ref.target();
            GatewayDraft gateway = target.is(Resource.GATEWAY_GROUP, "Gateway") ? gateways.get(target.path()) : null;
            if (gateway != null) {
                Attachment attachment = new Attachment(ref, gateway, field);
                attach(draft, attachment);
                draft.attachments.add(attachment);
            } else if (target.is(Resource.GATEWAY_GROUP, "Gateway")) {
                findings.error(route, field + ".name", "NoMatchingParent", references.unknown(Gateway.class, target));
            } else if (!ServiceParents.isService(ref)) {
                findings.warning(
                        route,
                        field + ".kind",
                        "UnsupportedParent",
                        "a " + target.kind() + " is not supported as a parent");
            }
        }
        return draft;
    }

    private void attach(RouteDraft draft, Attachment attachment) {
        Route route = draft.route;
        List<ListenerDraft> meant = attachment.gateway.listeners.stream()
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
        return listener.supportedKinds.contains(route.kind()) && allowsNamespace(listener, route.namespace());
    }

    private boolean allowsNamespace(ListenerDraft listener, String namespace) {
        AllowedNamespaces allowed = listener.spec.allowedRoutes().namespaces();
        return switch (allowed.from()) {
            case ALL -> true;
            case SAME -> namespace.equals(listener.owner.gateway.namespace());
            case NONE -> false;
            case SELECTOR ->
                allowed.selector() != null
                        && allowed.selector()
                                .matches(namespaceLabels.computeIfAbsent(namespace, resources::labelsOfNamespace));
        };
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
        Gateway gateway = attachment.gateway.gateway;
        if (meant.isEmpty()) {
            rejectNoListener(route, attachment, gateway);
        } else if (allowing.isEmpty()) {
            String message = "no listener of " + gateway.describe() + " that it names takes a " + route.kind()
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

    private void rejectNoListener(Route route, Attachment attachment, Gateway gateway) {
        String section = attachment.ref.sectionName();
        List<String> names =
                gateway.listeners().stream().map(Gateway.Listener::name).toList();
        boolean unknownName = section != null && !names.contains(section);
        String message = gateway.describe() + " has no listener"
                + (section == null ? "" : " `" + section + "`")
                + (attachment.ref.port() == null ? "" : " on port " + attachment.ref.port())
                + (section == null || !unknownName ? "" : findings.didYouMean(section, () -> names));
        reject(route, attachment, unknownName ? ".sectionName" : ".port", "NoMatchingParent", message);
    }

    private static String whatTheyTake(List<ListenerDraft> listeners) {
        List<String> texts = new ArrayList<>();
        for (ListenerDraft listener : listeners) {
            String from = switch (listener.spec.allowedRoutes().namespaces().from()) {
                case ALL -> "all namespaces";
                case SAME -> "its own namespace";
                case SELECTOR -> "selected namespaces";
                case NONE -> "nowhere";
            };
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
