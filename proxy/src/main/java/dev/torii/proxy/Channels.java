package dev.torii.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The way from Vert.x down to Netty, in one place. */
public final class Channels {

    private Channels() {}

    /** The socket's channel without Vert.x' handlers, but with TLS. The socket must not be used any more. */
    public static Channel bare(NetSocket socket) {
        ChannelPipeline pipeline =
                ((NetSocketInternal) socket).channelHandlerContext().pipeline();
        List<ChannelHandler> remove = new ArrayList<>();
        for (Map.Entry<String, ChannelHandler> entry : pipeline) {
            if (!(entry.getValue() instanceof SslHandler)) {
                remove.add(entry.getValue());
            }
        }
        remove.forEach(pipeline::remove);
        return pipeline.channel();
    }
}
