package dev.torii.proxy.tls;

import dev.torii.routing.Listener;
import dev.torii.routing.Port;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a port can present at one moment. Immutable; safe on any thread.
 *
 * @param byListener the readable ones by the listener's name, in the configured order
 * @param byAlias these, and the ones of the moment before: a handshake may be between choosing and signing
 */
record Identities(Port port, Map<String, List<Identity>> byListener, Map<String, Identity> byAlias) {

    Identities {
        byListener = Map.copyOf(byListener);
        byAlias = Map.copyOf(byAlias);
    }

    /** Whether a listener that ends TLS takes the name; {@code ""} when the client sent none. */
    boolean takes(String serverName) {
        return listener(serverName) != null;
    }

    /**
     * What to present, or null: a certificate made for the name before any other, then the first one.
     *
     * @param keyType what the engine has in hand; it asks for one type after the other
     * @param clientKeyTypes those that the client can verify
     */
    @Nullable
    Identity pick(String serverName, String keyType, Set<String> clientKeyTypes) {
        Listener listener = listener(serverName);
        List<Identity> own = listener == null ? List.of() : byListener.getOrDefault(listener.name(), List.of());
        Identity first = null;
        boolean betterElsewhere = false;
        for (Identity identity : own) {
            boolean covers = identity.names().covers(serverName);
            if (!identity.keyType().equals(keyType)) {
                betterElsewhere |= covers && clientKeyTypes.contains(identity.keyType());
            } else if (covers) {
                return identity;
            } else if (first == null) {
                first = identity;
            }
        }
        return betterElsewhere ? null : first;
    }

    /**
     * By the most specific hostname, as requests are told apart. A client without a server name gets the listener that
     * takes every name, else the first: better a certificate that it may refuse than none.
     */
    private @Nullable Listener listener(String serverName) {
        Listener listener = port.listenerFor(serverName);
        if (listener == null && serverName.isEmpty()) {
            return port.listeners().stream()
                    .filter(Identities::endsTls)
                    .findFirst()
                    .orElse(null);
        }
        return listener != null && endsTls(listener) ? listener : null;
    }

    static boolean endsTls(Listener listener) {
        return listener.protocol() == Listener.Protocol.HTTPS || listener.protocol() == Listener.Protocol.TLS_TERMINATE;
    }
}
