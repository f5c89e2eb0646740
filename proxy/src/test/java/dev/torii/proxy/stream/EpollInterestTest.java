package dev.torii.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Listening;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.RawHttp;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollInterest;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Netty does with a channel that rests, so that a newer Netty is noticed here and not in production. */
@ExtendWith(NoLeaks.class)
class EpollInterestTest {

    private static final int BYTES = 100_000;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private Channel server;
    private RawHttp client;
    private Channel channel;

    @BeforeEach
    void connect() throws Exception {
        server = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new Watch())
                .bind(Listening.HOST, 0)
                .sync()
                .channel();
        client = RawHttp.connect(((InetSocketAddress) server.localAddress()).getPort());
        channel = accepted.take();
        onLoop(() -> {
            EpollInterest.rest(channel);
            EpollInterest.endByReading(channel);
        });
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        channel.close().sync();
        server.close().sync();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }

    @Test
    void theEndOfInputDoesNotWakeAChannelThatRests() throws Exception {
        client.send(new byte[BYTES]).closeOutput();
        assertThat(events.poll(500, TimeUnit.MILLISECONDS)).isNull();

        wake();

        assertThat(readToEnd()).isEqualTo(BYTES);
    }

    @Test
    void aChannelThatRestsAndWakesManyTimesLosesNothing() throws Exception {
        int sent = 0;
        int got = 0;
        for (int round = 0; round < 50; round++) {
            client.send(new byte[1_000 + round]);
            sent += 1_000 + round;
            wake();
            while (got < sent) {
                got += (Integer) events.take();
            }
            rest();
        }
        client.closeOutput();
        wake();
        assertThat(readToEnd()).isZero();
    }

    @Test
    void aResetIsToldAtOnce() throws Exception {
        client.send(new byte[BYTES]);
        client.reset();
        // A read that nobody asked for, or the error itself when nothing is left.
        assertThat(events.poll(10, TimeUnit.SECONDS)).isNotNull();
        onLoop(() -> events.add("reset " + EpollInterest.isReset(channel)));
        assertThat(last()).isEqualTo("reset true");
    }

    @Test
    void aConnectionThatIsAliveIsNotReset() throws Exception {
        onLoop(() -> events.add("reset " + EpollInterest.isReset(channel)));
        assertThat(last()).isEqualTo("reset false");
    }

    private void wake() throws Exception {
        onLoop(() -> {
            channel.config().setAutoRead(true);
            EpollInterest.wake(channel);
        });
    }

    private void rest() throws Exception {
        onLoop(() -> {
            EpollInterest.rest(channel);
            channel.config().setAutoRead(false);
        });
    }

    private void onLoop(Runnable task) throws Exception {
        channel.eventLoop().submit(task).sync();
    }

    private int readToEnd() throws InterruptedException {
        int got = 0;
        for (Object event = events.poll(10, TimeUnit.SECONDS);
                event != ChannelInputShutdownEvent.INSTANCE;
                event = events.poll(10, TimeUnit.SECONDS)) {
            assertThat(event).isInstanceOf(Integer.class);
            got += (Integer) event;
        }
        return got;
    }

    private @Nullable Object last() {
        Object last = null;
        for (Object event = events.poll(); event != null; event = events.poll()) {
            last = event;
        }
        return last;
    }

    private final class Watch extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            accepted.add(ctx.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            events.add(((ByteBuf) message).readableBytes());
            ((ByteBuf) message).release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            events.add(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            events.add(cause);
        }
    }
}
