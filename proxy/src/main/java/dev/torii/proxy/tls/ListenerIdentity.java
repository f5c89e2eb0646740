package dev.torii.proxy.tls;

import dev.torii.routing.KeyPair;
import dev.torii.routing.Listener;
import dev.torii.routing.Port;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/**
 * The server side of TLS for one port: which certificate a client gets, by the server name that it asks for.
 *
 * <p>The name picks the listener as {@link Port#listenerFor} does; of its certificates one made for the name wins, then
 * the first of a kind that the client can verify. No name: the listener without a hostname, else the first. A name that
 * no listener takes fails the handshake with {@code unrecognized_name}.
 *
 * <p>Where the port's listeners demand it, a client must show a certificate that leads to one of their authorities, or gets no
 * further than the handshake.
 *
 * <p>{@link #update} replaces the certificates for handshakes to come and touches nothing else: not the socket, not the
 * open connections, not the contexts that are in use. It may be called on any thread but an event loop;
 * all the rest is safe anywhere.
 */
public final class ListenerIdentity {

    /** TLS 1.2 only with forward secrecy and authenticated encryption; Mozilla's "intermediate" without DHE. */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");
    /** The JDK would keep 20,480 sessions for a day, which a hostile client could fill. */
    private static final int MAX_SESSIONS = 1_024;

    /** OpenSSL wants keys in its own form; those of the latest aliases are kept. */
    private static final int MAX_NATIVE_KEYS = 256;

    private static final long SESSION_SECONDS = TimeUnit.HOURS.toSeconds(1);

    private final TlsEngine engine;
    private final IdentityKeyManager keys;
    private final Map<List<String>, SslContext> given = new ConcurrentHashMap<>();

    private volatile Identities current;
    private volatile Contexts contexts;
    /** Guarded by this. */
    private Map<KeyPair, Identity> known = new HashMap<>();
    /** Guarded by this. */
    private long made;

    /**
     * Presents nothing before the first {@link #update}.
     *
     */
    public ListenerIdentity(Port port, TlsEngine engine) {
        this.engine = engine;
        this.current = new Identities(port, Map.of(), Map.of());
        this.keys = new IdentityKeyManager(() -> current);
        this.contexts = new Contexts(ClientTrust.NONE);
    }

    /** The longest handshake that any listener of a port allows, in milliseconds; 0 when one sets no limit. */
    public static long handshakeTimeoutMs(Port port) {
        long longest = 1;
        for (Listener listener : port.listeners()) {
            long timeout = listener.settings().handshakeTimeoutMs();
            if (timeout == 0) {
                return 0;
            }
            longest = Math.max(longest, timeout);
        }
        return longest;
    }

    /**
     * Takes over the certificates of a new snapshot's port. What cannot be read is left out.
     *
     * @return one line for each certificate that was left out; empty when all is well
     */
    public synchronized List<String> update(Port port) {
        List<String> problems = new ArrayList<>();
        Map<KeyPair, Identity> now = new HashMap<>();
        Map<String, List<Identity>> byListener = new HashMap<>();
        for (Listener listener : port.listeners()) {
            List<Identity> identities = new ArrayList<>();
            for (KeyPair pair : listener.certificates()) {
                try {
                    Identity identity = read(pair, now);
                    identities.add(identity);
                } catch (TlsMaterialException e) {
                    problems.add("listener " + listener.name() + ": certificate " + pair.name() + ": " + e.problem());
                }
            }
            byListener.put(listener.name(), identities);
        }
        Map<String, Identity> byAlias = new HashMap<>();
        known.values().forEach(identity -> byAlias.put(identity.alias(), identity));
        now.values().forEach(identity -> byAlias.put(identity.alias(), identity));
        known = now;
        askOfClients(ClientTrust.of(port, problems));
        current = new Identities(port, byListener, byAlias);
        return problems;
    }

    /** Before the certificates: a listener that is new must not be reached by those whom it would not take. */
    private void askOfClients(ClientTrust trust) {
        if (!trust.equals(contexts.trust)) {
            Contexts next = new Contexts(trust);
            // here, because it takes too long for an event loop
            contexts.byAlpn.keySet().forEach(next::of);
            contexts = next;
        }
    }

    private Identity read(KeyPair pair, Map<KeyPair, Identity> now) throws TlsMaterialException {
        Identity identity = now.get(pair);
        if (identity == null) {
            identity = known.get(pair);
        }
        if (identity == null) {
            identity = Identity.of(pair.name() + "#" + made++, pair);
        }
        now.put(pair, identity);
        return identity;
    }

    /**
     * For a bare Netty pipeline.
     *
     * @param alpn protocols in our order of preference; empty negotiates none
     */
    public SslContext sslContext(List<String> alpn) {
        List<String> protocols = List.copyOf(alpn);
        contexts.of(protocols);
        return given.computeIfAbsent(protocols, key -> new CurrentSslContext(() -> contexts.of(key)));
    }

    /** Of one way to ask clients for certificates. A session begun under another is not gone on with. */
    private final class Contexts {

        private final ClientTrust trust;
        private final Map<List<String>, SslContext> byAlpn = new ConcurrentHashMap<>();

        Contexts(ClientTrust trust) {
            this.trust = trust;
        }

        SslContext of(List<String> alpn) {
            return byAlpn.computeIfAbsent(alpn, key -> build(key, trust));
        }
    }

    private SslContext build(List<String> alpn, ClientTrust trust) {
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(keyManagerFactory())
                    .sslProvider(engine.provider())
                    .protocols(VERSIONS)
                    .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .clientAuth(trust.isAsked() ? ClientAuth.REQUIRE : ClientAuth.NONE)
                    .sessionCacheSize(MAX_SESSIONS)
                    .sessionTimeout(SESSION_SECONDS);
            if (trust.authorities().isEmpty()) {
                // Without one the JDK would load its whole store of authorities, to ask no client for a certificate.
                builder.trustManager(new TrustNobody());
            } else {
                builder.trustManager(trust.authorities());
            }
            if (!alpn.isEmpty()) {
                builder.applicationProtocolConfig(alpnConfig(alpn));
            }
            return new IdentitySslContext(builder.build(), () -> current);
        } catch (SSLException e) {
            throw new IllegalStateException("this JVM cannot do TLS 1.2 and 1.3", e);
        }
    }

    private KeyManagerFactory keyManagerFactory() {
        KeyManagerFactory factory = new KeyManagerFactoryWrapper(keys);
        return engine == TlsEngine.JDK ? factory : new OpenSslCachingX509KeyManagerFactory(factory, MAX_NATIVE_KEYS);
    }

    /** A client that knows none of ours is refused (RFC 7301) where the engine can: OpenSSL goes on without one. */
    private ApplicationProtocolConfig alpnConfig(List<String> alpn) {
        boolean jdk = engine == TlsEngine.JDK;
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                jdk ? SelectorFailureBehavior.FATAL_ALERT : SelectorFailureBehavior.NO_ADVERTISE,
                jdk ? SelectedListenerFailureBehavior.FATAL_ALERT : SelectedListenerFailureBehavior.ACCEPT,
                alpn);
    }
}
