package dev.torii.proxy.limit.redis;

import dev.torii.proxy.limit.StoreView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What has happened with one store. Any thread. */
final class StoreCounts {

    /** Upper bounds in ms of the answers that are counted together; slower ones are beyond the last. */
    static final List<Integer> BOUNDS_MS = List.of(1, 2, 5, 10, 20, 50, 100);

    private final LongAdder errors = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder unasked = new LongAdder();
    private final LongAdder granted = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder answerNanos = new LongAdder();
    private final LongAdder[] answers = new LongAdder[BOUNDS_MS.size() + 1];

    StoreCounts() {
        for (int i = 0; i < answers.length; i++) {
            answers[i] = new LongAdder();
        }
    }

    void answered(long nanos, long permits) {
        int bucket = 0;
        while (bucket < BOUNDS_MS.size() && nanos > TimeUnit.MILLISECONDS.toNanos(BOUNDS_MS.get(bucket))) {
            bucket++;
        }
        answers[bucket].increment();
        answerNanos.add(nanos);
        granted.add(permits);
    }

    void error() {
        errors.increment();
    }

    void timeout() {
        timeouts.increment();
    }

    /** There was no asking: it was down, or too many questions were under way. */
    void unasked() {
        unasked.increment();
    }

    /** Leased and not used in time. */
    void lost(long permits) {
        if (permits > 0) {
            lost.add(permits);
        }
    }

    StoreView view(String name, boolean up) {
        List<Long> counted = new ArrayList<>();
        for (LongAdder bucket : answers) {
            counted.add(bucket.sum());
        }
        return new StoreView(
                name,
                up,
                errors.sum(),
                timeouts.sum(),
                unasked.sum(),
                granted.sum(),
                lost.sum(),
                answerNanos.sum(),
                BOUNDS_MS,
                counted);
    }
}
