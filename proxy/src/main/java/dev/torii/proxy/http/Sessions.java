package dev.torii.proxy.http;

import dev.torii.proxy.upstream.ClusterState;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.Hashing;
import dev.torii.routing.Cluster;
import dev.torii.routing.SessionPersistence;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/**
 * Sticky sessions without state (Gateway API {@code SessionPersistence}, GEP-1619): the cookie or header says which
 * backend and endpoint served first, as hashes, and when the session began. Any proxy can read it; none has to remember.
 */
final class Sessions {

    private static final long MAX_SKEW_SECONDS = 60;

    private Sessions() {}

    private record Token(long cluster, long endpoint, long beganSeconds) {}

    /** The position of the backend that the session belongs to, or -1. A backend of weight 0 keeps its sessions. */
    static int backend(RulePlan rule, RequestHead head) {
        SessionPersistence session = rule.rule().session();
        Token token = session == null ? null : read(session, head);
        for (int i = 0; token != null && i < rule.backends().size(); i++) {
            Cluster cluster = rule.backends().get(i).cluster();
            if (cluster != null && Hashing.hash(cluster.key()) == token.cluster()) {
                return i;
            }
        }
        return -1;
    }

    /** The endpoint that the session belongs to, or null when it has none or it is gone. */
    static @Nullable EndpointState endpoint(
            @Nullable SessionPersistence session, RequestHead head, ClusterState cluster) {
        Token token = session == null ? null : read(session, head);
        return token == null || token.cluster() != Hashing.hash(cluster.key()) ? null : cluster.named(token.endpoint());
    }

    /** A new session's value, or null when the rule wants none. */
    static @Nullable String issue(@Nullable SessionPersistence session, Cluster cluster, EndpointState endpoint) {
        if (session == null) {
            return null;
        }
        return Long.toHexString(Hashing.hash(cluster.key()))
                + "-" + Long.toHexString(Hashing.hash(endpoint.name()))
                + "-" + Long.toHexString(System.currentTimeMillis() / 1000);
    }

    /** Tells the client its session. */
    static void announce(@Nullable SessionPersistence session, String value, boolean secure, MultiMap out) {
        if (session == null) {
            return;
        }
        if (session.type() == SessionPersistence.Type.HEADER) {
            out.set(session.name(), value);
            return;
        }
        StringBuilder cookie = new StringBuilder(session.name())
                .append('=')
                .append(value)
                .append("; Path=")
                .append(session.path())
                .append("; HttpOnly; SameSite=Lax");
        if (session.permanent() && session.absoluteTimeoutSeconds() > 0) {
            cookie.append("; Max-Age=").append(session.absoluteTimeoutSeconds());
        }
        out.add("set-cookie", secure ? cookie.append("; Secure").toString() : cookie.toString());
    }

    private static @Nullable Token read(SessionPersistence session, RequestHead head) {
        String text = session.type() == SessionPersistence.Type.COOKIE
                ? head.cookie(session.name())
                : head.header(session.name());
        if (text == null || text.length() > 64) {
            return null;
        }
        String[] parts = text.split("-");
        if (parts.length != 3) {
            return null;
        }
        try {
            Token token = new Token(
                    Long.parseUnsignedLong(parts[0], 16),
                    Long.parseUnsignedLong(parts[1], 16),
                    Long.parseUnsignedLong(parts[2], 16));
            long age = System.currentTimeMillis() / 1000 - token.beganSeconds();
            // Clients keep their sessions themselves: one from the future would never end. Our clocks differ a little.
            boolean valid = session.absoluteTimeoutSeconds() == 0
                    || (age >= -MAX_SKEW_SECONDS && age <= session.absoluteTimeoutSeconds());
            return valid ? token : null;
        } catch (NumberFormatException forged) {
            return null;
        }
    }
}
