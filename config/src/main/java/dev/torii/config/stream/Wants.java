package dev.torii.config.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The places that this proxy's app has called and the mesh did not know, and what control has said of them. Never more than
 * fit into one {@link Message.Hello}: what comes beyond is not asked for. Safe on any thread; no method waits.
 */
final class Wants {

    /** Of a message, in bytes; the rest is for the other fields. */
    private static final int MOST_BYTES = Message.MOST_FROM_PROXY * 3 / 4;
    /** Of each in JSON: quotes and comma. */
    private static final int AROUND = 3;

    private static final int LONGEST = 253;

    /** Never changes back: control tells by itself when something appears at a place that was nobody's. */
    private final Map<String, Asked> all = new ConcurrentHashMap<>();
    /** In the order that they came. */
    private final Set<String> unsent = new LinkedHashSet<>();

    private final long limitNanos;
    private int bytes;
    private boolean listening;

    private record Asked(CompletableFuture<Void> answer, long nanos) {}

    /** @param limitNanos who asks for a place so long after the first is not held up by it */
    Wants(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /**
     * Asks for a place, once.
     *
     * @return completes when there is an answer and it is served, or none can be had any more; null when there is nothing
     *     to wait for
     */
    @Nullable
    CompletionStage<Void> ask(String place) {
        Asked asked = all.get(place);
        if (asked == null) {
            asked = add(place);
        }
        return asked == null || asked.answer().isDone() || System.nanoTime() - asked.nanos() > limitNanos
                ? null
                : asked.answer();
    }

    private synchronized @Nullable Asked add(String place) {
        Asked already = all.get(place);
        if (already != null) {
            return already;
        }
        if (!fits(place)) {
            return null;
        }
        Asked asked = remember(place);
        if (!listening) {
            asked.answer().complete(null);
        }
        unsent.add(place);
        return asked;
    }

    private boolean fits(String place) {
        return place.length() <= LONGEST
                && all.size() < Message.MOST_WANTS
                && bytes + place.length() + AROUND <= MOST_BYTES
                && place.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\');
    }

    private Asked remember(String place) {
        Asked asked = new Asked(new CompletableFuture<>(), System.nanoTime());
        all.put(place, asked);
        bytes += place.length() + AROUND;
        return asked;
    }

    /** Those of a process before this one. */
    synchronized void restore(Collection<String> places) {
        for (String place : places) {
            if (!all.containsKey(place) && fits(place)) {
                remember(place).answer().complete(null);
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
        all.values().forEach(each -> each.answer().complete(null));
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
                asked.answer().complete(null);
            }
        }
    }
}
