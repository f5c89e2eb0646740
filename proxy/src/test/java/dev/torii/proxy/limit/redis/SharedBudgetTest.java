package dev.torii.proxy.limit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.limit.Buckets;
import dev.torii.proxy.limit.Grant;
import dev.torii.routing.RateLimit;
import dev.torii.testkit.Await;
import dev.torii.testkit.RedisServer;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How exact three proxies with one Redis are, each asked for more than all may have. */
final class SharedBudgetTest {

    private static final int PROXIES = 3;
    private static final int KEYS = 20;
    private static final long RATE = 100;
    private static final long BURST = 100;
    private static final long RUN_NANOS = 3_000_000_000L;
    private static final long WINDOW_NANOS = 1_000_000_000L;
    /** For a machine on which others work too: what the bound adds to a window. */
    private static final int TIMEOUT_MS = 2_000;

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<ConcurrentLinkedQueue<Long>> admitted = new ArrayList<>();
    private final AtomicInteger unknown = new AtomicInteger();

    @AfterEach
    void closeVertx() {
        vertx.close().await();
    }

    @Test
    void neverAdmitMoreThanTheBoundAndHardlyLess() throws InterruptedException {
        for (int i = 0; i < KEYS; i++) {
            admitted.add(new ConcurrentLinkedQueue<>());
        }
        try (RedisServer redis = RedisServer.start(folder)) {
            RateLimit limit = new RateLimit(
                    "ns/p/l", "l", RATE, 1_000, BURST, null, new RateLimit.Store(redis.uri(), true), false, List.of());
            List<RedisBuckets> proxies = new ArrayList<>();
            List<Thread> load = new ArrayList<>();
            List<Buckets> buckets = new ArrayList<>();
            for (int i = 0; i < PROXIES; i++) {
                RedisBuckets proxy = new RedisBuckets(
                        vertx, new NetClientOptions(), new Store.Patience(TIMEOUT_MS, 4_000, 50, 200, 5_000));
                proxies.add(proxy);
                buckets.add(proxy.open(limit));
            }
            assertThat(Await.until(
                            Duration.ofSeconds(20),
                            () -> proxies.stream()
                                    .allMatch(proxy -> proxy.stores().get(0).up())))
                    .isTrue();
            long start = System.nanoTime();
            buckets.forEach(proxy -> load.add(new Thread(() -> load(proxy, start + RUN_NANOS))));
            load.forEach(Thread::start);
            for (Thread thread : load) {
                thread.join();
            }
            check(start, Terms.of(limit).hold());
            assertThat(unknown.get()).isZero();
        }
    }

    private void load(Buckets buckets, long end) {
        for (int i = 0; System.nanoTime() < end; i++) {
            int key = i % KEYS;
            Grant grant = buckets.take("key" + key, later -> count(key, later));
            if (grant != null) {
                count(key, grant);
            }
            if (key == 0) {
                LockSupport.parkNanos(2_000_000);
            }
        }
    }

    private void count(int key, Grant grant) {
        if (grant.answer() == Grant.Answer.ADMITTED) {
            admitted.get(key).add(System.nanoTime());
        } else if (grant.answer() == Grant.Answer.UNKNOWN) {
            unknown.incrementAndGet();
        }
    }

    private void check(long start, long hold) {
        for (ConcurrentLinkedQueue<Long> key : admitted) {
            long[] at = key.stream().mapToLong(Long::longValue).sorted().toArray();
            double took = (at[at.length - 1] - start) / 1e9;
            assertThat(at.length).as("all, in %s s", took).isLessThanOrEqualTo((int) (BURST + RATE * took + 1));
            double least = (BURST + RATE * RUN_NANOS / 1e9) * (1 - PROXIES / 20.0);
            assertThat(at.length).as("at least").isGreaterThanOrEqualTo((int) least);
            double bound = BURST + RATE * (WINDOW_NANOS / 1e9 + TIMEOUT_MS / 1e3) + PROXIES * hold;
            long most = LongStream.of(at)
                    .map(from -> LongStream.of(at)
                            .filter(t -> t >= from && t < from + WINDOW_NANOS)
                            .count())
                    .max()
                    .orElse(0);
            assertThat(most).as("in a window of a second").isLessThanOrEqualTo((long) bound);
        }
    }
}
