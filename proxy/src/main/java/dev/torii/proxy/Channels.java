package dev.torii.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollInterest;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The way from Vert.x down to Netty, in one place. */
public final class Channels {

    private Channels() {}

    /**
     * Opens a port for the current event loop. A server's {@code listen} has Vert.x' acceptor thread bind and only then names
     * the one who serves: a connection that comes between the two is reset. Begun on that thread, of which there is one, the
     * bind has to wait.
     *
     * @param listen of a {@code NetServer} or {@code HttpServer}
     */
    public static <S> Future<S> open(Vertx vertx, Supplier<Future<S>> listen) {
        VertxInternal inner = (VertxInternal) vertx;
        ContextInternal context = inner.getOrCreateContext();
        PromiseInternal<S> open = context.promise();
        inner.acceptorEventLoopGroup()
                .next()
                .execute(() -> context.dispatch(() -> listen.get().onComplete(open)));
        return open.future();
    }

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

    /** Lets a connection rest until it is known who reads on: what comes, and its end, stays in the kernel. */
    public static void hold(Channel channel) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        EpollInterest.rest(channel);
        channel.config().setAutoRead(false);
        EpollInterest.endByReading(channel);
    }

    /** Undoes {@link #hold}. */
    public static void unhold(Channel channel) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        EpollInterest.endAtOnce(channel);
        channel.config().setAutoRead(true);
        EpollInterest.wake(channel);
    }

    /**
     * Has bytes read once more, by the handlers that are there now, and the end behind them if it has come: epoll may have
     * told of it together with the bytes, before {@link #hold}.
     */
    public static void again(Channel channel, ByteBuf bytes) {
        if (!channel.isActive()) {
            bytes.release();
            return;
        }
        if (bytes.isReadable()) {
            channel.pipeline().fireChannelRead(bytes);
            channel.pipeline().fireChannelReadComplete();
        } else {
            bytes.release();
        }
        if (channel instanceof DuplexChannel duplex && duplex.isInputShutdown()) {
            if (Boolean.TRUE.equals(channel.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE))) {
                channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            } else {
                channel.close();
            }
        }
    }
}
