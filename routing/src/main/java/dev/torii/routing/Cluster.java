package dev.torii.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Service port as a destination: its ready endpoints and how to talk to them.
 *
 * @param key identity over time, {@code namespace/service:port} (with a suffix where the same Service is reached in
 *     different ways); live state such as pools is kept by it
 * @param service {@code namespace/service}, for logs and metrics
 * @param protocol how to speak to the endpoints
 * @param endpoints ready ones, sorted; empty means 503
 * @param tls null for clear text
 * @param invalid when not null every request gets 503 with this detail: {@code backend_tls_invalid} (a
 *     BackendTLSPolicy without a valid CA) or {@code client_certificate_invalid}
 * @param resilience limits, breakers and health
 */
public record Cluster(
        String key,
        String service,
        Protocol protocol,
        List<Endpoint> endpoints,
        LoadBalancing loadBalancing,
        ConnectionSettings connection,
        @Nullable UpstreamTls tls,
        @Nullable String invalid,
        Resilience resilience) {

    /** With {@link Resilience#NONE}. */
    public Cluster(
            String key,
            String service,
            Protocol protocol,
            List<Endpoint> endpoints,
            LoadBalancing loadBalancing,
            ConnectionSettings connection,
            @Nullable UpstreamTls tls,
            @Nullable String invalid) {
        this(key, service, protocol, endpoints, loadBalancing, connection, tls, invalid, Resilience.NONE);
    }

    public enum Protocol {
        /** HTTP/1.1. */
        AUTO,
        HTTP1,
        /** HTTP/2 by prior knowledge, or ALPN over TLS. */
        HTTP2,
        /** For a mesh, which must not be noticed: HTTP/2 for a request that came by it, HTTP/1.1 for others. */
        AS_CLIENT
    }

    public Cluster {
        endpoints = List.copyOf(endpoints);
    }
}
