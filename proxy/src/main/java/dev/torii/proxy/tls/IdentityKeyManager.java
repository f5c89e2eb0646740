package dev.torii.proxy.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Answers a TLS engine from whatever {@link Identities} are current, so one engine context outlives every certificate. */
final class IdentityKeyManager extends X509ExtendedKeyManager {

    private static final Set<String> ANY_KEY = Set.of("EC", "RSA", "EdDSA");

    private final Supplier<Identities> current;

    IdentityKeyManager(Supplier<Identities> current) {
        this.current = current;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        SSLSession session = engine.getHandshakeSession();
        // An RSA authority may sign an EC key; OpenSSL asks for these by other words.
        String bare = keyType.startsWith("EC_") ? "EC" : keyType;
        Identity identity = current.get().pick(serverName(session), bare, keyTypes(session));
        return identity == null ? null : identity.alias();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Identity identity = current.get().byAlias().get(alias);
        return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Identity identity = current.get().byAlias().get(alias);
        return identity == null ? null : identity.key();
    }

    /** The server name that the client sent, lower case, or {@code ""}. */
    static String serverName(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            List<SNIServerName> names = extended.getRequestedServerNames();
            for (SNIServerName name : names) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return "";
    }

    private static Set<String> keyTypes(@Nullable SSLSession session) {
        String[] algorithms =
                session instanceof ExtendedSSLSession extended ? extended.getPeerSupportedSignatureAlgorithms() : null;
        if (algorithms == null || algorithms.length == 0) {
            return ANY_KEY;
        }
        Set<String> types = new HashSet<>();
        for (String algorithm : algorithms) {
            types.add(keyType(algorithm));
        }
        return types;
    }

    /** The key that a signature algorithm of the JDK's naming needs. */
    private static String keyType(String algorithm) {
        if (algorithm.endsWith("ECDSA")) {
            return "EC";
        }
        return algorithm.startsWith("Ed") ? "EdDSA" : "RSA";
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }
}
