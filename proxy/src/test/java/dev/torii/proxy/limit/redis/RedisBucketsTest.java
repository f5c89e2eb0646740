package dev.torii.proxy.limit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.limit.Buckets;
import dev.torii.proxy.limit.Grant;
import dev.torii.proxy.limit.Grant.Answer;
import dev.torii.proxy.limit.StoreView;
import dev.torii.routing.RateLimit;
import dev.torii.testkit.Await;
import dev.torii.testkit.RedisServer;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits shared through a real Redis, and what happens when that is in trouble. */
final class RedisBucketsTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private RedisServer redis;

    @BeforeEach
    void startRedis() {
        redis = RedisServer.start(folder);
    }

    @AfterEach
    void closeAll() {
        vertx.close().await();
        redis.close();
    }

    private static RateLimit limit(String uri, long requests, long perMs, long burst) {
        return new RateLimit(
                "ns/policy/limit",
                "limit",
                requests,
                perMs,
                burst,
                null,
                new RateLimit.Store(uri, true),
                false,
                List.of());
    }

    /** Of a proxy of its own, that is as patient as a busy machine needs. */
    private Buckets open(RateLimit limit) {
        return proxy(2_000).open(limit);
    }

    private RedisBuckets proxy(int timeoutMs) {
        return new RedisBuckets(vertx, new NetClientOptions(), new Store.Patience(timeoutMs, 4_000, 50, 200, 5_000));
    }

    private static Grant take(Buckets buckets, String key) {
        CompletableFuture<Grant> later = new CompletableFuture<>();
        Grant grant = buckets.take(key, later::complete);
        return grant != null
                ? grant
                : later.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static boolean admits(Buckets buckets, String key) {
        return take(buckets, key).answer() == Answer.ADMITTED;
    }

    private static boolean isKnown(Buckets buckets, String key) {
        return take(buckets, key).answer() != Answer.UNKNOWN;
    }

    private static void awaitKnown(Buckets buckets) {
        assertThat(Await.until(LONG, () -> isKnown(buckets, "waiting")))
                .as("Redis is used")
                .isTrue();
    }

    private static void awaitUnknown(Buckets buckets) {
        assertThat(Await.until(LONG, () -> !isKnown(buckets, "waiting")))
                .as("Redis is given up")
                .isTrue();
    }

    @Test
    void proxiesShareOneBudgetPerKey() {
        RateLimit limit = limit(redis.uri(), 100, 3_600_000, 100);
        Buckets one = open(limit);
        Buckets other = open(limit);
        awaitKnown(one);
        awaitKnown(other);
        int admitted = 0;
        for (int i = 0; i < 200; i++) {
            admitted += admits(i % 2 == 0 ? one : other, "a") ? 1 : 0;
        }
        assertThat(admitted).isBetween(95, 100);
        assertThat(admits(one, "b")).as("another key has a bucket of its own").isTrue();
        Grant refused = take(one, "a");
        assertThat(refused.answer()).isEqualTo(Answer.REFUSED);
        assertThat(refused.waitNanos()).isBetween(1L, TimeUnit.SECONDS.toNanos(36));
        assertThat(refused.fullNanos()).isBetween(TimeUnit.MINUTES.toNanos(50), TimeUnit.HOURS.toNanos(1));
    }

    @Test
    void keysInRedisSayNothingAndExpireByThemselves() {
        Buckets buckets = open(limit(redis.uri(), 1, 4_000, 10));
        awaitKnown(buckets);
        assertThat(admits(buckets, "alice@example.com")).isTrue();
        assertThat(redis.cli("KEYS", "*")).doesNotContain("alice").contains("torii:limit:");
        assertThat(Await.until(LONG, () -> redis.cli("DBSIZE").endsWith("0"))).isTrue();
    }

    @Test
    void aRedisThatForgetsTheScriptIsToldAgain() {
        Buckets buckets = open(limit(redis.uri(), 10, 3_600_000, 10));
        awaitKnown(buckets);
        redis.cli("SCRIPT", "FLUSH");
        assertThat(admits(buckets, "a")).isTrue();
    }

    @Test
    void whatIsNoBucketAtAKeyIsOverwritten() {
        Buckets buckets = open(limit(redis.uri(), 10, 3_600_000, 10));
        awaitKnown(buckets);
        redis.cli("HSET", SharedBuckets.redisKey("ns/policy/limit", "a"), "x", "1");
        redis.cli("SET", SharedBuckets.redisKey("ns/policy/limit", "b"), "nonsense");
        assertThat(take(buckets, "a").left()).isEqualTo(9);
        assertThat(take(buckets, "b").left()).isEqualTo(9);
    }

    @Test
    void aLimitThatChangesKeepsWhatWasUsed() {
        Buckets buckets = open(limit(redis.uri(), 10, 3_600_000, 10));
        awaitKnown(buckets);
        for (int i = 0; i < 10; i++) {
            assertThat(admits(buckets, "a")).isTrue();
        }
        buckets.change(limit(redis.uri(), 20, 3_600_000, 20));
        assertThat(take(buckets, "a").answer()).isEqualTo(Answer.REFUSED);
    }

    @Test
    void aFrozenRedisIsWaitedForByAFewAndThenByNobody() {
        Buckets buckets = proxy(100).open(limit(redis.uri(), 1_000, 1_000, 1_000));
        awaitKnown(buckets);
        redis.freeze();
        try {
            assertThat(Await.until(LONG, () -> waiting(buckets, 100) == 0))
                    .as("it is given up")
                    .isTrue();
            assertThat(waiting(buckets, 10_000))
                    .as("who wait for a Redis known to be down")
                    .isZero();
        } finally {
            redis.thaw();
        }
        awaitKnown(buckets);
    }

    private static int waiting(Buckets buckets, int requests) {
        int waiting = 0;
        for (int i = 0; i < requests; i++) {
            waiting += buckets.take("key" + i, grant -> {}) == null ? 1 : 0;
        }
        return waiting;
    }

    @Test
    void aKilledRedisIsUsedAgainWhenItIsBack() {
        RedisBuckets all = proxy(2_000);
        Buckets buckets = all.open(limit(redis.uri(), 10, 3_600_000, 10));
        awaitKnown(buckets);
        redis.kill();
        awaitUnknown(buckets);
        assertThat(all.stores()).singleElement().satisfies(store -> {
            assertThat(store.up()).isFalse();
            assertThat(store.name()).isEqualTo("127.0.0.1:" + redis.port());
        });
        redis.startAgain();
        awaitKnown(buckets);
        assertThat(admits(buckets, "a")).isTrue();
        assertThat(all.stores()).allMatch(StoreView::up);
    }

    @Test
    void aRedisThatIsNotThereYetIsUsedWhenItComes() {
        redis.kill();
        Buckets buckets = open(limit(redis.uri(), 10, 1_000, 10));
        awaitUnknown(buckets);
        redis.startAgain();
        awaitKnown(buckets);
    }

    @Test
    void passwordsAndDatabasesAreInTheAddress() {
        redis.cli("CONFIG", "SET", "requirepass", "s3cret/%");
        String host = "127.0.0.1:" + redis.port();
        Buckets unknown = open(limit("redis://" + host, 10, 3_600_000, 10));
        Buckets wrong = open(limit("redis://:guess@" + host, 10, 3_600_000, 10));
        Buckets right = open(limit("redis://:s3cret%2F%25@" + host + "/3", 10, 3_600_000, 10));
        awaitKnown(right);
        awaitUnknown(unknown);
        awaitUnknown(wrong);
        assertThat(admits(right, "a")).isTrue();
        assertThat(redis.cli("-a", "s3cret/%", "--no-auth-warning", "-n", "3", "DBSIZE"))
                .isNotEqualTo("0");
        assertThat(redis.cli("-a", "s3cret/%", "--no-auth-warning", "-n", "0", "KEYS", "torii:limit:*"))
                .isEmpty();
    }

    @Test
    void anAddressThatIsNoneIsAStoreThatIsDown() {
        RedisBuckets all = proxy(2_000);
        Buckets buckets = all.open(limit("http://u:secret@127.0.0.1/", 10, 1_000, 10));
        awaitUnknown(buckets);
        assertThat(all.stores().get(0).name()).doesNotContain("secret");
    }

    @Test
    void aRedisWithoutMemoryOrRightsIsDownUntilItHasThem() {
        Buckets buckets = open(limit(redis.uri(), 1_000, 1_000, 1_000));
        awaitKnown(buckets);
        redis.cli("CONFIG", "SET", "maxmemory", "1");
        awaitUnknown(buckets);
        redis.cli("CONFIG", "SET", "maxmemory", "0");
        awaitKnown(buckets);
        redis.cli("REPLICAOF", "127.0.0.1", "1");
        awaitUnknown(buckets);
        redis.cli("REPLICAOF", "NO", "ONE");
        awaitKnown(buckets);
        redis.cli("ACL", "SETUSER", "default", "-@scripting");
        awaitUnknown(buckets);
        redis.cli("ACL", "SETUSER", "default", "+@all");
        awaitKnown(buckets);
    }

    @Test
    void theConnectionIsClosedWithTheLastLimitThatUsesIt() {
        RedisBuckets all = proxy(2_000);
        Buckets one = all.open(limit(redis.uri(), 10, 1_000, 10));
        Buckets other = all.open(limit(redis.uri(), 20, 1_000, 10));
        awaitKnown(one);
        assertThat(connections()).isEqualTo(1);
        one.close();
        awaitKnown(other);
        assertThat(all.stores()).hasSize(1);
        other.close();
        assertThat(all.stores()).isEmpty();
        assertThat(Await.until(LONG, () -> connections() == 0)).isTrue();
    }

    private long connections() {
        return redis.cli("CLIENT", "LIST")
                .lines()
                .filter(line -> !line.contains("cmd=client"))
                .count();
    }
}
