package dev.torii.proxy.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.internal.net.SslHandshakeCompletionHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;

/**
 * A server context that refuses names that no listener takes (alert {@code unrecognized_name}, RFC 6066) and leaves the
 * name on the channel where Vert.x' {@code indicatedServerName()} looks for it.
 */
final class IdentitySslContext extends DelegatingSslContext {

    private final List<SNIMatcher> matchers;

    IdentitySslContext(SslContext context, Supplier<Identities> current) {
        super(context);
        this.matchers = List.of(new Names(current));
    }

    @Override
    protected void initEngine(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setSNIMatchers(matchers);
        engine.setSSLParameters(parameters);
    }

    @Override
    protected void initHandler(SslHandler handler) {
        super.initHandler(handler);
        handler.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                String name = IdentityKeyManager.serverName(handler.engine().getSession());
                if (!name.isEmpty()) {
                    ((Channel) done.getNow())
                            .attr(SslHandshakeCompletionHandler.SERVER_NAME_ATTR)
                            .set(name);
                }
            }
        });
    }

    private static final class Names extends SNIMatcher {

        private final Supplier<Identities> current;

        Names(Supplier<Identities> current) {
            super(StandardConstants.SNI_HOST_NAME);
            this.current = current;
        }

        @Override
        public boolean matches(SNIServerName name) {
            String host = new String(name.getEncoded(), StandardCharsets.US_ASCII);
            return current.get().takes(host.toLowerCase(Locale.ROOT));
        }
    }
}
