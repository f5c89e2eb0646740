package dev.torii.proxy.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** Keeps the trailers of a connection's requests with their streams, because Vert.x drops them. */
final class Http2Trailers extends Http2FrameListenerDecorator {

    private final Http2Connection connection;
    private final Http2Connection.PropertyKey key;

    private Http2Trailers(Http2Connection connection, Http2FrameListener next) {
        super(next);
        this.connection = connection;
        this.key = connection.newKey();
    }

    static Http2Trailers install(Http2ConnectionHandler codec) {
        Http2Trailers trailers =
                new Http2Trailers(codec.connection(), codec.decoder().frameListener());
        codec.decoder().frameListener(trailers);
        return trailers;
    }

    /** Null when there were none, or none yet. */
    @Nullable
    Http2Headers of(long stream) {
        Http2Stream open = connection.stream((int) stream);
        return open == null ? null : open.getProperty(key);
    }

    /** Whether the client's windows let anything more through now. */
    boolean isWritable(long stream) {
        Http2Stream open = connection.stream((int) stream);
        return open != null && connection.remote().flowController().isWritable(open);
    }

    private void keep(int id, Http2Headers block) {
        Http2Stream stream = connection.stream(id);
        if (stream != null && stream.isTrailersReceived()) {
            stream.setProperty(key, block);
        }
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers block, int padding, boolean end)
            throws Http2Exception {
        keep(id, block);
        super.onHeadersRead(ctx, id, block, padding, end);
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext ctx,
            int id,
            Http2Headers block,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean end)
            throws Http2Exception {
        keep(id, block);
        super.onHeadersRead(ctx, id, block, dependency, weight, exclusive, padding, end);
    }
}
