package dev.torii.console.mesh;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What went through one proxy in the last minutes, look by look. For one thread at a time; what it gives out changes no
 * more.
 */
final class Traffic {

    /** As far back as can be asked for. */
    static final int MAX_SECONDS = 300;

    private final Deque<Step> steps = new ArrayDeque<>();
    private @Nullable Scrape last;
    private long lastNanos;

    /** What was counted between two looks. */
    private record Step(long endNanos, double seconds, Map<Scrape.Key, Tally> tallies) {}

    /**
     * Requests a second, and how they went.
     *
     * @param rate requests a second
     */
    record Flow(double rate, Tally tally) {

        static Flow none() {
            return new Flow(0, new Tally());
        }

        Flow plus(Flow other) {
            Tally both = new Tally();
            both.add(tally);
            both.add(other.tally);
            return new Flow(rate + other.rate, both);
        }
    }

    /** The proxy was looked at. */
    void add(Scrape now, long nanos) {
        Scrape before = last;
        if (before != null && nanos > lastNanos) {
            Map<Scrape.Key, Tally> tallies = new HashMap<>();
            now.series().forEach((key, counts) -> {
                Tally tally = new Tally();
                tally.add(key, before.series().getOrDefault(key, new Scrape.Counts(new TreeMap<>())), counts);
                if (tally.requests() > 0) {
                    tallies.put(key, tally);
                }
            });
            steps.addLast(new Step(nanos, (nanos - lastNanos) / 1e9, tallies));
        }
        last = now;
        lastNanos = nanos;
        while (!steps.isEmpty() && steps.getFirst().endNanos() < nanos - MAX_SECONDS * 1_000_000_000L) {
            steps.removeFirst();
        }
    }

    /**
     * What flowed in the last seconds, by something that requests have in common.
     *
     * @param by what that is; null leaves a request out
     */
    <K> Map<K, Flow> flows(int seconds, long nowNanos, Function<Scrape.Key, @Nullable K> by) {
        double time = 0;
        Map<K, Tally> tallies = new HashMap<>();
        for (Step step : steps) {
            if (step.endNanos() > nowNanos - seconds * 1_000_000_000L) {
                time += step.seconds();
                step.tallies().forEach((key, tally) -> {
                    K group = by.apply(key);
                    if (group != null) {
                        tallies.computeIfAbsent(group, g -> new Tally()).add(tally);
                    }
                });
            }
        }
        Map<K, Flow> flows = new HashMap<>();
        double watched = time;
        tallies.forEach((group, tally) -> flows.put(group, new Flow(tally.requests() / watched, tally)));
        return flows;
    }
}
