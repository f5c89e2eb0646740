package dev.torii.proxy.http;

import dev.torii.routing.Filter;
import dev.torii.routing.PathMatch;

/** Builds the Location of a redirect (Gateway API {@code HTTPRequestRedirectFilter}). */
final class Redirects {

    private Redirects() {}

    /**
     * @param listenerPort the port as configured: a redirect without scheme and port stays on it
     */
    static String location(Filter.Redirect redirect, RequestHead head, PathMatch matched, int listenerPort) {
        String scheme = redirect.scheme() != null ? redirect.scheme() : head.scheme();
        String host = redirect.hostname() != null ? redirect.hostname() : head.host();
        int port;
        if (redirect.port() != null) {
            port = redirect.port();
        } else if (redirect.scheme() != null) {
            port = wellKnown(scheme);
        } else {
            port = listenerPort;
        }
        String path = redirect.path() != null ? redirect.path().apply(head.path(), matched) : head.path();
        StringBuilder out = new StringBuilder(64).append(scheme).append("://").append(host);
        if (port != wellKnown(scheme)) {
            out.append(':').append(port);
        }
        out.append(path);
        if (!head.query().isEmpty()) {
            out.append('?').append(head.query());
        }
        return out.toString();
    }

    private static int wellKnown(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }
}
