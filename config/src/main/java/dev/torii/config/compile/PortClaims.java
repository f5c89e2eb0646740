package dev.torii.config.compile;

import dev.torii.routing.HostPattern;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Settles which listeners may share a port. They must agree on what a connection starts with, and differ by hostname.
 *
 * <p>Within one Gateway all that conflict lose (Gateway API, {@code GatewaySpec.listeners}). Between Gateways, which in
 * one process share its ports, the first keeps what it has: the older Gateway, then the first by {@code namespace/name}.
 */
final class PortClaims {

    private static final String PROTOCOL_CONFLICT = "ProtocolConflict";
    private static final String HOSTNAME_CONFLICT = "HostnameConflict";

    private final Findings findings;
    private final Map<Integer, ListenerDraft> firstOnPort = new HashMap<>();
    private final Map<String, ListenerDraft> byPortAndHost = new HashMap<>();

    private PortClaims(Findings findings) {
        this.findings = findings;
    }

    /** @param gateways in order of precedence */
    static void settle(List<GatewayDraft> gateways, Findings findings) {
        PortClaims claims = new PortClaims(findings);
        for (GatewayDraft gateway : gateways) {
            claims.settleWithin(gateway);
            if (gateway.rejected == null) {
                supported(gateway).stream().filter(each -> !each.conflicted).forEach(claims::claim);
            }
        }
    }

    private static List<ListenerDraft> supported(GatewayDraft gateway) {
        return gateway.listeners.stream().filter(each -> each.protocol != null).toList();
    }

    private void settleWithin(GatewayDraft gateway) {
        Map<Integer, List<ListenerDraft>> ports = supported(gateway).stream()
                .collect(Collectors.groupingBy(each -> each.spec.port(), TreeMap::new, Collectors.toList()));
        ports.forEach((port, listeners) -> {
            if (listeners.stream().map(ListenerDraft::wire).distinct().count() > 1) {
                String message = "listeners " + names(listeners) + " cannot share port " + port
                        + ": only HTTPS and TLS go together";
                listeners.forEach(each -> conflict(each, ".protocol", PROTOCOL_CONFLICT, message));
                return;
            }
            listeners.stream()
                    .collect(Collectors.groupingBy(each -> each.spec.hostname(), TreeMap::new, Collectors.toList()))
                    .forEach(this::settleSameHost);
            listeners.forEach(each -> noteOverlaps(each, listeners));
        });
    }

    private void settleSameHost(HostPattern host, List<ListenerDraft> listeners) {
        if (listeners.size() > 1) {
            String message = "listeners " + names(listeners) + " cannot share port "
                    + listeners.get(0).spec.port() + " with the same hostname, " + describe(host);
            listeners.forEach(each -> conflict(each, ".hostname", HOSTNAME_CONFLICT, message));
        }
    }

    /** HTTP/2 clients re-use a connection for other hosts of its certificate, and get 421 then. */
    private static void noteOverlaps(ListenerDraft listener, List<ListenerDraft> onPort) {
        for (ListenerDraft other : onPort) {
            boolean both = other != listener && listener.terminatesTls() && other.terminatesTls();
            if (both
                    && listener.spec.hostname().intersect(other.spec.hostname()).isPresent()) {
                listener.overlaps.add(other.spec.name());
            }
        }
    }

    private void claim(ListenerDraft listener) {
        int port = listener.spec.port();
        HostPattern host = listener.spec.hostname();
        ListenerDraft first = firstOnPort.putIfAbsent(port, listener);
        if (first != null && first.wire() != listener.wire()) {
            String message = "port " + port + " is taken by " + first.spec.protocol() + " listener `" + first.name()
                    + "`, whose Gateway is older or first by name";
            conflict(listener, ".protocol", PROTOCOL_CONFLICT, message);
            return;
        }
        ListenerDraft owner = byPortAndHost.putIfAbsent(port + " " + host, listener);
        if (owner != null) {
            String message = describe(host) + " on port " + port + " is taken by listener `" + owner.name()
                    + "`, whose Gateway is older or first by name";
            conflict(listener, ".hostname", HOSTNAME_CONFLICT, message);
        }
    }

    private void conflict(ListenerDraft listener, String part, String reason, String message) {
        listener.conflicted = true;
        listener.reject(findings, part, new Problem(reason, message));
    }

    private static String names(List<ListenerDraft> listeners) {
        return listeners.stream().map(each -> "`" + each.spec.name() + "`").collect(Collectors.joining(", "));
    }

    private static String describe(HostPattern host) {
        return host.isAny() ? "every hostname" : "hostname `" + host + "`";
    }
}
