package dev.torii.proxy.stream;

import dev.torii.proxy.http.HttpConnections;
import dev.torii.proxy.tls.ListenerIdentity;
import dev.torii.routing.Cluster;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Port;
import dev.torii.routing.Speaks;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a connection begins: what of it is awaited before it is known where it goes, and what that then is. Made for one
 * connection from the plan it pins. Immutable.
 */
public final class Gate {

    /** What is awaited. */
    enum Look {
        /** Nothing: the server may be the one to speak first. */
        NOTHING,
        /** A TLS ClientHello. */
        HELLO,
        /** Anything: a ClientHello, a request, other bytes. */
        ANYTHING
    }

    /** How long bytes of which nothing is known are waited for, before it is the server's turn. */
    private static final long SNIFF_MS = 100;

    private final Look look;
    private final long limitMs;
    private final Function<String, @Nullable Listener> listeners;
    private final @Nullable Cluster fixed;
    private final boolean isHttps;

    private Gate(
            Look look,
            long limitMs,
            Function<String, @Nullable Listener> listeners,
            @Nullable Cluster fixed,
            boolean isHttps) {
        this.look = look;
        this.limitMs = limitMs;
        this.listeners = listeners;
        this.fixed = fixed;
        this.isHttps = isHttps;
    }

    /** A port of a Gateway that speaks TLS or TCP. */
    static Gate of(Port port) {
        if (port.wire() == Port.Wire.TLS) {
            boolean https = port.listeners().stream().anyMatch(each -> each.protocol() == Listener.Protocol.HTTPS);
            return new Gate(Look.HELLO, ListenerIdentity.handshakeTimeoutMs(port), port::listenerFor, null, https);
        }
        return new Gate(Look.NOTHING, 0, name -> port.listeners().get(0), null, false);
    }

    /**
     * One listener, where TLS is passed on and never ended.
     *
     * @param speaks what is known of its callers; HTTP is not for a session but for {@link HttpConnections}
     */
    public static Gate of(Listener listener, Speaks speaks) {
        return of(speaks, listener.settings(), name -> listener, null);
    }

    /**
     * A place that no configuration knows, unless it turns out to speak HTTP.
     *
     * @param speaks what callers most likely speak; {@link Speaks#TCP} for straight to it
     */
    public static Gate of(Cluster place, Speaks speaks) {
        return of(speaks, ListenerSettings.MESH, name -> null, place);
    }

    private static Gate of(
            Speaks speaks,
            ListenerSettings settings,
            Function<String, @Nullable Listener> listeners,
            @Nullable Cluster fixed) {
        return switch (speaks) {
            case TLS -> new Gate(Look.HELLO, settings.handshakeTimeoutMs(), listeners, fixed, false);
            case CLIENT_FIRST, HTTP -> new Gate(Look.ANYTHING, settings.idleTimeoutMs(), listeners, fixed, false);
            case UNKNOWN -> new Gate(Look.ANYTHING, SNIFF_MS, listeners, fixed, false);
            case TCP -> new Gate(Look.NOTHING, 0, listeners, fixed, false);
        };
    }

    /** To nowhere, except that HTTP may be told so. */
    public static Gate closed() {
        return new Gate(Look.ANYTHING, SNIFF_MS, name -> null, null, false);
    }

    Look look() {
        return look;
    }

    /** Milliseconds; 0 is for ever. */
    long limitMs() {
        return limitMs;
    }

    /** Whether silence may mean that it is the server's turn. */
    boolean serverMayBegin() {
        return look == Look.NOTHING || look == Look.ANYTHING && limitMs == SNIFF_MS;
    }

    /** @param serverName {@code ""} when there is none */
    @Nullable
    Listener listener(String serverName) {
        return listeners.apply(serverName);
    }

    /** Where it goes whatever comes, or null when a listener says. */
    @Nullable
    Cluster fixed() {
        return fixed;
    }

    /** Whether clients that ask for an unknown server name may expect HTTPS's alert. */
    boolean isHttps() {
        return isHttps;
    }
}
