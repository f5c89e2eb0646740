package dev.torii.proxy.mesh;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Connections of one event loop that came before the first configuration: each waits for it with nothing read, so that its
 * client sees a slow connection and not a failed one; but not for ever, and not too many.
 */
final class Waiting {

    static final int MAX = 1024;
    static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long STEP_MS = 20;

    private final BooleanSupplier configured;
    private final Queue<Waiter> waiters = new ArrayDeque<>();

    /**
     * @param end by the event loop's clock
     * @param enter how the connection goes on
     */
    private record Waiter(Channel channel, long end, Runnable enter) {}

    /** @param configured whether the wait is over, from then on */
    Waiting(BooleanSupplier configured) {
        this.configured = configured;
    }

    /** Calls back once there is a configuration; at once when there is, never when that takes too long. */
    void enter(Channel channel, Runnable enter) {
        if (configured.getAsBoolean()) {
            enter.run();
        } else if (waiters.size() >= MAX) {
            channel.close();
        } else {
            channel.config().setAutoRead(false);
            EventLoop loop = channel.eventLoop();
            if (waiters.isEmpty()) {
                lookSoon(loop);
            }
            waiters.add(new Waiter(channel, loop.ticker().nanoTime() + LIMIT.toNanos(), enter));
        }
    }

    private void lookSoon(EventLoop loop) {
        loop.schedule(() -> look(loop), STEP_MS, TimeUnit.MILLISECONDS);
    }

    private void look(EventLoop loop) {
        boolean over = configured.getAsBoolean();
        long now = loop.ticker().nanoTime();
        for (Waiter next = waiters.peek(); next != null && (over || next.end() - now <= 0); next = waiters.peek()) {
            waiters.remove();
            if (over) {
                next.channel().config().setAutoRead(true);
                next.enter().run();
            } else {
                next.channel().close();
            }
        }
        if (!waiters.isEmpty()) {
            lookSoon(loop);
        }
    }
}
