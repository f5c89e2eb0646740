package dev.torii.config.compile;

import dev.torii.config.compile.Resolution.Broken;
import dev.torii.config.compile.Resolution.ServicePort;
import dev.torii.config.resource.BackendRef;
import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.RouteFilter;
import dev.torii.config.resource.RouteRule;
import dev.torii.config.resource.Service;
import dev.torii.config.resource.TcpRoute;
import dev.torii.config.resource.TlsRoute;
import dev.torii.routing.Filter;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Follows every backendRef of a route, mirrors included, to a Service port, or says why it leads nowhere. Done for each
 * route, attached or not: {@code ResolvedRefs} does not depend on {@code Accepted}.
 */
final class BackendReferences {

    private static final String TCP = "TCP";

    private final ResourceSet resources;
    private final References references;
    private final Findings findings;

    BackendReferences(ResourceSet resources, References references, Findings findings) {
        this.resources = resources;
        this.references = references;
        this.findings = findings;
    }

    /** Fills in the draft's resolutions and what is wrong with them. */
    void resolve(RouteDraft draft) {
        if (draft.route instanceof HttpRoute http) {
            resolveRules(draft, http.rules());
        } else if (draft.route instanceof GrpcRoute grpc) {
            resolveRules(draft, grpc.rules());
        } else if (draft.route instanceof TlsRoute tls) {
            resolveBackends(draft, tls.backendRefs(), "spec.rules[0]", false);
        } else if (draft.route instanceof TcpRoute tcp) {
            resolveBackends(draft, tcp.backendRefs(), "spec.rules[0]", false);
        }
    }

    private void resolveRules(RouteDraft draft, List<RouteRule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            String field = "spec.rules[" + i + "]";
            resolveFilters(draft, rules.get(i).filters(), field);
            resolveBackends(draft, rules.get(i).backendRefs(), field, true);
            warnOfNoAnswer(draft, rules.get(i), field);
        }
    }

    private void resolveBackends(RouteDraft draft, List<BackendRef> refs, String owner, boolean requests) {
        for (int i = 0; i < refs.size(); i++) {
            String field = owner + ".backendRefs[" + i + "]";
            resolve(draft, refs.get(i), field, requests);
            resolveFilters(draft, refs.get(i).filters(), field);
        }
    }

    private void resolveFilters(RouteDraft draft, List<RouteFilter> filters, String owner) {
        for (int i = 0; i < filters.size(); i++) {
            String field = owner + ".filters[" + i + "]";
            if (filters.get(i) instanceof RouteFilter.Mirror mirror) {
                resolve(draft, mirror.backend(), field + ".requestMirror.backendRef", true);
            } else if (filters.get(i) instanceof RouteFilter.Unsupported unsupported) {
                refuse(draft, unsupported, field + ".type");
            }
        }
    }

    /** At a Gateway; in a mesh such a rule leads to its parent Service. */
    private void warnOfNoAnswer(RouteDraft draft, RouteRule rule, String field) {
        boolean redirects = rule.filters().stream()
                .anyMatch(each -> each instanceof RouteFilter.Plain plain && plain.filter() instanceof Filter.Redirect);
        if (rule.backendRefs().isEmpty() && !redirects && !draft.attachments.isEmpty()) {
            findings.warning(
                    draft.route, field, "NoBackends", "without backendRefs or a redirect every request gets 500");
        }
    }

    private void resolve(RouteDraft draft, BackendRef ref, String field, boolean requests) {
        Resolution resolution = follow(draft.route, ref, requests);
        draft.resolutions.put(ref, resolution);
        if (resolution instanceof Broken broken) {
            findings.error(draft.route, field + broken.field(), broken.problem());
            draft.unresolved = draft.unresolved == null ? broken.problem() : draft.unresolved;
        }
    }

    /** It must not be skipped, so what it would have seen gets an error; see {@link RouteFilter.Unsupported}. */
    private void refuse(RouteDraft draft, RouteFilter.Unsupported filter, String field) {
        String told = "filter `" + filter.type() + "` is not supported";
        if (filter.type().equals("ExtensionRef")) {
            Problem problem = new Problem("InvalidKind", told + ": requests that it would see get 500");
            findings.error(draft.route, field, problem);
            draft.unresolved = draft.unresolved == null ? problem : draft.unresolved;
        } else {
            Problem problem =
                    new Problem("UnsupportedValue", "Fall Back: " + told + ", requests that it would see get 500");
            findings.error(draft.route, field, problem);
            draft.partial = draft.partial == null ? problem : draft.partial;
        }
    }

    private Resolution follow(Resource referrer, BackendRef ref, boolean requests) {
        ObjectRef target = ref.target();
        if (!target.is(Resource.CORE_GROUP, "Service")) {
            return broken(
                    ".kind", "InvalidKind", "a backend must be a Service, not a " + target.kind(), "invalid_kind");
        }
        if (!resources.permits(referrer, target)) {
            return new Broken(".namespace", References.notPermitted(referrer, target), "ref_not_permitted");
        }
        Service service = resources.find(Service.class, target.namespace(), target.name());
        if (service == null) {
            String message = references.unknown(Service.class, target);
            return broken(".name", "BackendNotFound", message, "backend_not_found");
        }
        if (service.isExternalName()) {
            String message = target + " is of type ExternalName, which is not supported";
            return broken(".name", "InvalidKind", message, "invalid_kind");
        }
        Service.Port port = port(service, ref.port());
        if (port == null) {
            return broken(".port", "BackendNotFound", noSuchPort(service, ref.port()), "backend_not_found");
        }
        if (requests && AppProtocol.of(port.appProtocol()) == null) {
            String message = target + " port " + port.number() + " has the appProtocol `" + port.appProtocol()
                    + "`, by which no requests can be sent";
            return broken(".port", "UnsupportedProtocol", message, "unsupported_protocol");
        }
        return new ServicePort(service, port);
    }

    private static Broken broken(String field, String reason, String message, String detail) {
        return new Broken(field, new Problem(reason, message), detail);
    }

    private static Service.@Nullable Port port(Service service, @Nullable Integer number) {
        return service.ports().stream()
                .filter(port -> number != null
                        && port.number() == number
                        && port.protocol().equals(TCP))
                .findFirst()
                .orElse(null);
    }

    private static String noSuchPort(Service service, @Nullable Integer number) {
        String ports = service.ports().stream()
                .filter(port -> port.protocol().equals(TCP))
                .map(port -> String.valueOf(port.number()))
                .collect(Collectors.joining(", "));
        return service.describe() + " has no port " + number
                + (ports.isEmpty() ? " (it has none)" : ", it has " + ports);
    }
}
