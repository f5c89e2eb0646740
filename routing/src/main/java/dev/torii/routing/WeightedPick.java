package dev.torii.routing;

import java.util.List;

/** Picks one of a rule's backends by weight. Immutable; safe on any thread; a pick allocates nothing. */
public final class WeightedPick {

    /** A random number stands for a fraction with this many bits. */
    private static final int FRACTION_BITS = 31;

    /** {@code ends[i]} is the sum of the weights up to and with backend i. */
    private final long[] ends;

    private final long total;

    /** What a key is mixed with for backend i: by its name, so that neither place nor neighbours matter. */
    private final long[] salts;

    private WeightedPick(List<Backend> backends) {
        ends = new long[backends.size()];
        salts = salts(backends);
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
     * The position of the backend that a key belongs to: weighted rendezvous hashing (Thaler, Ravishankar 1998; weights as
     * of Schindelhauer, Schomaker 2005). Each backend draws a time for the key, the shorter the greater its weight, and the
     * shortest wins. So equal keys stay together; where the share of one backend grows keys come to it and none leaves it; and
     * every rule, route and proxy that splits among the same Services by the same weights chooses the same, in whatever
     * order it names them.
     *
     * @param hash of the key; any hash will do, its bits are mixed here
     * @return -1 when no backend has a weight
     */
    public int pickByKey(long hash) {
        int best = -1;
        double shortest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < ends.length; i++) {
            long weight = i == 0 ? ends[0] : ends[i] - ends[i - 1];
            if (weight > 0) {
                // Exponentially distributed, with the weight for its rate: i is first with the odds of its weight.
                double uniform = ((mix(hash ^ salts[i]) >>> 11) + 0.5) * 0x1p-53;
                double time = -Math.log(uniform) / weight;
                if (time < shortest) {
                    shortest = time;
                    best = i;
                }
            }
        }
        return best;
    }

    /** Of the Service and port, however they are reached; of the place in the list where there is none. */
    private static long[] salts(List<Backend> backends) {
        long[] salts = new long[backends.size()];
        for (int i = 0; i < salts.length; i++) {
            String name = backends.get(i).target() instanceof Target.ToCluster to ? to.service() : "#" + i;
            long salt = mix(name.hashCode());
            for (int before = 0; before < i; before++) {
                if (salts[before] == salt) {
                    // One Service twice, perhaps with different filters.
                    salt = mix(salt + 1);
                    before = -1;
                }
            }
            salts[i] = salt;
        }
        return salts;
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
