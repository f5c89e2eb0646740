package dev.torii.proxy.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Netty's HTTP/2 of one connection to a backend: reads, writes and checks frames, and tells {@link Http2Session}. */
final class Http2Codec extends Http2ConnectionHandler {

    /** What a paused stream may still bring: it waits in the client's write queue, so it is small. */
    private static final int STREAM_WINDOW = 64 * 1024;

    /**
     * No limit: what arrives is given back at once, so that slow clients hold up their own streams only. Were it near what
     * these have waiting, backends on Netty would stop writing to all others: it counts what waits against this window.
     */
    private static final int CONNECTION_WINDOW = 1 << 30;

    private static final int MAX_HEADER_LIST = 256 * 1024;

    private static final Logger LOG = System.getLogger(Http2Codec.class.getName());

    private final Http2Session session;
    private @Nullable ChannelHandlerContext context;

    private Http2Codec(
            Http2Session session,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(decoder, encoder, settings);
        this.session = session;
    }

    static Http2Codec of(Http2Session session) {
        return new Builder(session).build();
    }

    ChannelHandlerContext context() {
        ChannelHandlerContext now = context;
        if (now == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return now;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        int more = CONNECTION_WINDOW - connection().local().flowController().initialWindowSize();
        connection().local().flowController().incrementWindowSize(connection().connectionStream(), Math.max(0, more));
        ctx.flush();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        super.channelReadComplete(ctx);
        session.readComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        session.onClosing();
        super.channelInactive(ctx);
        session.onInactive();
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        if (!outbound) {
            session.onStreamError(error.streamId());
        }
        super.onStreamError(ctx, outbound, cause, error);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        tellIfOurs(error == null ? cause : error);
        session.onBroken(error != null && !outbound);
        super.onConnectionError(ctx, outbound, cause, error);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(ctx, cause);
        } else {
            tellIfOurs(cause);
            ctx.close();
        }
    }

    /** A broken rule, a reset by the peer or a broken TLS record is told to whoever waits; all else is our own bug. */
    private static void tellIfOurs(Throwable cause) {
        if (!(cause instanceof Http2Exception || cause instanceof IOException || cause instanceof DecoderException)) {
            LOG.log(Level.ERROR, "HTTP/2 to a backend", cause);
        }
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Codec, Builder> {
        private final Http2Session session;

        Builder(Http2Session session) {
            this.session = session;
        }

        @Override
        protected Http2Codec build() {
            Http2Connection connection = new DefaultHttp2Connection(false);
            connection.local().flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true));
            return connection(connection)
                    .frameListener(session)
                    .gracefulShutdownTimeoutMillis(0)
                    .initialSettings(new Http2Settings()
                            .pushEnabled(false)
                            .initialWindowSize(STREAM_WINDOW)
                            .maxHeaderListSize(MAX_HEADER_LIST))
                    .buildAnew();
        }

        private Http2Codec buildAnew() {
            return super.build();
        }

        @Override
        protected Http2Codec build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new Http2Codec(session, decoder, encoder, settings);
        }
    }
}
