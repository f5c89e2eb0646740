package dev.torii.control;

import dev.torii.config.compile.Review;
import dev.torii.config.source.Catalog;
import dev.torii.control.stream.Programmed;
import java.util.function.BooleanSupplier;

/**
 * What one of several replicas does for all: writing status, making Deployments. Begun when this process has been elected,
 * closed when it is no longer, and begun anew, as another instance, when it is elected again.
 */
public interface LeaderWork extends AutoCloseable {

    /**
     * Takes what there is now; first soon after it has begun, then with every change. Called by one thread,
     * {@code torii-control}, on which all proxies wait too: remembers and returns, and works on a thread of its own. What
     * is not yet done of an earlier catalog may be skipped, except that {@link Catalog#changed} then says too little.
     *
     * @param review of the whole catalog, with the statuses as they could be: see {@link Programmed}
     */
    void catalog(Catalog catalog, Review review);

    /**
     * What became of statuses.
     *
     * @param written how many the API server has taken
     * @param failed how often it did not, or could not be asked; each is tried again
     */
    record Tally(long written, long failed) {

        static final Tally NONE = new Tally(0, 0);

        Tally plus(Tally other) {
            return new Tally(written + other.written, failed + other.failed);
        }
    }

    /** Since it has begun. Safe on any thread. */
    default Tally tally() {
        return Tally.NONE;
    }

    /** Ends all work; what is under way may be waited for a second or so. Nothing is written after it has returned. */
    @Override
    void close();

    /** What is to be done for all, whenever this process leads. */
    interface Maker {

        /**
         * Begins it.
         *
         * @param programmed stays the same for the life of the process, as somebody else's leader it only tells less
         * @param leads to be asked before each write: {@link LeaderWork#close} comes when others may lead already
         */
        LeaderWork begin(Programmed programmed, BooleanSupplier leads);
    }
}
