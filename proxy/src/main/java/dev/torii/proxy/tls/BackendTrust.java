package dev.torii.proxy.tls;

import dev.torii.routing.HostPattern;
import dev.torii.routing.UpstreamTls;
import dev.torii.routing.UpstreamTls.SubjectAltName;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes a backend when its chain leads to the configured authorities and its certificate carries the right name: any
 * of the configured subject alternative names, or without those the server name. Source: BackendTLSPolicy.
 *
 * <p>The JDK's own check of names would also take a certificate for the address that we connect to, and knows no URIs.
 */
final class BackendTrust extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager chains;
    private final String serverName;
    private final List<SubjectAltName> alternatives;

    private BackendTrust(X509ExtendedTrustManager chains, UpstreamTls tls) {
        this.chains = chains;
        this.serverName = tls.serverName().toLowerCase(Locale.ROOT);
        this.alternatives = tls.subjectAltNames();
    }

    /**
     * Makes one.
     *
     * @param authorities null trusts those of the system
     */
    static BackendTrust of(@Nullable List<X509Certificate> authorities, UpstreamTls tls) throws TlsMaterialException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(authorities == null ? null : store(authorities));
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager chains) {
                    return new BackendTrust(chains, tls);
                }
            }
            throw new TlsMaterialException("this JVM checks no certificates");
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsMaterialException("the CA certificates cannot be used");
        }
    }

    private static KeyStore store(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("ca" + i, authorities.get(i));
        }
        return store;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        chains.checkServerTrusted(chain, authType, engine);
        // An authority that is itself the certificate is taken as it is, however old.
        chain[0].checkValidity();
        checkNames(chain[0]);
    }

    private void checkNames(X509Certificate leaf) throws CertificateException {
        CertificateNames names;
        try {
            names = CertificateNames.of(leaf);
        } catch (TlsMaterialException e) {
            throw new CertificateException(e.problem());
        }
        if (alternatives.isEmpty()) {
            if (!names.covers(serverName)) {
                throw new CertificateException("the backend's certificate is not for " + serverName);
            }
        } else if (alternatives.stream().noneMatch(wanted -> fits(wanted, names))) {
            throw new CertificateException("the backend's certificate has none of the wanted alternative names");
        }
    }

    private static boolean fits(SubjectAltName wanted, CertificateNames names) {
        if (wanted.type() == SubjectAltName.Type.URI) {
            return names.uris().contains(wanted.value());
        }
        HostPattern host = HostPattern.of(wanted.value());
        return host.isExact()
                ? names.covers(host.value())
                : names.dns().stream().anyMatch(host::matches);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("only engines are served");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("only engines are served");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("not a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chains.getAcceptedIssuers();
    }
}
