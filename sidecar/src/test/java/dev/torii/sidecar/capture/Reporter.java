package dev.torii.sidecar.capture;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A process that listens on the ports given and answers every HTTP request with the port it arrived at and the destination
 * the client had meant: {@code 15001 10.96.0.10:80}, or {@code 8080 direct} when the two are the same. A port {@code udp:N}
 * sends every datagram back. It prints a line when all are open, and ends when its standard input does.
 */
public final class Reporter {

    private static final RawUnixChannelOption DESTINATION = new RawUnixChannelOption("SO_ORIGINAL_DST", 0, 80, 16);
    private static final RawUnixChannelOption DESTINATION6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", 41, 80, 28);

    private Reporter() {}

    public static void main(String[] ports) throws Exception {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        ServerBootstrap server = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<EpollSocketChannel>() {
                    @Override
                    protected void initChannel(EpollSocketChannel channel) {
                        channel.pipeline().addLast(new Answer(original(channel)));
                    }
                });
        for (String port : ports) {
            if (port.startsWith("udp:")) {
                echo(Integer.parseInt(port.substring(4)));
            } else {
                server.bind(new InetSocketAddress("::", Integer.parseInt(port))).sync();
            }
        }
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Only its end matters.
        }
        Runtime.getRuntime().halt(0);
    }

    private static String original(EpollSocketChannel channel) {
        InetSocketAddress local = channel.localAddress();
        InetSocketAddress meant = read(channel, DESTINATION, 4, 4);
        if (meant == null) {
            meant = read(channel, DESTINATION6, 8, 16);
        }
        if (meant == null || meant.getPort() == local.getPort()) {
            return local.getPort() + " direct";
        }
        String host = meant.getAddress().getHostAddress();
        return local.getPort() + " " + host + " " + meant.getPort();
    }

    /** The kernel's socket address: family, port in network order, then the address at its place. */
    private static InetSocketAddress read(EpollSocketChannel channel, RawUnixChannelOption option, int at, int length) {
        try {
            ByteBuffer raw = channel.config().getOption(option);
            if (raw == null) {
                return null;
            }
            byte[] address = new byte[length];
            raw.get(raw.position() + at, address);
            int port = (raw.get(raw.position() + 2) & 0xFF) << 8 | raw.get(raw.position() + 3) & 0xFF;
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (ChannelException | IOException e) {
            return null;
        }
    }

    private static void echo(int port) throws IOException {
        DatagramSocket socket = new DatagramSocket(port);
        Thread thread = new Thread(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[512], 512);
            try (socket) {
                while (true) {
                    packet.setLength(512);
                    socket.receive(packet);
                    socket.send(packet);
                }
            } catch (IOException e) {
                System.err.println("udp " + port + ": " + e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
        private final String text;

        Answer(String text) {
            this.text = text;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf request) {
            String answer =
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + text.length() + "\r\n\r\n" + text;
            context.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
