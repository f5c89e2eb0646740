package dev.torii.proxy.tls;

import io.netty.handler.ssl.SslContext;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;

/** Brings a {@link ListenerIdentity} into a Vert.x server, which asks an engine's options for its context. */
final class IdentityEngineOptions extends SSLEngineOptions {

    private final ListenerIdentity identity;

    IdentityEngineOptions(ListenerIdentity identity) {
        this.identity = identity;
    }

    @Override
    public SSLEngineOptions copy() {
        return this;
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new Factory();
    }

    private final class Factory implements SslContextFactory {

        private List<String> alpn = List.of();

        @Override
        public SslContextFactory applicationProtocols(List<String> protocols) {
            alpn = protocols == null ? List.of() : protocols;
            return this;
        }

        @Override
        public SslContext create() {
            return identity.sslContext(alpn);
        }
    }
}
