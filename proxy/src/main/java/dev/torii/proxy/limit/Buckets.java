package dev.torii.proxy.limit;

import dev.torii.routing.RateLimit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one limit, one for each key: here, or where several proxies count together. Lives as long as the
 * limit's id is configured, whatever else of it changes. Bounded in memory, whatever keys come. Used by all event loops
 * at once, so nothing blocks.
 */
public interface Buckets {

    /**
     * Takes one request's worth from a key's bucket.
     *
     * @param key of at most {@link #MAX_KEY} characters; {@code ""} when the limit has one bucket for all
     * @param later hears the answer when it is not known yet: once, on any thread, after a few dozen milliseconds at most, by
     *     then as {@link Grant#UNKNOWN}. Whoever asked may have gone by then.
     * @return the answer, or null when it comes later
     */
    @Nullable
    Grant take(String key, Consumer<Grant> later);

    /** Puts back what {@link #take} gave to a request that another limit then refused. */
    void giveBack(String key);

    /** Its rate or burst is another from now on; what was used stays used. Not on an event loop. */
    void change(RateLimit limit);

    /** Whether all that was ever used has been refilled, so that nothing is lost with it. Not on an event loop. */
    boolean isFull();

    /** How many keys have a bucket of their own here. */
    int keys();

    /** How often a key had to share a bucket with others, since there was no room for its own. */
    long crowded();

    /** The limit is gone. Not on an event loop. */
    void close();

    /** Characters of a key; of a longer one its hash is taken. */
    int MAX_KEY = 64;

    /** Makes them for a limit that is new. Not on an event loop, or where it takes no time. */
    interface Factory {
        Buckets open(RateLimit limit);
    }
}
