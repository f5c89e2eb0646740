package dev.torii.control.status;

import dev.torii.config.resource.ObjectKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** So many writes in a second, each after the other as they were asked for. For any thread. */
final class Pace {

    private final long nanosEach;
    private final long burstNanos;

    /** Who has been told to wait, and until when. Guarded by this. */
    private final Map<ObjectKey, Long> turns = new HashMap<>();

    /** When the next one may. By {@link System#nanoTime}. Guarded by this. */
    private long next = System.nanoTime();

    Pace(int perSecond, int burst) {
        this.nanosEach = Duration.ofSeconds(1).toNanos() / perSecond;
        this.burstNanos = nanosEach * burst;
    }

    /** Zero: now. Else its turn comes then, and it has to ask again. */
    synchronized Duration take(ObjectKey key) {
        long now = System.nanoTime();
        Long turn = turns.get(key);
        if (turn == null) {
            next = Math.max(next, now - burstNanos) + nanosEach;
            turn = next;
        }
        if (turn <= now) {
            turns.remove(key);
            return Duration.ZERO;
        }
        turns.put(key, turn);
        return Duration.ofNanos(turn - now);
    }

    /** It does not ask again. */
    synchronized void forget(ObjectKey key) {
        turns.remove(key);
    }
}
