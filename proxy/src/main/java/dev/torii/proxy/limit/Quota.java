package dev.torii.proxy.limit;

import dev.torii.routing.RateLimit;
import java.util.concurrent.TimeUnit;

/**
 * One limit's members of the headers that tell clients of it. Source: draft-ietf-httpapi-ratelimit-headers, which knows
 * whole seconds only: of a shorter or broken window the next whole one is told, with what it admits.
 *
 * @param policy say, {@code "per-tenant";q=100;w=1}
 * @param name as a string of a structured field
 */
record Quota(String policy, String name) {

    private static final long SECOND = 1000;

    static Quota of(RateLimit limit) {
        long seconds = (limit.perMs() + SECOND - 1) / SECOND;
        double requests = (double) limit.requests() * seconds * SECOND / limit.perMs();
        String name = quoted(limit.name());
        return new Quota(name + ";q=" + Math.max(1, (long) requests) + ";w=" + seconds, name);
    }

    /** How things stand, say, {@code "per-tenant";r=50;t=30}: so many left, and in so many seconds all. */
    String state(Grant grant) {
        return name + ";r=" + grant.left() + ";t=" + seconds(grant.fullNanos());
    }

    /** Rounded up. */
    static long seconds(long nanos) {
        return (nanos + TimeUnit.SECONDS.toNanos(1) - 1) / TimeUnit.SECONDS.toNanos(1);
    }

    private static String quoted(String name) {
        StringBuilder out = new StringBuilder().append('"');
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        return out.append('"').toString();
    }
}
