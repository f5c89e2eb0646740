package dev.torii.routing;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One socket to listen on and the listeners that share it. They differ by hostname: a request or connection belongs to
 * the single most specific listener that matches, and to no other (listener isolation, Gateway API
 * {@code GatewayHTTPListenerIsolation}).
 *
 * @param number the port as configured, which redirects and logs name; a role may bind another one
 * @param wire what the first bytes of a connection are
 * @param listeners most specific hostname first; never empty
 */
public record Port(int number, Wire wire, List<Listener> listeners) {

    /** What the first bytes on a connection of this port are. */
    public enum Wire {
        /** HTTP/1 or HTTP/2 in clear. */
        HTTP,
        /** A TLS client hello, terminated or passed on by its server name. */
        TLS,
        /** Anything. */
        TCP
    }

    public Port {
        listeners = listeners.stream()
                .sorted(Comparator.comparing(Listener::hostname).thenComparing(Listener::name))
                .toList();
    }

    /**
     * The listener for a host name, or null when none matches.
     *
     * @param host from the Host header or the SNI, lower case, without a port; {@code ""} when absent
     */
    public @Nullable Listener listenerFor(String host) {
        for (int i = 0; i < listeners.size(); i++) {
            Listener listener = listeners.get(i);
            if (listener.hostname().matches(host)) {
                return listener;
            }
        }
        return null;
    }
}
