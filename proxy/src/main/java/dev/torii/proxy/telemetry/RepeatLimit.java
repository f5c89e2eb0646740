package dev.torii.proxy.telemetry;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ObjIntConsumer;

/**
 * Keeps one message from filling the log: in each window of {@value #WINDOW_MS} ms, {@value #FREE} of a
 * kind pass; the others are held back, and afterwards it is told how many. Safe on any thread.
 */
final class RepeatLimit {

    static final int FREE = 5;
    static final long WINDOW_MS = 10_000;
    static final int MAX_KEYS = 512;

    /** Stands for all messages beyond the number that is remembered. */
    private static final String THE_REST = "other messages";

    private Map<String, Integer> seen = new HashMap<>();
    private long windowEnd = Long.MIN_VALUE;

    /**
     * Whether a message may be written now.
     *
     * @param kind what all such messages have in common
     * @param report told of what was held back in a window that is over, and how often
     */
    boolean admit(String kind, long nowMs, ObjIntConsumer<String> report) {
        Map<String, Integer> over = Map.of();
        boolean admitted;
        synchronized (this) {
            if (nowMs >= windowEnd) {
                over = seen;
                seen = new HashMap<>();
                windowEnd = nowMs + WINDOW_MS;
            }
            String key = seen.size() < MAX_KEYS || seen.containsKey(kind) ? kind : THE_REST;
            admitted = seen.merge(key, 1, Integer::sum) <= FREE;
        }
        tell(over, report);
        return admitted;
    }

    /** Tells of what was held back since the last window, at the end of all. */
    void finish(ObjIntConsumer<String> report) {
        Map<String, Integer> over;
        synchronized (this) {
            over = seen;
            seen = new HashMap<>();
        }
        tell(over, report);
    }

    private static void tell(Map<String, Integer> over, ObjIntConsumer<String> report) {
        over.forEach((kind, count) -> {
            if (count > FREE) {
                report.accept(kind, count - FREE);
            }
        });
    }
}
