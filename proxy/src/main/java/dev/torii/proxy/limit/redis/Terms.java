package dev.torii.proxy.limit.redis;

import dev.torii.routing.RateLimit;
import java.util.concurrent.TimeUnit;

/**
 * A limit in the numbers that are counted with.
 *
 * @param perMicros in which {@code requests} are refilled
 * @param hold how many permits a proxy may hold of one key beyond those that requests wait for
 * @param pauseNanos for how long at least a proxy does not ask again for a key whose bucket was empty: so long that what is
 *     refilled meanwhile is worth asking for, and so short that no bucket is full by then
 */
record Terms(long requests, long perMicros, long burst, long hold, long pauseNanos) {

    /** A lease is at most a twentieth of the limit: twenty proxies that all hold one unused lock up no more than all of it. */
    private static final int SHARE = 20;

    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    static Terms of(RateLimit limit) {
        double perNano = limit.requests() / (limit.perMs() * 1e6);
        double inOneLife = Math.min(perNano * Lease.LIFE_NANOS, (double) limit.burst());
        long refill = (long) (limit.burst() / perNano);
        return new Terms(
                limit.requests(),
                TimeUnit.MILLISECONDS.toMicros(limit.perMs()),
                limit.burst(),
                (long) (inOneLife / SHARE),
                Math.min(MAX_PAUSE_NANOS, refill / 4));
    }
}
