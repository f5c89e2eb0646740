package io.netty.channel.epoll;

import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What an epoll channel waits for, beyond what Netty 4.2.18 lets anybody say; in Netty's package because nothing outside of
 * it may. Does nothing on other transports. To be called on the channel's event loop.
 *
 * <p>Three things are put right for connections that half-close:
 * <ul>
 *   <li>When a channel waits for nothing (paused, or half-closed with all written), its descriptor leaves epoll but counts
 *       as registered, and the next thing to wait for fails with ENOENT and kills the channel. So a resting channel waits
 *       for {@code EPOLLET}, which is a flag and not an event, but keeps it registered.
 *   <li>Waiting for an event instead would make epoll report {@code EPOLLHUP} without end where both directions are shut
 *       but bytes are left to read; edge-triggered it is told once.
 *   <li>{@code EPOLLRDHUP} makes Netty read until the end at once, back-pressure or not: up to a whole receive buffer of
 *       the kernel for each connection. Without it the end is found by reading, behind the last byte.
 * </ul>
 */
public final class EpollInterest {

    /** {@code TCP_CLOSE} of {@code tcp_states.h}. */
    private static final int CLOSED = 7;

    private EpollInterest() {}

    /** Finds the end of input by reading only. The channel must {@linkplain #rest rest}. */
    public static void endByReading(Channel channel) {
        if (channel instanceof AbstractEpollChannel epoll) {
            change(() -> epoll.clearFlag(Native.EPOLLRDHUP));
        }
    }

    /** Undoes {@link #endByReading}. */
    public static void endAtOnce(Channel channel) {
        if (channel instanceof AbstractEpollChannel epoll) {
            change(() -> epoll.setFlag(Native.EPOLLRDHUP));
        }
    }

    /** Before reading is turned off. */
    public static void rest(Channel channel) {
        if (channel instanceof AbstractEpollChannel epoll) {
            change(() -> epoll.setFlag(Native.EPOLLET));
        }
    }

    /** After reading was turned on. */
    public static void wake(Channel channel) {
        if (channel instanceof AbstractEpollChannel epoll) {
            change(() -> epoll.clearFlag(Native.EPOLLET));
        }
    }

    /**
     * Whether the peer has reset the connection, though bytes from before are still to be read. A resting channel is told of
     * it once, and shows it by a read that nobody asked for.
     */
    public static boolean isReset(Channel channel) {
        return channel instanceof EpollSocketChannel epoll && epoll.tcpInfo().state() == CLOSED;
    }

    private interface Change {
        void make() throws IOException;
    }

    private static void change(Change change) {
        try {
            change.make();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
