package dev.torii.console.web;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other web pages out of an SRE's browser session: by name (DNS rebinding: a page's own host name is made to lead
 * here) and by requests that scripts and forms of other sites send. Clients that are no browsers notice nothing.
 */
public final class Visitors {

    private final Set<String> hosts = new HashSet<>(Set.of("localhost"));

    /** @param hosts names that the console is asked by, beside localhost and IP addresses */
    public Visitors(List<String> hosts) {
        hosts.forEach(host -> this.hosts.add(host.toLowerCase(Locale.ROOT)));
    }

    /** Why a request is refused, or null. */
    public @Nullable String refusal(HttpServerRequest request) {
        if (!isAskedByKnownName(request)) {
            return "asked by a name that is not this console's: use its address, or name it with --host";
        }
        String site = request.getHeader("sec-fetch-site");
        boolean other = site != null && !site.equals("same-origin") && !site.equals("none");
        boolean navigates = "navigate".equals(request.getHeader("sec-fetch-mode"))
                && request.method().equals(HttpMethod.GET)
                && !request.path().startsWith("/api/");
        return other && !navigates ? "other web pages may not read this" : null;
    }

    /** HTTP/1.0 needs no Host, and no browser leaves it out. */
    private boolean isAskedByKnownName(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        if (authority == null) {
            return true;
        }
        String host = authority.host();
        return hosts.contains(host.toLowerCase(Locale.ROOT))
                || NetUtil.isValidIpV4Address(host)
                || NetUtil.isValidIpV6Address(host);
    }
}
