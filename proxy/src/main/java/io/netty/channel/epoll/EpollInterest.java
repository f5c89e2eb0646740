package io.netty.channel.epoll;

import io.netty.channel.Channel;
import java.io.IOException;

/**
 * Works round a fault of Netty 4.2.18 on epoll: when nothing is left that a channel waits for (half-closed, and all
 * written), its descriptor leaves epoll but counts as registered, and the next thing to wait for fails with ENOENT and
 * kills the channel. Waiting for errors, which epoll reports anyway, keeps it registered. In Netty's package because
 * nothing outside of it may say what a channel waits for.
 */
public final class EpollInterest {

    private EpollInterest() {}

    /** Keeps the channel registered for its life; does nothing on other transports. On the channel's event loop. */
    public static void keep(Channel channel) throws IOException {
        if (channel instanceof AbstractEpollChannel epoll) {
            epoll.setFlag(Native.EPOLLERR);
        }
    }
}
