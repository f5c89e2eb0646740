package dev.torii.proxy.upstream.health;

import io.vertx.core.internal.ContextInternal;

/** Real time, on an event loop. */
final class ContextTimers implements Timers {

    private final ContextInternal context;

    ContextTimers(ContextInternal context) {
        this.context = context;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Runnable in(long millis, Runnable work) {
        long timer = context.setTimer(millis, id -> work.run());
        return () -> context.owner().cancelTimer(timer);
    }
}
