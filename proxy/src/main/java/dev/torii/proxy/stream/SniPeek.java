package dev.torii.proxy.stream;

import dev.torii.proxy.Fault;
import dev.torii.proxy.tls.ListenerIdentity;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the ClientHello (RFC 8446, 4.1.2; RFC 6066, 3), however fragmented, has the session find a backend for its server
 * name, and only then lets the bytes go on: as they are, or through TLS that ends here. Bounded in size and time.
 */
final class SniPeek extends AbstractSniHandler<Channel> {

    private static final int MAX_HELLO = 32 * 1024;

    private final StreamSession session;

    SniPeek(StreamSession session, long timeoutMs) {
        super(MAX_HELLO, timeoutMs);
        this.session = session;
    }

    @Override
    protected Future<Channel> lookup(ChannelHandlerContext ctx, @Nullable String hostname) {
        Promise<Channel> backend = ctx.executor().newPromise();
        // A session that is refused closes the channel; the hello that is kept here must go then too.
        ctx.channel().closeFuture().addListener(closed -> backend.tryFailure(new ClosedChannelException()));
        session.route(hostname == null ? "" : hostname.toLowerCase(Locale.ROOT), backend::trySuccess);
        return backend;
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, @Nullable String hostname, Future<Channel> future) {
        if (!future.isSuccess()) {
            session.refuse(Fault.IE, "lookup_failed");
            return;
        }
        Channel backend = future.getNow();
        ListenerIdentity identity = session.terminates(hostname == null ? "" : hostname.toLowerCase(Locale.ROOT));
        if (identity != null) {
            SslHandler tls = identity.sslContext(List.of()).newHandler(ctx.alloc());
            ctx.pipeline().addAfter(ctx.name(), "tls", tls);
        }
        session.join(backend);
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Not TLS at all, a hello over the limit, or too slow a client.
        session.refuse(Fault.DPE, "malformed_client_hello");
    }
}
