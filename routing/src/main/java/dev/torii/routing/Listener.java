package dev.torii.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One listener of a Gateway with what is attached to it.
 *
 * @param name {@code namespace/gateway/listener}
 * @param protocol what is done with a connection
 * @param hostname which hosts (HTTP, HTTPS) or server names (TLS) it takes
 * @param certificates what it may present, first one preferred; empty unless it terminates TLS
 * @param clientAuthorities CA certificates, PEM, one of which must vouch for every client; null asks clients for no
 *     certificate. All listeners of a port that end TLS have the same
 * @param settings trust, limits and timeouts
 * @param routes for HTTP and HTTPS; {@link RouteTable#EMPTY} otherwise
 * @param streams for TLS and TCP; {@link StreamTable#EMPTY} otherwise
 * @param telemetry what holds for a request that no rule takes
 */
public record Listener(
        String name,
        Protocol protocol,
        HostPattern hostname,
        List<KeyPair> certificates,
        @Nullable String clientAuthorities,
        ListenerSettings settings,
        RouteTable routes,
        StreamTable streams,
        Telemetry telemetry) {

    /** Asks clients for no certificate. */
    public Listener(
            String name,
            Protocol protocol,
            HostPattern hostname,
            List<KeyPair> certificates,
            ListenerSettings settings,
            RouteTable routes,
            StreamTable streams,
            Telemetry telemetry) {
        this(name, protocol, hostname, certificates, null, settings, routes, streams, telemetry);
    }

    /** With {@link Telemetry#DEFAULT}. */
    public Listener(
            String name,
            Protocol protocol,
            HostPattern hostname,
            List<KeyPair> certificates,
            ListenerSettings settings,
            RouteTable routes,
            StreamTable streams) {
        this(name, protocol, hostname, certificates, settings, routes, streams, Telemetry.DEFAULT);
    }

    public enum Protocol {
        HTTP,
        HTTPS,
        TLS_TERMINATE,
        TLS_PASSTHROUGH,
        TCP
    }

    public Listener {
        certificates = List.copyOf(certificates);
    }
}
