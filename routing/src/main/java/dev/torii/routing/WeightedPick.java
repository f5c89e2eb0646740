package dev.torii.routing;

import java.util.List;

/** Picks one of a rule's backends by weight. Immutable; safe on any thread; a pick allocates nothing. */
public final class WeightedPick {

    /** A key or a random number stands for a fraction with this many bits. */
    private static final int FRACTION_BITS = 31;

    /** {@code ends[i]} is the sum of the weights up to and with backend i. */
    private final long[] ends;

    private final long total;

    private WeightedPick(List<Backend> backends) {
        ends = new long[backends.size()];
        long sum = 0;
        for (int i = 0; i < ends.length; i++) {
            sum += Math.max(0, backends.get(i).weight());
            ends[i] = sum;
        }
        total = sum;
    }

    public static WeightedPick of(List<Backend> backends) {
        return new WeightedPick(backends);
    }

    /**
     * The position of a backend by chance.
     *
     * @param random evenly spread over all non-negative ints; the sign bit is ignored
     * @return -1 when no backend has a weight
     */
    public int pick(int random) {
        return at(random & Integer.MAX_VALUE);
    }

    /**
     * The position of the backend that a key belongs to: the same for equal keys, and as a fraction of the total, so that
     * when weight moves from an earlier backend to a later one the keys of the later one stay with it.
     *
     * @param hash of the key; any hash will do, its bits are mixed here
     * @return -1 when no backend has a weight
     */
    public int pickByKey(long hash) {
        return at(mix(hash) >>> (Long.SIZE - FRACTION_BITS));
    }

    private int at(long fraction) {
        if (total == 0) {
            return -1;
        }
        long point = (fraction * total) >>> FRACTION_BITS;
        int i = 0;
        while (ends[i] <= point) {
            i++;
        }
        return i;
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the input reaches every bit of the output. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
