package dev.torii.proxy.limit.redis;

import dev.torii.proxy.limit.Buckets;
import dev.torii.proxy.limit.StoreView;
import dev.torii.routing.RateLimit;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Opens limits that are counted in a Redis (5 or later, one node or what looks like one): {@code redis://host:port/database},
 * with {@code user:password@} where it wants that, {@code rediss://} for TLS by the trust of this JVM. One connection for each
 * address, whatever limits are there; it is closed with the last of them. Any thread.
 */
public final class RedisBuckets implements Buckets.Factory {

    private final Stores stores;
    private final LongSupplier clock;

    public RedisBuckets(Vertx vertx) {
        this(vertx, plain(), Store.Patience.USUAL);
    }

    RedisBuckets(Vertx vertx, NetClientOptions net, Store.Patience patience) {
        this.clock = System::nanoTime;
        this.stores = new Stores(uri -> new Store(
                vertx,
                uri,
                options(net, uri),
                patience,
                clock,
                () -> ThreadLocalRandom.current().nextDouble()));
    }

    private static NetClientOptions plain() {
        return new NetClientOptions().setTcpKeepAlive(true).setConnectTimeout(1_000);
    }

    private static NetClientOptions options(NetClientOptions net, String uri) {
        NetClientOptions options = new NetClientOptions(net);
        if (uri.startsWith("rediss:") || uri.startsWith("valkeys:")) {
            options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
        }
        return options;
    }

    @Override
    public Buckets open(RateLimit limit) {
        return new SharedBuckets(limit, stores, clock);
    }

    /** What is known of every Redis in use. */
    public List<StoreView> stores() {
        return stores.views();
    }
}
