package dev.torii.config.compile;

import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.HttpRoute;
import dev.torii.routing.HostPattern;
import java.util.Comparator;
import java.util.List;

/**
 * An HTTPRoute and a GRPCRoute may not share a host on one listener: the older keeps it, then the first by
 * {@code namespace/name}, and the other is not accepted there. Source: Gateway API {@code GRPCRouteSpec.hostnames}.
 */
final class KindClash {

    private static final Comparator<RouteDraft> OLDEST_FIRST = Comparator.comparing(
                    (RouteDraft each) -> each.route, Precedence.OLDEST_FIRST)
            .thenComparing(each -> each.route.kind());

    private KindClash() {}

    /** Takes the losers off the listener; a route that no listener of a parentRef is left for is not accepted. */
    static void settle(ListenerDraft listener, Findings findings) {
        boolean mixed = listener.routes.keySet().stream().anyMatch(KindClash::isHttp)
                && listener.routes.keySet().stream().anyMatch(each -> each.route instanceof GrpcRoute);
        if (!mixed) {
            return;
        }
        HostSet http = new HostSet();
        HostSet grpc = new HostSet();
        for (RouteDraft draft :
                listener.routes.keySet().stream().sorted(OLDEST_FIRST).toList()) {
            List<HostPattern> hosts = listener.routes.getOrDefault(draft, List.of());
            HostSet others = isHttp(draft) ? grpc : http;
            if (hosts.stream().anyMatch(others::intersects)) {
                listener.routes.remove(draft);
                withdraw(draft, listener, findings);
            } else {
                hosts.forEach((isHttp(draft) ? http : grpc)::add);
            }
        }
    }

    private static boolean isHttp(RouteDraft draft) {
        return draft.route instanceof HttpRoute;
    }

    private static void withdraw(RouteDraft draft, ListenerDraft listener, Findings findings) {
        String other = isHttp(draft) ? "GRPCRoute" : "HTTPRoute";
        Problem problem = new Problem(
                "Conflicted",
                "a " + other + " that is older or first by name has hostnames in common on listener `" + listener.name()
                        + "`");
        for (Attachment attachment : draft.attachments) {
            if (attachment.listeners.remove(listener)) {
                findings.error(draft.route, attachment.field, problem);
                attachment.rejected = attachment.listeners.isEmpty() ? problem : null;
            }
        }
    }
}
