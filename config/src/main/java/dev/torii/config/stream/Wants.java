package dev.torii.config.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The places that this proxy's app has called and the mesh did not know, and what control has said of them. Never more than
 * fit into one {@link Message.Hello}: what comes beyond is not asked for, until others have been forgotten. Safe on any
 * thread; no method waits.
 */
final class Wants {

    /** Of a message, in bytes; the rest is for the other fields. */
    private static final int MOST_BYTES = Message.MOST_FROM_PROXY * 3 / 4;
    /** Of each in JSON: quotes and comma. */
    private static final int AROUND = 3;

    private static final int LONGEST = 253;

    /** For so long nobody has called a place that is forgotten. */
    static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(30);

    /** Where there is no more room, for so long. More than passes between two times that somebody tells who is called. */
    static final long SHORT_NANOS = TimeUnit.MINUTES.toNanos(3);

    /** An answer never changes back: control tells by itself when something appears at a place that was nobody's. */
    private final Map<String, Asked> all = new ConcurrentHashMap<>();
    /** In the order that they came. */
    private final Set<String> unsent = new LinkedHashSet<>();

    private final long limitNanos;
    private final LongSupplier clock;
    private int bytes;
    private boolean listening;
    private boolean full;

    private static final class Asked {

        final CompletableFuture<Void> answer = new CompletableFuture<>();
        final long nanos;
        volatile long called;

        Asked(long nanos) {
            this.nanos = nanos;
            this.called = nanos;
        }
    }

    /**
     * @param limitNanos who asks for a place so long after the first is not held up by it
     * @param clock as {@link System#nanoTime}
     */
    Wants(long limitNanos, LongSupplier clock) {
        this.limitNanos = limitNanos;
        this.clock = clock;
    }

    /**
     * Asks for a place, once.
     *
     * @return completes when there is an answer and it is served, or none can be had any more; null when there is nothing
     *     to wait for
     */
    @Nullable
    CompletionStage<Void> ask(String place) {
        long now = clock.getAsLong();
        Asked asked = all.get(place);
        if (asked == null) {
            asked = add(place);
        } else {
            asked.called = now;
        }
        return asked == null || asked.answer.isDone() || now - asked.nanos > limitNanos ? null : asked.answer;
    }

    private synchronized @Nullable Asked add(String place) {
        Asked already = all.get(place);
        if (already != null) {
            return already;
        }
        if (!isPlace(place)) {
            return null;
        }
        if (!fits(place)) {
            full = true;
            return null;
        }
        Asked asked = remember(place);
        if (!listening) {
            asked.answer.complete(null);
        }
        unsent.add(place);
        return asked;
    }

    private boolean fits(String place) {
        return all.size() < Message.MOST_WANTS && bytes + place.length() + AROUND <= MOST_BYTES;
    }

    private static boolean isPlace(String place) {
        return place.length() <= LONGEST && place.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\');
    }

    private Asked remember(String place) {
        Asked asked = new Asked(clock.getAsLong());
        all.put(place, asked);
        bytes += place.length() + AROUND;
        return asked;
    }

    /** Those of a process before this one. */
    synchronized void restore(Collection<String> places) {
        for (String place : places) {
            if (!all.containsKey(place) && isPlace(place) && fits(place)) {
                remember(place).answer.complete(null);
            }
        }
    }

    /** A conversation begins: all that there are, for its first word. */
    synchronized List<String> begin() {
        listening = true;
        unsent.clear();
        return sorted();
    }

    /** Control is away: nobody waits for it. */
    void end() {
        synchronized (this) {
            listening = false;
        }
        all.values().forEach(each -> each.answer.complete(null));
    }

    synchronized List<String> sorted() {
        return all.keySet().stream().sorted().toList();
    }

    synchronized boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /** What has come since the last time. */
    synchronized List<String> takeUnsent() {
        List<String> taken = new ArrayList<>(unsent);
        unsent.clear();
        return taken;
    }

    /** What is there for these is served. */
    void answered(List<String> places) {
        for (String place : places) {
            Asked asked = all.get(place);
            if (asked != null) {
                asked.answer.complete(null);
            }
        }
    }

    /** These are in use. What nobody ever asked for is none of our business. */
    void called(Collection<String> places) {
        long now = clock.getAsLong();
        for (String place : places) {
            Asked asked = all.get(place);
            if (asked != null) {
                asked.called = now;
            }
        }
    }

    /**
     * Forgets what nobody calls any more; where there is no more room, half of all that was not called just now, what has
     * not been called for longest first.
     *
     * @return whether there was anything: control does not know yet
     */
    synchronized boolean forget() {
        long now = clock.getAsLong();
        List<Resting> resting = all.entrySet().stream()
                .map(each -> new Resting(each.getKey(), now - each.getValue().called))
                .sorted(Comparator.comparingLong(Resting::nanos).reversed())
                .toList();
        List<Resting> gone =
                resting.stream().takeWhile(each -> each.nanos() > IDLE_NANOS).toList();
        if (full && gone.isEmpty()) {
            gone = resting.stream()
                    .limit((resting.size() + 1) / 2)
                    .takeWhile(each -> each.nanos() > SHORT_NANOS)
                    .toList();
        }
        gone.forEach(each -> drop(each.place()));
        full &= gone.isEmpty();
        return !gone.isEmpty();
    }

    private void drop(String place) {
        Asked dropped = all.remove(place);
        unsent.remove(place);
        bytes -= place.length() + AROUND;
        if (dropped != null) {
            dropped.answer.complete(null);
        }
    }

    /** For how long nobody has called a place. */
    private record Resting(String place, long nanos) {}
}
