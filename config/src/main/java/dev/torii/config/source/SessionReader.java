package dev.torii.config.source;

import dev.torii.routing.SessionPersistence;
import dev.torii.routing.SessionPersistence.Type;
import java.util.Locale;
import java.util.Map;

/**
 * Reads {@code rules[].sessionPersistence} in both of its experimental shapes: {@code cookie} and {@code header} blocks,
 * and the older {@code sessionName} with {@code cookieConfig} of 1.6.1.
 */
final class SessionReader {

    private SessionReader() {}

    /** @param owner tells apart sessions that have no name of their own */
    static SessionPersistence read(Fields session, String owner) {
        boolean header = session.get("type").oneOf("Cookie", "Cookie", "Header").equals("Header");
        long seconds = (session.get("absoluteTimeout").millis(0) + 999) / 1000;
        boolean newer = session.has("cookie") || session.has("header");
        SessionPersistence read = newer ? newer(session, header, seconds) : older(session, header, seconds, owner);
        if (read.permanent() && seconds == 0) {
            session.error("MissingField", "a `Permanent` cookie needs `absoluteTimeout`");
        }
        return read;
    }

    private static SessionPersistence newer(Fields session, boolean header, long seconds) {
        for (String older : new String[] {"sessionName", "cookieConfig"}) {
            session.get(older).error("`" + older + "` is of an older API and does not go with `cookie` or `header`");
        }
        session.union(header ? "Header" : "Cookie", Map.of("Cookie", "cookie", "Header", "header"));
        SessionPersistence read = header
                ? session.get("header")
                        .mapping(fields -> new SessionPersistence(
                                Type.HEADER, fields.need("name").text(Syntax.SESSION_NAME), "/", seconds, false))
                : session.get("cookie")
                        .mapping(fields -> new SessionPersistence(
                                Type.COOKIE,
                                fields.need("name").text(Syntax.SESSION_NAME),
                                fields.get("path").text(Syntax.COOKIE_PATH, "/"),
                                seconds,
                                permanent(fields)));
        return read != null ? read : new SessionPersistence(Type.COOKIE, "", "/", seconds, false);
    }

    private static SessionPersistence older(Fields session, boolean header, long seconds, String owner) {
        String name = session.get("sessionName")
                .text(Syntax.SESSION_NAME, String.format(Locale.ROOT, "torii-%08x", owner.hashCode()));
        Boolean permanent = session.get("cookieConfig").mapping(SessionReader::permanent);
        return new SessionPersistence(
                header ? Type.HEADER : Type.COOKIE, name, "/", seconds, Boolean.TRUE.equals(permanent));
    }

    private static boolean permanent(Fields cookie) {
        return cookie.get("lifetimeType")
                .oneOf("Session", "Session", "Permanent")
                .equals("Permanent");
    }
}
