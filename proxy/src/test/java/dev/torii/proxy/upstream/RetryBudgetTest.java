package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Resilience;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** As {@link System#nanoTime()} may: it is about to pass the largest number. */
    private long now = Long.MAX_VALUE - 3 * SECOND / 2;

    private final RetryBudget budget = new RetryBudget(now);

    private static Resilience.RetryBudget limits(int percent, int minPerSecond) {
        return new Resilience.RetryBudget(percent, minPerSecond);
    }

    private void requests(int n) {
        for (int i = 0; i < n; i++) {
            budget.request(now);
        }
    }

    private int taken(int percent, int minPerSecond) {
        int taken = 0;
        while (taken < 100_000 && budget.take(limits(percent, minPerSecond), now)) {
            taken++;
        }
        return taken;
    }

    @Test
    void isAShareOfTheRequests() {
        requests(1_000);
        assertThat(taken(20, 0)).isEqualTo(200);
        requests(9);
        assertThat(taken(20, 0)).isEqualTo(1);
        requests(1);
        assertThat(taken(20, 0)).isEqualTo(1);
        assertThat(taken(100, 0)).as("a share that was raised").isEqualTo(1_010 - 202);
        assertThat(taken(0, 0)).isZero();
    }

    @Test
    void someAreAlwaysAllowedAtTheirPace() {
        assertThat(taken(0, 10)).isEqualTo(10);
        now += SECOND / 2;
        assertThat(taken(0, 10)).isEqualTo(5);
        now += 60 * SECOND;
        assertThat(taken(0, 10)).as("a second's worth is saved, not a minute's").isEqualTo(10);
        assertThat(taken(0, 0)).isZero();
    }

    @Test
    void theSharePassesWithItsRequests() {
        requests(1_000);
        now += 9 * SECOND;
        requests(100);
        assertThat(taken(20, 0)).as("still in the window").isEqualTo(220);
        now += 2 * SECOND;
        requests(10);
        assertThat(taken(20, 0)).as("spent of what is left").isZero();
        now += 30 * SECOND;
        assertThat(taken(20, 0)).isZero();
        requests(50);
        assertThat(taken(20, 0)).as("after silence longer than the window").isEqualTo(10);
    }

    /** Whatever comes, whenever: a request is never counted twice. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void neverGivesMoreThanRequestsPayForOverAnyTime(long seed) {
        Random random = new Random(seed);
        int percent = 1 + random.nextInt(100);
        int min = random.nextInt(20);
        long begin = now;
        long made = 0;
        long taken = 0;
        for (int step = 0; step < 20_000; step++) {
            now += random.nextInt(10) == 0 ? (long) (random.nextDouble() * 3 * SECOND) : random.nextInt(50_000_000);
            int burst = random.nextInt(5) == 0 ? random.nextInt(40) : 0;
            requests(burst);
            made += burst;
            for (int i = random.nextInt(12); i > 0 && budget.take(limits(percent, min), now); i--) {
                taken++;
            }
            double seconds = (now - begin) / 1e9;
            assertThat((double) taken).isLessThanOrEqualTo(made * percent / 100.0 + min * (seconds + 1));
        }
        assertThat(taken).as("and it gives").isGreaterThan(made * percent / 200);
    }

    @Test
    void eventLoopsTogetherGetNoMoreThanOneAlone() throws InterruptedException {
        int threads = 4;
        int each = 20_000;
        AtomicInteger taken = new AtomicInteger();
        AtomicLong clock = new AtomicLong(now);
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService loops = Executors.newFixedThreadPool(threads);
        for (int t = 0; t < threads; t++) {
            loops.execute(() -> {
                await(start);
                for (int i = 0; i < each; i++) {
                    long at = clock.addAndGet(SECOND / 4_000); // 20 seconds in all
                    budget.request(at);
                    while (budget.take(limits(20, 0), at)) {
                        taken.incrementAndGet();
                    }
                }
            });
        }
        start.countDown();
        loops.shutdown();
        assertThat(loops.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(taken.get()).isBetween(threads * each / 5 * 9 / 10, threads * each / 5);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
