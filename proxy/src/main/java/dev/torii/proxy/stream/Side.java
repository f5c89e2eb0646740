package dev.torii.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollInterest;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.net.impl.ShutdownEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One of a session's two connections, behind its TLS if it has some: what is read here is written to the other side, no
 * faster than that takes it. The two directions end on their own. Bytes that come before there is another side are kept;
 * reading is off by then, so they are few.
 */
final class Side extends ChannelInboundHandlerAdapter {

    private final StreamSession session;
    private final Channel channel;
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(2);
    private @Nullable Side peer;
    private long bytesRead;
    private boolean reading;
    private boolean inputEnded;
    private boolean outputEnding;
    private boolean outputEnded;

    private Side(StreamSession session, Channel channel) {
        this.session = session;
        this.channel = channel;
    }

    /** Takes a connection over; it does not read before {@link #open}. */
    static Side of(StreamSession session, Channel channel) {
        Side side = new Side(session, channel);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        side.shut();
        EpollInterest.endByReading(channel);
        return side;
    }

    Channel channel() {
        return channel;
    }

    /** How many bytes its peer has sent us, without TLS. */
    long bytesRead() {
        return bytesRead;
    }

    /** Both directions are over, and all that was written has gone. */
    boolean isDone() {
        return inputEnded && outputEnded;
    }

    /** A number that changes when the peer takes bytes from us. */
    long progress() {
        var pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes() * 31 + pending.currentProgress();
    }

    /** Reads. */
    void open() {
        if (!reading && !inputEnded) {
            reading = true;
            channel.config().setAutoRead(true);
            EpollInterest.wake(channel);
        }
    }

    /** Reads no more, until {@link #open}. */
    void shut() {
        reading = false;
        EpollInterest.rest(channel);
        channel.config().setAutoRead(false);
    }

    /** Lets flow to the other side what is read here, beginning with what was read before. */
    void joinTo(Side other) {
        peer = other;
        for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
            send(bytes, other);
        }
        other.channel.flush();
        if (inputEnded) {
            other.endOutput();
        } else if (other.channel.isWritable()) {
            open();
        }
    }

    /** Forgets what was not sent, and closes. */
    void close() {
        drop();
        ChannelHandlerContext own = channel.pipeline().context(this);
        if (own != null) {
            // Not from the pipeline's end, where Vert.x would first wait for a handshake that may never come.
            own.close();
        } else {
            channel.close();
        }
    }

    /** Undoes {@link #of}, for the handlers behind us. */
    void leave() {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        EpollInterest.endAtOnce(channel);
        channel.pipeline().remove(this);
    }

    /** Removes the handlers behind us. */
    void comeLast() {
        while (channel.pipeline().last() != this) {
            channel.pipeline().removeLast();
        }
    }

    private void drop() {
        early.forEach(ByteBuf::release);
        early.clear();
    }

    /** Closes so that the peer sees a reset, since it was no orderly end. */
    void reset() {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        drop();
        // Not through TLS, which would say goodbye first.
        channel.unsafe().close(channel.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        bytesRead += bytes.readableBytes();
        session.read(this);
        if (!reading && peer != null && EpollInterest.isReset(channel)) {
            session.broken(this, new IOException("reset while resting"));
        }
        if (session.isOver()) {
            bytes.release();
        } else if (peer == null) {
            early.add(bytes);
        } else {
            send(bytes, peer);
        }
    }

    private void send(ByteBuf bytes, Side to) {
        to.channel.write(bytes, to.channel.voidPromise());
        if (!to.channel.isWritable()) {
            to.channel.flush();
            if (!to.channel.isWritable()) {
                shut();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (peer != null) {
            peer.channel.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (peer != null && channel.isWritable()) {
            peer.open();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
            inputEnded();
        } else if (event instanceof SslHandshakeCompletionEvent handshake) {
            session.handshaken(handshake.cause());
        } else if (event instanceof SniCompletionEvent hello && !hello.isSuccess()) {
            session.helloFailed(hello.cause());
        } else if (event instanceof ShutdownEvent) {
            session.drain();
        } else {
            ReferenceCountUtil.release(event);
        }
    }

    private void inputEnded() {
        if (inputEnded) {
            return;
        }
        inputEnded = true;
        shut();
        if (peer != null) {
            peer.endOutput();
        }
        session.ended();
    }

    /** Passes the end on, behind all that is written, and leaves the other direction flowing. */
    private void endOutput() {
        if (outputEnding || !channel.isActive()) {
            return;
        }
        outputEnding = true;
        channel.flush();
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        ChannelFuture last = tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
        last.addListener(gone -> {
            if (gone.isSuccess()) {
                ((DuplexChannel) channel).shutdownOutput().addListener(shut -> outputEnded());
            }
        });
    }

    private void outputEnded() {
        outputEnded = true;
        session.ended();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.broken(this, cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session.closed(this);
    }
}
