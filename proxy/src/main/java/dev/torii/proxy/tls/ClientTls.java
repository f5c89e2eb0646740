package dev.torii.proxy.tls;

import dev.torii.routing.UpstreamTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.netty.handler.ssl.util.TrustManagerFactoryWrapper;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How to speak TLS with a backend, ready to use: its names are checked by {@link BackendTrust}, so nothing else may check
 * them again. Safe on any thread, cheap but for the first {@link #handler} with other protocols.
 */
public final class ClientTls {

    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final int MAX_SESSIONS = 256;

    private final TlsEngine engine;
    private final String serverName;
    private final TrustManagerFactory trust;
    private final @Nullable KeyManagerFactory keys;
    private final Map<List<String>, SslContext> contexts = new ConcurrentHashMap<>();

    ClientTls(TlsEngine engine, UpstreamTls tls, BackendTrust trust, @Nullable Identity identity) {
        this.engine = engine;
        this.serverName = tls.serverName();
        this.trust = new TrustManagerFactoryWrapper(trust);
        this.keys = identity == null ? null : new KeyManagerFactoryWrapper(new ClientKeyManager(identity));
    }

    /** What to send as SNI; a Vert.x client wants it told with each connection. */
    public String serverName() {
        return serverName;
    }

    /**
     * For a Vert.x client with the engine of {@link TlsEngine#options()}; it must be given {@link #serverName()}.
     *
     * @param alpn protocols in our order of preference; empty negotiates none
     */
    public ClientSSLOptions clientOptions(List<String> alpn) {
        ClientSSLOptions options = new ClientSSLOptions()
                .setTrustOptions(TrustOptions.wrap(trust))
                .setHostnameVerificationAlgorithm("")
                .setUseAlpn(!alpn.isEmpty())
                .setApplicationLayerProtocols(alpn);
        return keys == null ? options : options.setKeyCertOptions(KeyCertOptions.wrap(keys));
    }

    /**
     * For a bare Netty pipeline: sends the SNI by itself.
     *
     * @param host what is connected to, for resuming sessions; never compared with the certificate
     * @param alpn protocols in our order of preference; empty negotiates none
     */
    public SslHandler handler(ByteBufAllocator allocator, String host, int port, List<String> alpn) {
        SslContext context = contexts.computeIfAbsent(List.copyOf(alpn), this::build);
        SslHandler handler = context.newHandler(allocator, host, port);
        SSLParameters parameters = handler.engine().getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(serverName)));
        handler.engine().setSSLParameters(parameters);
        return handler;
    }

    private SslContext build(List<String> alpn) {
        try {
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .sslProvider(engine.provider())
                    .protocols(VERSIONS)
                    .trustManager(trust)
                    .keyManager(keys)
                    .endpointIdentificationAlgorithm("")
                    .sessionCacheSize(MAX_SESSIONS);
            if (!alpn.isEmpty()) {
                builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        alpn));
            }
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("this JVM cannot do TLS 1.2 and 1.3", e);
        }
    }
}
