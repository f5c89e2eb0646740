package dev.torii.console.mesh;

import java.util.Map;
import java.util.TreeMap;

/** Requests of some time, added up: how many, how many failed, with which flags, and how long they took. Not thread-safe. */
final class Tally {

    private double requests;
    private double errors;
    /** Requests that took at most so many seconds and longer than the bound before. */
    private final TreeMap<Double, Double> byBound = new TreeMap<>();

    private final Map<String, Double> flags = new TreeMap<>();

    /** What was counted between two looks at one series; a proxy that has restarted counts from nothing. */
    void add(Scrape.Key key, Scrape.Counts before, Scrape.Counts now) {
        boolean restarted = now.total() < before.total();
        double count = now.total() - (restarted ? 0 : before.total());
        if (count <= 0) {
            return;
        }
        requests += count;
        errors += key.isError() ? count : 0;
        if (!key.flag().isEmpty()) {
            flags.merge(key.flag(), count, Double::sum);
        }
        double sofar = 0;
        for (Map.Entry<Double, Double> bucket : now.upTo().entrySet()) {
            double upTo = bucket.getValue() - (restarted ? 0 : before.upTo().getOrDefault(bucket.getKey(), 0.0));
            byBound.merge(bucket.getKey(), Math.max(0, upTo - sofar), Double::sum);
            sofar = Math.max(sofar, upTo);
        }
    }

    void add(Tally other) {
        requests += other.requests;
        errors += other.errors;
        other.byBound.forEach((bound, count) -> byBound.merge(bound, count, Double::sum));
        other.flags.forEach((flag, count) -> flags.merge(flag, count, Double::sum));
    }

    double requests() {
        return requests;
    }

    /** Of all requests, those that failed: 0 to 1. */
    double errorRate() {
        return requests == 0 ? 0 : errors / requests;
    }

    Map<String, Double> flags() {
        return flags;
    }

    /**
     * How long the given share of requests took at most, in µs, as near as the buckets tell: evenly spread within one, and
     * the last bound for what is beyond it.
     */
    long quantileMicros(double share) {
        double wanted = requests * share;
        double below = 0;
        double from = 0;
        for (Map.Entry<Double, Double> bucket : byBound.entrySet()) {
            double count = bucket.getValue();
            if (bucket.getKey().isInfinite()) {
                break;
            }
            if (count > 0 && below + count >= wanted) {
                double part = (wanted - below) / count;
                return Math.round((from + (bucket.getKey() - from) * part) * 1e6);
            }
            below += count;
            from = bucket.getKey();
        }
        return Math.round(from * 1e6);
    }
}
