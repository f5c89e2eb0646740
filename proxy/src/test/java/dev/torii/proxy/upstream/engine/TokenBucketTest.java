package dev.torii.proxy.upstream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long now = Long.MAX_VALUE - 3 * SECOND; // the machine's clock may overflow

    private TokenBucket bucket(long requests, long perNanos, long burst) {
        return new TokenBucket(new TokenBucket.Rate(requests, perNanos, burst, () -> now));
    }

    private static int drain(TokenBucket bucket) {
        int taken = 0;
        while (bucket.take()) {
            taken++;
        }
        return taken;
    }

    @Test
    void aFullOneHoldsItsBurstAndIsRefilledEvenly() {
        TokenBucket bucket = bucket(10, SECOND, 25);
        assertThat(bucket.left()).isEqualTo(25);
        assertThat(drain(bucket)).isEqualTo(25);
        assertThat(bucket.left()).isZero();
        now += SECOND / 2;
        assertThat(bucket.left()).isEqualTo(5);
        assertThat(drain(bucket)).isEqualTo(5);
        now += 100 * SECOND;
        assertThat(bucket.isFull()).isTrue();
        assertThat(drain(bucket)).isEqualTo(25);
    }

    @Test
    void aBurstOfOneSpacesRequests() {
        TokenBucket bucket = bucket(1, SECOND, 1);
        assertThat(drain(bucket)).isEqualTo(1);
        assertThat(bucket.nanosToNext()).isEqualTo(SECOND);
        now += SECOND - 1;
        assertThat(bucket.take()).isFalse();
        now += 1;
        assertThat(bucket.take()).isTrue();
    }

    @Test
    void itSaysWhenThereIsOneAgainAndWhenItIsFull() {
        TokenBucket bucket = bucket(10, SECOND, 5);
        drain(bucket);
        assertThat(bucket.nanosToFull()).isEqualTo(SECOND / 2);
        assertThat(bucket.nanosToNext()).isEqualTo(SECOND / 10);
        now += bucket.nanosToNext();
        assertThat(bucket.nanosToNext()).isZero();
        assertThat(bucket.take()).isTrue();
        now += SECOND / 2 - 1;
        assertThat(bucket.isFull()).isFalse();
        now += 1;
        assertThat(bucket.isFull()).isTrue();
    }

    @Test
    void whatIsPutBackCanBeTakenAgain() {
        TokenBucket bucket = bucket(10, SECOND, 5);
        drain(bucket);
        bucket.giveBack();
        bucket.giveBack();
        assertThat(bucket.left()).isEqualTo(2);
        assertThat(drain(bucket)).isEqualTo(2);
        TokenBucket untouched = bucket(10, SECOND, 5);
        untouched.take();
        untouched.giveBack();
        assertThat(untouched.isFull()).isTrue();
        assertThat(drain(untouched)).isEqualTo(5);
    }

    @Test
    void manyAreTakenTogetherOrNone() {
        TokenBucket bucket = bucket(10, SECOND, 5);
        assertThat(bucket.take(6)).isFalse();
        assertThat(bucket.take(3)).isTrue();
        assertThat(bucket.left()).isEqualTo(2);
        assertThat(drain(bucket)).isEqualTo(2);
    }

    @Test
    void over1000RandomLimitsAsMuchPassesAsTheRateAndTheBurstSay() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 1000; round++) {
            long requests = 1 + random.nextInt(1000);
            long burst = 1 + random.nextInt(200);
            TokenBucket bucket = bucket(requests, SECOND, burst);
            long start = now;
            long step = SECOND / requests / 3 + 1;
            int passed = 0;
            for (int i = 0; i < 1000; i++) {
                passed += drain(bucket);
                now += (long) (random.nextDouble() * 2 * Math.min(step, step * burst));
            }
            double most = burst + (now - start) * (double) requests / SECOND;
            assertThat((double) passed)
                    .as("seed %d, %d/s, burst %d", seed, requests, burst)
                    .isBetween(most - 2, most + 1);
        }
    }

    @Test
    void hugeBurstsAndRatesDoNotOverflow() {
        TokenBucket slow = bucket(1, TimeUnit.DAYS.toNanos(1), 1_000_000_000);
        assertThat(slow.take()).isTrue();
        assertThat(slow.left()).isPositive();
        TokenBucket fast = bucket(5_000_000_000L, SECOND, 1_000);
        assertThat(fast.take()).isTrue();
    }
}
