package dev.torii.proxy.limit;

import dev.torii.routing.RateLimit;
import java.util.function.Consumer;

/**
 * Where proxies cannot count together: nothing is known of any request, so each limit does what it is to do on errors.
 */
public final class NoStore implements Buckets {

    public static final NoStore INSTANCE = new NoStore();

    private NoStore() {}

    @Override
    public Grant take(String key, Consumer<Grant> later) {
        return Grant.UNKNOWN;
    }

    @Override
    public void giveBack(String key) {}

    @Override
    public void change(RateLimit limit) {}

    @Override
    public boolean isFull() {
        return true;
    }

    @Override
    public int keys() {
        return 0;
    }

    @Override
    public long crowded() {
        return 0;
    }

    @Override
    public void close() {}
}
