package dev.torii.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Reads the server name of a ClientHello (RFC 8446, 4.1.2; RFC 6066, 3), however it is cut into records and segments, and
 * gives way with every byte still there. Bounded in size; the session bounds the time.
 */
final class HelloPeek extends AbstractSniHandler<Void> {

    /** A hello with a post-quantum key share, a ticket and an encrypted inner hello has about 4 KiB. */
    private static final int MAX_HELLO = 16 * 1024;

    private final StreamSession session;
    private boolean isHello;

    HelloPeek(StreamSession session) {
        super(MAX_HELLO, 0);
        this.session = session;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        session.heard();
        super.channelRead(ctx, message);
    }

    @Override
    protected Future<Void> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf clientHello) throws Exception {
        isHello = clientHello != null;
        return super.lookup(ctx, clientHello);
    }

    @Override
    protected Future<Void> lookup(ChannelHandlerContext ctx, @Nullable String hostname) {
        return ctx.executor().newSucceededFuture(null);
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, @Nullable String hostname, Future<Void> future) {
        SslHandler tls = null;
        if (isHello) {
            tls = session.hello(hostname == null ? "" : hostname);
        } else {
            session.noHello();
        }
        if (tls == null) {
            ctx.pipeline().remove(this);
        } else {
            ctx.pipeline().replace(this, "tls", tls);
        }
    }
}
