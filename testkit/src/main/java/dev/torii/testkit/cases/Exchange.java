package dev.torii.testkit.cases;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request of a case and what must come of it.
 *
 * @param times how often it is made
 * @param method of HTTP, or {@code GRPC}, {@code TLS}, {@code TCP}, {@code WEBSOCKET}
 * @param target where it goes
 * @param protocol how it is spoken
 * @param serverName the SNI when it is not the target's host
 * @param clientCertificate by name, or null
 * @param headers to send
 * @param outcome the first thing that must hold
 * @param checks everything else that must hold
 */
public record Exchange(
        int line,
        int times,
        String method,
        Target target,
        Protocol protocol,
        @Nullable String serverName,
        @Nullable String clientCertificate,
        List<Map.Entry<String, String>> headers,
        Outcome outcome,
        List<Check> checks) {

    public Exchange {
        headers = List.copyOf(headers);
        checks = List.copyOf(checks);
    }

    /** How a request is spoken. */
    public enum Protocol {
        HTTP1,
        H2,
        H2C
    }

    /**
     * @param scheme {@code http}, {@code https}, {@code grpc}, {@code tls} or {@code tcp}
     * @param host as the Host header says, without a port; {@code 127.0.0.1} when the case names none
     * @param port the listener's, as in the manifests
     * @param path with the query; {@code ""} for streams
     */
    public record Target(String scheme, String host, int port, String path) {

        /** The Host header: with the port where it is not the scheme's own. */
        public String authority() {
            boolean own = port == (scheme.equals("https") ? 443 : 80);
            return own ? host : host + ":" + port;
        }

        boolean isTls() {
            return scheme.equals("https") || scheme.equals("tls");
        }
    }

    /**
     * @param statuses of which one must come: HTTP statuses, gRPC codes, {@code connected} or {@code rejected}
     * @param negated none of them must come instead
     * @param from whose pod must have answered, or null
     * @param location where a redirect must lead, or null
     */
    public record Outcome(
            List<String> statuses,
            boolean negated,
            @Nullable ObjectName from,
            @Nullable String location) {
        public Outcome {
            statuses = List.copyOf(statuses);
        }
    }

    /** The same request to somewhere else. */
    Exchange to(Target other) {
        return new Exchange(
                line, times, method, other, protocol, serverName, clientCertificate, headers, outcome, checks);
    }

    boolean isHttp() {
        return !List.of("GRPC", "TLS", "TCP", "WEBSOCKET").contains(method);
    }

    /** What is sent as Host: the case's own header of that name, else where the request goes. */
    String authority() {
        return headers.stream()
                .filter(h -> h.getKey().equalsIgnoreCase("host"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(target::authority);
    }

    /** The line as a person would say it. */
    @Override
    public String toString() {
        return (times > 1 ? times + " times " : "") + method + " " + target.scheme() + "://" + target.authority()
                + target.path();
    }
}
