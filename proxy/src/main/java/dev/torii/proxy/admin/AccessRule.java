package dev.torii.proxy.admin;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages in an operator's browser away from the admin port: by name (DNS rebinding: a page's own host name is
 * made to lead to 127.0.0.1) and by cross-site form posts. Clients that are no browsers notice nothing.
 */
final class AccessRule {

    private final boolean loopback;

    /** @param bindHost the address that the server listens on, as configured */
    AccessRule(String bindHost) {
        this.loopback = isLoopback(bindHost);
    }

    /** Why a request is refused, or null. */
    @Nullable
    String refusal(HttpServerRequest request) {
        if (loopback && !isAskedByLocalName(request)) {
            return "the admin port answers to localhost or an IP address only";
        }
        boolean changes =
                !request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD);
        return changes && comesFromAPage(request) ? "web pages may not change anything here" : null;
    }

    /** Browsers send at least one of these with every request of a script or form that is not a GET. */
    private static boolean comesFromAPage(HttpServerRequest request) {
        return request.headers().contains("origin") || request.headers().contains("sec-fetch-site");
    }

    /** HTTP/1.0 needs no Host, and no browser leaves it out. One that cannot be read is refused before this. */
    private static boolean isAskedByLocalName(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        return authority == null || isLocalName(authority.host());
    }

    private static boolean isLocalName(String host) {
        return host.equalsIgnoreCase("localhost") || isAddress(host);
    }

    private static boolean isAddress(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || (isAddress(host)
                        && NetUtil.createInetAddressFromIpAddressString(host).isLoopbackAddress());
    }
}
