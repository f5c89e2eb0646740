package dev.torii.console.spans;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is slow for each route: longer than about 95 % of what it took lately. A route seen for the first time has no slow
 * requests until {@value #ENOUGH} are known. For one thread at a time.
 */
final class RouteDurations {

    private static final int ENOUGH = 100;
    /** Beyond it, what was counted counts half: a route that gets slower for good has a new idea of slow soon. */
    private static final int LATELY = 2_000;

    private static final int MAX_ROUTES = 1_000;
    private static final int STEPS_PER_DOUBLING = 4;
    private static final int BUCKETS = 40 * STEPS_PER_DOUBLING;

    private final Map<String, Recent> byRoute = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Recent> eldest) {
            return size() > MAX_ROUTES;
        }
    };

    private static final class Recent {
        private final int[] counts = new int[BUCKETS];
        private int total;
    }

    /** Counts one, and says whether it was slow. */
    boolean isSlow(String route, long micros) {
        Recent recent = byRoute.computeIfAbsent(route, name -> new Recent());
        int bucket = bucket(micros);
        boolean slow = recent.total >= ENOUGH && bucket > p95(recent);
        recent.counts[bucket]++;
        recent.total++;
        if (recent.total > LATELY) {
            halve(recent);
        }
        return slow;
    }

    private static int p95(Recent recent) {
        int beyond = recent.total / 20;
        int bucket = BUCKETS - 1;
        int seen = recent.counts[bucket];
        while (seen <= beyond && bucket > 0) {
            bucket--;
            seen += recent.counts[bucket];
        }
        return bucket;
    }

    private static void halve(Recent recent) {
        int total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            recent.counts[i] /= 2;
            total += recent.counts[i];
        }
        recent.total = total;
    }

    private static int bucket(long micros) {
        double doublings = Math.log((double) Math.max(1, micros)) / Math.log(2);
        return Math.min(BUCKETS - 1, (int) (doublings * STEPS_PER_DOUBLING));
    }
}
