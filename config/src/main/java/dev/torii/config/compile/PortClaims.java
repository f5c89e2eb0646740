package dev.torii.config.compile;

import dev.torii.routing.HostPattern;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Settles which listeners may share a port. They must agree on what a connection starts with, and differ by hostname.
 *
 * <p>Within one Gateway all that conflict lose (Gateway API, {@code GatewaySpec.listeners}). Between Gateways, which in
 * one process share its ports, the first keeps what it has: the older Gateway, then the first by {@code namespace/name}.
 * After all Gateways come their ListenerSets in the same order, and of one set the listeners as written.
 */
final class PortClaims {

    /** More of them nobody reads. */
    private static final int MOST_OVERLAPS = 8;

    private static final String PROTOCOL_CONFLICT = "ProtocolConflict";
    private static final String HOSTNAME_CONFLICT = "HostnameConflict";

    private final Findings findings;
    private final Map<Integer, ListenerDraft> firstOnPort = new HashMap<>();
    private final Map<String, ListenerDraft> byPortAndHost = new HashMap<>();
    private final Map<Integer, ListenerDraft> firstToEndTls = new HashMap<>();

    private PortClaims(Findings findings) {
        this.findings = findings;
    }

    /** @param gateways that share the ports of one process, in order of precedence */
    static void settle(List<GatewayDraft> gateways, Findings findings) {
        PortClaims claims = new PortClaims(findings);
        for (GatewayDraft gateway : gateways) {
            claims.settleWithin(gateway);
            supported(gateway.listeners.stream())
                    .filter(each -> !each.conflicted)
                    .forEach(claims::claim);
        }
        gateways.stream()
                .flatMap(gateway -> gateway.sets.stream())
                .filter(each -> each.rejected == null)
                .sorted(Comparator.comparing(each -> each.set, Precedence.OLDEST_FIRST))
                .flatMap(each -> supported(each.listeners.stream()))
                .filter(each -> each.rejected == null)
                .forEach(claims::claim);
        gateways.forEach(PortClaims::noteOverlaps);
    }

    private static Stream<ListenerDraft> supported(Stream<ListenerDraft> listeners) {
        return listeners.filter(each -> each.protocol != null);
    }

    private void settleWithin(GatewayDraft gateway) {
        Map<Integer, List<ListenerDraft>> ports = supported(gateway.listeners.stream())
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
    private static void noteOverlaps(GatewayDraft gateway) {
        Map<Integer, List<ListenerDraft>> ports = gateway.allListeners()
                .filter(each -> each.terminatesTls() && (each.set == null || each.set.rejected == null))
                .collect(Collectors.groupingBy(each -> each.spec.port()));
        for (List<ListenerDraft> listeners : ports.values()) {
            for (ListenerDraft listener : listeners) {
                listeners.stream()
                        .filter(other -> other != listener)
                        .filter(other -> overlap(listener.spec.hostname(), other.spec.hostname()))
                        .limit(MOST_OVERLAPS)
                        .forEach(other -> listener.overlaps.add(other.shortName()));
            }
        }
    }

    private static boolean overlap(HostPattern one, HostPattern other) {
        return one.intersect(other).isPresent();
    }

    private void claim(ListenerDraft listener) {
        int port = listener.spec.port();
        HostPattern host = listener.spec.hostname();
        ListenerDraft first = firstOnPort.putIfAbsent(port, listener);
        if (first != null && first.wire() != listener.wire()) {
            String message = "port " + port + " is taken by " + first.spec.protocol() + " listener `" + first.name()
                    + "`, which comes first";
            conflict(listener, ".protocol", PROTOCOL_CONFLICT, message);
            return;
        }
        ListenerDraft owner = byPortAndHost.putIfAbsent(port + " " + host, listener);
        if (owner != null) {
            String message = describe(host) + " on port " + port + " is taken by listener `" + owner.name()
                    + "`, which comes first";
            conflict(listener, ".hostname", HOSTNAME_CONFLICT, message);
        } else if (listener.terminatesTls() && listener.isServed()) {
            agreeOnClients(listener);
        }
    }

    /** A client is asked for its certificate before all is known of where it wants to go. */
    private void agreeOnClients(ListenerDraft listener) {
        ListenerDraft first = firstToEndTls.putIfAbsent(listener.spec.port(), listener);
        if (first != null && !Objects.equals(first.clientAuthorities, listener.clientAuthorities)) {
            String message = "all listeners of port " + listener.spec.port()
                    + " that end TLS must ask the same certificates of clients, and `" + first.name() + "` does not";
            listener.reject(findings, ".tls", new Problem("UnsupportedValue", message));
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
