package dev.torii.proxy.limit.redis;

import dev.torii.proxy.limit.Buckets;
import dev.torii.proxy.limit.Grant;
import dev.torii.proxy.limit.Keys;
import dev.torii.routing.RateLimit;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One limit whose buckets are in Redis: the leases of its keys. What a key has used is there, so a lease may be dropped at any
 * time.
 */
final class SharedBuckets implements Buckets {

    private static final String PREFIX = "torii:limit:";

    private record Leases(Store store, Terms terms, Keys<Lease> keys) {}

    private final String id;
    private final Stores stores;
    private final LongSupplier clock;
    private volatile Leases leases;

    SharedBuckets(RateLimit limit, Stores stores, LongSupplier clock) {
        this.id = limit.id();
        this.stores = stores;
        this.clock = clock;
        this.leases = in(stores.join(uri(limit)), limit);
    }

    private Leases in(Store store, RateLimit limit) {
        Keys<Lease> keys = new Keys<>(key -> new Lease(redisKey(id, key), clock, store.counts()), Lease::isFull, clock);
        return new Leases(store, Terms.of(limit), keys);
    }

    private static String uri(RateLimit limit) {
        RateLimit.Store store = limit.store();
        if (store == null) {
            throw new IllegalArgumentException("limit " + limit.id() + " is shared by nobody");
        }
        return store.uri();
    }

    /** Of the same length whatever is in it, and without what a key may hold of a person. */
    static String redisKey(String id, String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(id.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            byte[] hash = digest.digest(key.getBytes(StandardCharsets.UTF_8));
            return PREFIX
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(hash)
                            .substring(0, 24);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public @Nullable Grant take(String key, Consumer<Grant> later) {
        Leases now = leases;
        return lease(now, key).take(now.store(), now.terms(), later);
    }

    private static Lease lease(Leases now, String key) {
        return now.keys().use(key, lease -> lease);
    }

    @Override
    public void giveBack(String key) {
        Leases now = leases;
        lease(now, key).giveBack(now.terms());
    }

    /** In the same Redis, its buckets go on at the new rate; in another one they begin full. */
    @Override
    public synchronized void change(RateLimit limit) {
        Leases before = leases;
        Store store = stores.join(uri(limit));
        leases = store == before.store() ? new Leases(store, Terms.of(limit), before.keys()) : in(store, limit);
        stores.leave(before.store());
    }

    @Override
    public boolean isFull() {
        AtomicBoolean full = new AtomicBoolean(true);
        leases.keys().forEach((key, lease) -> full.compareAndSet(true, lease.isFull()));
        return full.get();
    }

    @Override
    public int keys() {
        return leases.keys().size();
    }

    @Override
    public long crowded() {
        return leases.keys().crowded();
    }

    @Override
    public void close() {
        stores.leave(leases.store());
    }
}
