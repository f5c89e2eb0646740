package dev.torii.proxy.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.HashKey;
import dev.torii.routing.RateLimit;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Strangers who invent keys neither eat memory nor reset those who are limited, nor shut out those who are known. */
class KeysTest {

    private static final int INVENTED = 1_000_000;
    private static final long MIB = 1024 * 1024;
    private static final long MOST_BYTES = 12 * MIB;

    private final long seed = new Random().nextLong();
    private long now = 1;

    private static RateLimit perMinute(int requests) {
        HashKey key = new HashKey(HashKey.Source.HEADER, "x-tenant");
        return new RateLimit("ns/p/l@x", "l", requests, 60_000, requests, key, null, false, List.of());
    }

    private static boolean passes(Buckets buckets, String key) {
        Grant grant = buckets.take(key, late -> {});
        assertThat(grant).isNotNull();
        return grant.answer() == Grant.Answer.ADMITTED;
    }

    @Test
    void aMillionInventedKeysMoveNobody() {
        LocalBuckets buckets = new LocalBuckets(perMinute(60), () -> now);
        Random random = new Random(seed);
        assertThat(passes(buckets, "quiet")).isTrue();
        assertThat(passes(buckets, "quiet")).as("which makes it known").isTrue();
        for (int i = 0; i < 60; i++) {
            passes(buckets, "heavy");
        }
        now += TimeUnit.SECONDS.toNanos(2); // the quiet one's bucket is full again, the heavy one's has two
        long heavy = 0;
        long before = usedBytes();
        for (int i = 0; i < INVENTED; i++) {
            passes(buckets, "k" + i + "-" + random.nextLong());
            now += TimeUnit.MICROSECONDS.toNanos(5);
            heavy += passes(buckets, "heavy") ? 1 : 0;
            if (i % 50_000 == 0) {
                assertThat(passes(buckets, "quiet"))
                        .as("quiet after %d, seed %d", i, seed)
                        .isTrue();
                now += TimeUnit.MILLISECONDS.toNanos(1);
            }
        }
        assertThat(usedBytes() - before).as("bytes for %d keys", buckets.keys()).isLessThan(MOST_BYTES);
        assertThat(heavy).as("2 + 5.1 s at 1/s, seed %d", seed).isBetween(6L, 8L);
        assertThat(buckets.keys()).isLessThanOrEqualTo(Keys.ROOM).isGreaterThan(Keys.ROOM * 9 / 10);
        assertThat(buckets.crowded()).isGreaterThan(INVENTED / 2);
    }

    @Test
    void roomThatIsFreeAgainIsUsedAgain() {
        LocalBuckets buckets = new LocalBuckets(perMinute(60), () -> now);
        for (int i = 0; i < 3 * Keys.ROOM; i++) {
            passes(buckets, "first" + i);
        }
        now += TimeUnit.SECONDS.toNanos(1);
        int passed = 0;
        for (int i = 0; i < Keys.ROOM / 2; i++) {
            passed += passes(buckets, "second" + i) ? 1 : 0;
        }
        assertThat(passed).as("but for a few whose shelf is full").isGreaterThan(Keys.ROOM / 2 * 98 / 100);
    }

    @Test
    void thoseWhoShareAreLimitedTogether() {
        LocalBuckets buckets = new LocalBuckets(perMinute(60), () -> now);
        int passed = 0;
        for (int i = 0; i < INVENTED; i++) {
            passed += passes(buckets, "k" + i) ? 1 : 0;
        }
        assertThat(passed).isBetween(Keys.ROOM * 9 / 10, Keys.ROOM + 60 * Keys.SHARED);
    }

    /** After collecting what nobody holds: the least of a few looks, since others in this JVM let go of things as well. */
    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
