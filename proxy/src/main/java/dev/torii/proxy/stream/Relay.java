package dev.torii.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollInterest;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Two connections joined: what one sends the other gets, no faster than it takes it. The end of one direction is passed on
 * and leaves the other flowing; a reset of one side resets the other.
 */
final class Relay {

    private final Channel client;
    private final Channel backend;
    private final long idleMs;
    private final Counter counter;
    private long lastActive = System.nanoTime();
    private boolean clientDone;
    private boolean backendDone;

    /** Hears of the bytes of each direction. */
    interface Counter {

        void toBackend(int bytes);

        void toClient(int bytes);
    }

    private Relay(Channel client, Channel backend, long idleMs, Counter counter) {
        this.client = client;
        this.backend = backend;
        this.idleMs = idleMs;
        this.counter = counter;
    }

    /**
     * Begins; both channels are on this event loop, allow half-closure, and do not read yet.
     *
     * @param idleMs without a byte in either direction both are closed; 0 for never
     */
    static void join(Channel client, Channel backend, long idleMs, Counter counter) {
        Relay relay = new Relay(client, backend, idleMs, counter);
        client.pipeline().addLast("relay", relay.new Side(client, backend, true));
        backend.pipeline().addLast("relay", relay.new Side(backend, client, false));
        try {
            EpollInterest.keep(client);
            EpollInterest.keep(backend);
        } catch (IOException gone) {
            relay.closeBoth();
            return;
        }
        client.config().setAutoRead(true);
        backend.config().setAutoRead(true);
        if (!client.isActive() || !backend.isActive()) {
            relay.closeBoth();
        } else {
            relay.watch(idleMs);
        }
    }

    private void watch(long inMs) {
        if (idleMs > 0) {
            client.eventLoop().schedule(this::checkIdle, inMs, TimeUnit.MILLISECONDS);
        }
    }

    private void checkIdle() {
        if (!client.isActive() && !backend.isActive()) {
            return;
        }
        long left = idleMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastActive);
        if (left <= 0) {
            closeBoth();
        } else {
            watch(left);
        }
    }

    private void closeBoth() {
        client.close();
        backend.close();
    }

    /** Reads one side and writes the other. */
    private final class Side extends ChannelInboundHandlerAdapter {
        private final Channel self;
        private final Channel peer;
        private final boolean fromClient;

        Side(Channel self, Channel peer, boolean fromClient) {
            this.self = self;
            this.peer = peer;
            this.fromClient = fromClient;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof ByteBuf bytes)) {
                ReferenceCountUtil.release(message);
                return;
            }
            lastActive = System.nanoTime();
            if (fromClient) {
                counter.toBackend(bytes.readableBytes());
            } else {
                counter.toClient(bytes.readableBytes());
            }
            peer.write(bytes, peer.voidPromise());
            if (!peer.isWritable()) {
                self.config().setAutoRead(false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            peer.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (self.isWritable()) {
                peer.config().setAutoRead(true);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
                inputEnded();
            }
        }

        private void inputEnded() {
            if (fromClient ? clientDone : backendDone) {
                return;
            }
            clientDone |= fromClient;
            backendDone |= !fromClient;
            // Behind whatever is still to be written.
            peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                if (clientDone && backendDone) {
                    closeBoth();
                } else if (peer.pipeline().get(SslHandler.class) != null) {
                    peer.pipeline().get(SslHandler.class).closeOutbound();
                } else {
                    ((DuplexChannel) peer).shutdownOutput();
                }
            });
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> peer.close());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof IOException) {
                // A reset: the other side shall know that this was no orderly end.
                peer.config().setOption(io.netty.channel.ChannelOption.SO_LINGER, 0);
            }
            closeBoth();
        }
    }
}
