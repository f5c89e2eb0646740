package dev.torii.proxy.limit;

import dev.torii.proxy.upstream.engine.TokenBucket;
import dev.torii.routing.RateLimit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Those of one process. They always answer at once. */
final class LocalBuckets implements Buckets {

    private final LongSupplier nanos;
    private volatile Keys<TokenBucket> keys;
    private volatile long burst;

    LocalBuckets(RateLimit limit, LongSupplier nanos) {
        this.nanos = nanos;
        this.keys = keys(limit);
        this.burst = rate(limit).burst();
    }

    private Keys<TokenBucket> keys(RateLimit limit) {
        TokenBucket.Rate rate = rate(limit);
        return new Keys<>(key -> new TokenBucket(rate), TokenBucket::isFull, nanos);
    }

    private TokenBucket.Rate rate(RateLimit limit) {
        long perNanos = TimeUnit.MILLISECONDS.toNanos(limit.perMs());
        return new TokenBucket.Rate(limit.requests(), perNanos, limit.burst(), nanos);
    }

    @Override
    public Grant take(String key, Consumer<Grant> later) {
        return keys.use(key, LocalBuckets::grant);
    }

    private static Grant grant(TokenBucket bucket) {
        return bucket.take()
                ? Grant.admitted(bucket.left(), bucket.nanosToFull())
                : Grant.refused(bucket.nanosToNext(), bucket.nanosToFull());
    }

    @Override
    public void giveBack(String key) {
        keys.use(key, bucket -> {
            bucket.giveBack();
            return bucket;
        });
    }

    /**
     * Of each key as many permits are missing as before, or all. What is taken meanwhile, and what shared buckets miss,
     * is forgiven.
     */
    @Override
    public void change(RateLimit limit) {
        long before = burst;
        Keys<TokenBucket> next = keys(limit);
        long now = rate(limit).burst();
        keys.forEach((key, old) -> {
            long used = before - old.left();
            if (used > 0 && !Keys.isShared(key)) {
                next.use(key, bucket -> bucket.take((int) Math.min(used, now)));
            }
        });
        burst = now;
        keys = next;
    }

    @Override
    public boolean isFull() {
        AtomicBoolean full = new AtomicBoolean(true);
        keys.forEach((key, bucket) -> full.compareAndSet(true, bucket.isFull()));
        return full.get();
    }

    @Override
    public int keys() {
        return keys.size();
    }

    @Override
    public long crowded() {
        return keys.crowded();
    }

    @Override
    public void close() {}
}
