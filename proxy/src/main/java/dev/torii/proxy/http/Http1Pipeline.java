package dev.torii.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.nio.charset.StandardCharsets;

/** Puts our watch into Vert.x' HTTP/1 server pipeline; the one place that knows its handlers' names. */
final class Http1Pipeline {

    private Http1Pipeline() {}

    static void install(HttpConnection connection, ClientConnection watch) {
        ChannelPipeline pipeline =
                ((HttpServerConnection) connection).channelHandlerContext().pipeline();
        if (pipeline.get("httpDecoder") != null) {
            pipeline.addBefore("httpDecoder", "watch", watch);
        }
    }

    /** Answers a head that never came to its end, where no exchange can (RFC 9110, 15.5.9), and closes. */
    static void answerTimeout(HttpConnection connection) {
        ByteBuf answer = Unpooled.copiedBuffer(
                "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n"
                        + "x-torii-reason: SI header_timeout\r\n\r\n",
                StandardCharsets.US_ASCII);
        // From the decoder's place on, the bytes pass TLS but not Vert.x' encoder.
        ((HttpServerConnection) connection)
                .channelHandlerContext()
                .pipeline()
                .context("httpDecoder")
                .writeAndFlush(answer)
                .addListener(ChannelFutureListener.CLOSE);
    }
}
