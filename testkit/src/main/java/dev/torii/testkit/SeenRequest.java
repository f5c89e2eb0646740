package dev.torii.testkit;

import java.util.List;
import java.util.Map;

/**
 * A request as it reached a backend.
 *
 * @param method as sent; for gRPC {@code POST}
 * @param uri the raw request target with its query; for gRPC {@code /service/method}
 * @param host the Host header or {@code :authority}
 * @param protocol {@code HTTP/1.0}, {@code HTTP/1.1} or {@code HTTP/2.0}
 * @param headers in order, in the spelling received, without pseudo headers
 * @param serverName the SNI, {@code ""} without one
 */
public record SeenRequest(
        String method,
        String uri,
        String host,
        String protocol,
        List<Map.Entry<String, String>> headers,
        String serverName) {

    public SeenRequest {
        headers = List.copyOf(headers);
    }

    /** All values of a header, in order; the name's case does not matter. */
    public List<String> header(String name) {
        return headers.stream()
                .filter(h -> h.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }
}
