package dev.torii.proxy.http;

import dev.torii.proxy.Channels;
import dev.torii.proxy.upstream.UpgradedConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.http.HttpServerRequest;

/**
 * Two connections joined after an {@code Upgrade} (WebSocket and the like): bytes go across as they are, with
 * back-pressure, until one side ends. Outlives every configuration change.
 */
final class Tunnel {

    private final Channel client;
    private final Channel backend;
    private final Ended ended;
    private final Runnable active;
    private long in;
    private long out;
    private boolean over;

    /** Told once, with the bytes that went to the backend and to the client. */
    interface Ended {
        void bytes(long in, long out);
    }

    private Tunnel(Channel client, Channel backend, Runnable active, Ended ended) {
        this.client = client;
        this.backend = backend;
        this.active = active;
        this.ended = ended;
    }

    /** Sends the 101, whose headers are in the response already, and joins the connections. */
    static void open(HttpServerRequest request, UpgradedConnection upstream, Runnable active, Ended ended) {
        request.toNetSocket().onComplete(done -> {
            if (done.failed()) {
                upstream.early().release();
                upstream.channel().close();
                ended.bytes(0, 0);
                return;
            }
            Channel client = Channels.bare(done.result());
            new Tunnel(client, upstream.channel(), active, ended).join(upstream.early());
        });
    }

    private void join(ByteBuf early) {
        client.pipeline().addLast("tunnel", new Side(client, backend, true));
        backend.pipeline().addLast("tunnel", new Side(backend, client, false));
        out += early.readableBytes();
        client.writeAndFlush(early, client.voidPromise());
        client.config().setAutoRead(true);
        backend.config().setAutoRead(true);
        if (!client.isActive() || !backend.isActive()) {
            end();
        }
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        backend.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        ended.bytes(in, out);
    }

    /** Reads one side and writes the other. */
    private final class Side extends ChannelInboundHandlerAdapter {
        private final Channel self;
        private final Channel peer;
        private final boolean inbound;

        Side(Channel self, Channel peer, boolean inbound) {
            this.self = self;
            this.peer = peer;
            this.inbound = inbound;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            if (inbound) {
                in += bytes.readableBytes();
            } else {
                out += bytes.readableBytes();
            }
            active.run();
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
        public void channelInactive(ChannelHandlerContext ctx) {
            end();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end();
        }
    }
}
