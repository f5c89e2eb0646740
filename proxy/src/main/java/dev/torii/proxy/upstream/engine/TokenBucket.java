package dev.torii.proxy.upstream.engine;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Holds a burst of permits and is refilled evenly. The engine knows periods that renew all permits at once; with one
 * permit for each period, and a reservation of later ones counted as admitted now, it is the generic cell rate
 * algorithm: so many may be borrowed of the future as the burst has, and each period pays one back.
 *
 * <p>Not for several threads at once: whoever shares it locks, since the engine would park a thread that meets another.
 */
public final class TokenBucket {

    /** What all buckets of one limit have in common. */
    public static final class Rate {

        private final RateLimiterConfig config;
        private final Supplier<Long> boxed;
        private final LongSupplier nanos;
        private final long periodNanos;
        private final int burst;

        /**
         * @param perNanos in which {@code requests} permits come back
         * @param burst at least 1; cut where it would take more than 146 years to be refilled
         * @param nanos the clock, in nanoseconds of any origin
         */
        public Rate(long requests, long perNanos, long burst, LongSupplier nanos) {
            this.nanos = nanos;
            this.boxed = nanos::getAsLong;
            this.periodNanos = Math.max(1, (perNanos + requests / 2) / requests);
            this.burst = (int) Math.min(Math.min(burst, Integer.MAX_VALUE), Long.MAX_VALUE / 2 / periodNanos);
            this.config = RateLimiterConfig.custom()
                    .limitForPeriod(1)
                    .limitRefreshPeriod(Duration.ofNanos(periodNanos))
                    .timeoutDuration(Duration.ofNanos((this.burst - 1) * periodNanos))
                    .build();
        }

        /** How many may come at once. */
        public long burst() {
            return burst;
        }
    }

    private final Rate rate;
    private final RateLimiter engine;
    private long fullAt;

    /** A full one. */
    public TokenBucket(Rate rate) {
        this.rate = rate;
        this.engine = new AtomicRateLimiter("", rate.config, rate.boxed);
        this.fullAt = rate.nanos.getAsLong();
    }

    /** Takes a permit, if there is one. */
    public boolean take() {
        return take(1);
    }

    /** Takes all of these permits or none. */
    public boolean take(int permits) {
        long wait = engine.reservePermission(permits);
        if (wait < 0) {
            return false;
        }
        // when the last one borrowed is due, and one more period until there is one again
        fullAt = rate.nanos.getAsLong() + wait + rate.periodNanos;
        return true;
    }

    /**
     * Puts back a permit that was just taken. One that came back meanwhile by itself may be there twice for one period.
     */
    public void giveBack() {
        engine.reservePermission(-1);
        fullAt -= rate.periodNanos;
    }

    /** How many permits there are. */
    public long left() {
        return rate.burst - (nanosToFull() + rate.periodNanos - 1) / rate.periodNanos;
    }

    /** Until there is a permit; 0 when there is one. */
    public long nanosToNext() {
        return Math.max(0, nanosToFull() - (rate.burst - 1) * rate.periodNanos);
    }

    /** Until nothing is missing. */
    public long nanosToFull() {
        return Math.max(0, fullAt - rate.nanos.getAsLong());
    }

    /** Whether it is as if new. */
    public boolean isFull() {
        return nanosToFull() == 0;
    }
}
