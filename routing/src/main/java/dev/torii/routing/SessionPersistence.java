package dev.torii.routing;

/**
 * Keeps a client with the endpoint that served it first. Source: Gateway API {@code SessionPersistence} (experimental).
 *
 * @param name of the cookie or header that carries the session
 * @param path of the cookie
 * @param absoluteTimeoutSeconds after which a session ends whatever happens; 0 is never
 * @param permanent whether the cookie outlives the browser
 */
public record SessionPersistence(Type type, String name, String path, long absoluteTimeoutSeconds, boolean permanent) {

    public SessionPersistence {
        WireText.check(name);
        WireText.check(path);
    }

    public enum Type {
        COOKIE,
        HEADER
    }
}
