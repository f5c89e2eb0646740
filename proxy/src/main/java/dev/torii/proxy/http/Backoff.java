package dev.torii.proxy.http;

import java.util.random.RandomGenerator;

/**
 * How long a request waits before it is sent again: at least what the rule says, and at most a bound that doubles with each
 * time, up to ten times as much; where in between is drawn, so that requests that failed together do not come back together.
 */
final class Backoff {

    /** Where the rule says nothing. */
    static final long DEFAULT_MS = 25;

    private static final int MOST = 10;

    private Backoff() {}

    /**
     * Milliseconds.
     *
     * @param leastMs as the rule says; 0 for the default
     * @param repeat the how-manieth repeat it is, from 1
     */
    static long millis(long leastMs, int repeat, RandomGenerator random) {
        long least = leastMs > 0 ? leastMs : DEFAULT_MS;
        long most = least * Math.min(MOST, 1L << Math.min(repeat, 4));
        return least + random.nextLong(most - least + 1);
    }
}
