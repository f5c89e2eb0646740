package dev.torii.config.compile;

import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.Service;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Binds routes to the Services they name as parents. No ReferenceGrant is needed: a route of another namespace changes
 * nothing but what its own namespace calls. Whoever the caller is, the same routes are bound, so that statuses do not
 * depend on who looks; see {@link MeshPort#routesFor}.
 */
final class ServiceParents {

    private final ResourceSet resources;
    private final References references;
    private final Findings findings;
    private final Map<String, MeshPort> ports = new LinkedHashMap<>();

    ServiceParents(ResourceSet resources, References references, Findings findings) {
        this.resources = resources;
        this.references = references;
        this.findings = findings;
    }

    static boolean isService(ParentRef ref) {
        return ref.target().is(Resource.CORE_GROUP, "Service");
    }

    /** Whether a route has to do with the mesh only. */
    static boolean onlyServices(Route route) {
        return !route.parentRefs().isEmpty() && route.parentRefs().stream().allMatch(ServiceParents::isService);
    }

    /** Binds all routes that name a Service. */
    List<RouteDraft> bind(Collection<Route> routes) {
        List<RouteDraft> bound = routes.stream()
                .filter(route -> route.parentRefs().stream().anyMatch(ServiceParents::isService))
                .map(this::bind)
                .toList();
        ports.values().forEach(this::settleKinds);
        return bound;
    }

    /** The port of a Service that routes are bound to; made when it is first asked for. */
    private MeshPort port(Service service, Service.Port port) {
        return ports.computeIfAbsent(service.path() + ":" + port.number(), name -> new MeshPort(service, port));
    }

    /** Those that routes are bound to. */
    Collection<MeshPort> ports() {
        return ports.values();
    }

    private RouteDraft bind(Route route) {
        RouteDraft draft = new RouteDraft(route);
        for (int i = 0; i < route.parentRefs().size(); i++) {
            ParentRef ref = route.parentRefs().get(i);
            if (isService(ref)) {
                bind(draft, new MeshAttachment(ref, "spec.parentRefs[" + i + "]"));
            }
        }
        boolean requests = route instanceof HttpRoute || route instanceof GrpcRoute;
        if (requests && !route.hostnames().isEmpty() && onlyServices(route)) {
            findings.warning(
                    route,
                    "spec.hostnames",
                    "HostnamesIgnored",
                    "a route of a Service gets its requests by the Service they are for, whatever host they name");
        }
        return draft;
    }

    private void bind(RouteDraft draft, MeshAttachment attachment) {
        ObjectRef target = attachment.ref.target();
        Service service = resources.find(Service.class, target.namespace(), target.name());
        if (service == null) {
            String message = references.unknown(Service.class, target);
            findings.error(draft.route, attachment.field + ".name", "NoMatchingParent", message);
            return;
        }
        draft.mesh.add(attachment);
        if (service.isExternalName() || service.isHeadless()) {
            String type = service.isExternalName() ? "of type ExternalName" : "headless";
            String message = target + " is " + type + ": it has no address of its own for callers to be routed by";
            reject(draft, attachment, ".name", new Problem("UnsupportedValue", message));
            return;
        }
        bind(draft, attachment, service);
    }

    private void bind(RouteDraft draft, MeshAttachment attachment, Service service) {
        Route route = draft.route;
        List<MeshPort> meant = service.ports().stream()
                .filter(port -> port.isTcp() && isMeant(port, attachment.ref))
                .map(port -> port(service, port))
                .toList();
        for (MeshPort port : meant) {
            if (port.fits(route, attachment.namesAPort())) {
                port.add(draft);
                attachment.ports.add(port);
            }
        }
        if (meant.isEmpty()) {
            rejectNoPort(draft, attachment, service);
        } else if (attachment.ports.isEmpty()) {
            String message =
                    "no port of " + service.describe() + " that it names carries what a " + route.kind() + " routes: "
                            + meant.stream().map(ServiceParents::whatItCarries).collect(Collectors.joining(", "));
            reject(draft, attachment, "", new Problem("NotAllowedByListeners", message));
        }
    }

    private static boolean isMeant(Service.Port port, ParentRef ref) {
        return (ref.sectionName() == null || ref.sectionName().equals(port.name()))
                && (ref.port() == null || ref.port() == port.number());
    }

    private static String whatItCarries(MeshPort port) {
        String told = "known for another protocol";
        if (DeclaredProtocol.of(port.port) != null) {
            told = port.port.appProtocol() == null
                    ? "named `" + port.port.name() + "`"
                    : "appProtocol `" + port.port.appProtocol() + "`";
        }
        return port.port.number() + " (" + told + ")";
    }

    private void rejectNoPort(RouteDraft draft, MeshAttachment attachment, Service service) {
        String section = attachment.ref.sectionName();
        List<String> names = service.ports().stream().map(Service.Port::name).toList();
        boolean unknownName = section != null && !names.contains(section);
        String message = service.describe() + " has no TCP port"
                + (attachment.ref.port() == null ? "" : " " + attachment.ref.port())
                + (section == null ? "" : " named `" + section + "`")
                + (section == null || !unknownName ? "" : findings.didYouMean(section, () -> names));
        String part = unknownName ? ".sectionName" : attachment.ref.port() == null ? ".name" : ".port";
        reject(draft, attachment, part, new Problem("NoMatchingParent", message));
    }

    private void reject(RouteDraft draft, MeshAttachment attachment, String part, Problem problem) {
        attachment.rejected = problem;
        findings.error(draft.route, attachment.field + part, problem);
    }

    /** Among the routes of one namespace the first of {@link MeshPort#KINDS} stays, and the others are told. */
    private void settleKinds(MeshPort port) {
        for (Set<RouteDraft> routes : port.routes.values()) {
            String winner = routes.stream()
                    .map(each -> each.route.kind())
                    .min(Comparator.comparingInt(MeshPort.KINDS::indexOf))
                    .orElseThrow();
            List<RouteDraft> losers = routes.stream()
                    .filter(each -> !each.route.kind().equals(winner))
                    .toList();
            losers.forEach(routes::remove);
            losers.forEach(each -> withdraw(each, port, winner));
            if (winner.equals("TCPRoute")) {
                tellTheUnserved(port, routes);
            }
        }
    }

    /** To lose one port of all is no mistake of the route's author; to lose all, or one that was named, may be. */
    private void withdraw(RouteDraft draft, MeshPort port, String winner) {
        String message =
                "port " + port.name() + " has a route of kind " + winner + ", which wins over " + draft.route.kind();
        Problem problem = new Problem("Conflicted", message);
        for (MeshAttachment attachment : new ArrayList<>(draft.mesh)) {
            if (!attachment.ports.remove(port)) {
                continue;
            }
            if (attachment.ports.isEmpty()) {
                reject(draft, attachment, "", problem);
            } else {
                findings.warning(draft.route, attachment.field, problem.reason(), problem.message());
            }
        }
    }

    /** A TCP connection says nothing by which to choose, so the oldest route gets them all. */
    private void tellTheUnserved(MeshPort port, Set<RouteDraft> routes) {
        routes.stream()
                .map(draft -> draft.route)
                .sorted(Precedence.OLDEST_FIRST)
                .skip(1)
                .forEach(route -> findings.warning(
                        route,
                        "spec.parentRefs",
                        "NotServed",
                        "another TCPRoute on port " + port.name()
                                + " is older or first by name and gets all connections"));
    }
}
