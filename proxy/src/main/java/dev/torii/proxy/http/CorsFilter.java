package dev.torii.proxy.http;

import dev.torii.routing.Filter;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/**
 * Cross-origin answers (Fetch standard, Gateway API {@code HTTPCORSFilter}). A preflight is answered here and never
 * reaches the backend; an origin that is not allowed gets its answer without CORS headers, and the browser does the rest.
 */
final class CorsFilter {

    private final Filter.Cors config;
    private final boolean anyOrigin;
    private final String methods;
    private final String headers;
    private final String expose;

    CorsFilter(Filter.Cors config) {
        this.config = config;
        this.anyOrigin = config.allowOrigins().contains("*");
        this.methods = String.join(", ", config.allowMethods());
        this.headers = String.join(", ", config.allowHeaders());
        this.expose = String.join(", ", config.exposeHeaders());
    }

    static boolean isPreflight(RequestHead head) {
        return head.method().equals("OPTIONS")
                && head.header("origin") != null
                && head.header("access-control-request-method") != null;
    }

    boolean allows(String origin) {
        if (anyOrigin) {
            return true;
        }
        for (String allowed : config.allowOrigins()) {
            if (matches(allowed, origin)) {
                return true;
            }
        }
        return false;
    }

    /** {@code https://*.bar.com} covers any depth of subdomain and not the bare domain. */
    private static boolean matches(String allowed, String origin) {
        int star = allowed.indexOf("://*.");
        if (star < 0) {
            return allowed.equalsIgnoreCase(origin);
        }
        String suffix = allowed.substring(star + 4);
        int prefix = star + 3;
        return origin.length() > prefix + suffix.length()
                && origin.regionMatches(true, 0, allowed, 0, prefix)
                && origin.regionMatches(true, origin.length() - suffix.length(), suffix, 0, suffix.length());
    }

    /** The headers of a preflight's answer. */
    void preflight(RequestHead head, MultiMap out) {
        String origin = head.header("origin");
        if (origin == null || !allows(origin)) {
            return;
        }
        mark(origin, out);
        String wantedMethod = head.header("access-control-request-method");
        out.set("access-control-allow-methods", methods.equals("*") && wantedMethod != null ? wantedMethod : methods);
        String wantedHeaders = head.header("access-control-request-headers");
        String allowedHeaders = headers.equals("*") ? wantedHeaders : headers;
        if (allowedHeaders != null && !allowedHeaders.isEmpty()) {
            out.set("access-control-allow-headers", allowedHeaders);
        }
        out.set("access-control-max-age", Integer.toString(config.maxAgeSeconds()));
    }

    /** Marks the answer to an ordinary request. */
    void answer(@Nullable String origin, MultiMap out) {
        if (origin != null && allows(origin)) {
            mark(origin, out);
        }
    }

    private void mark(String origin, MultiMap out) {
        boolean literalStar = anyOrigin && !config.allowCredentials();
        out.set("access-control-allow-origin", literalStar ? "*" : origin);
        if (!literalStar) {
            out.add("vary", "origin");
        }
        if (config.allowCredentials()) {
            out.set("access-control-allow-credentials", "true");
        }
        if (!expose.isEmpty()) {
            out.set("access-control-expose-headers", expose);
        }
    }
}
