package dev.torii.config.source;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where configuration comes from: files, a cluster, or control. One instance is followed once. */
public interface Source {

    /**
     * Begins to read.
     *
     * @param taker is given what there is as soon as that is known, before this returns or after, and then every change;
     *     one thread at a time, which may wait; answers when the read has been dealt with
     */
    Following follow(Function<Read, Taken> taker);

    /**
     * Whether whoever gives it has told its authors what is wrong with it, and knows more of it than is given: then
     * findings are no news for the log here.
     */
    default boolean isReviewed() {
        return false;
    }

    /** How well it is heard; null where there is nobody who could be away, as with files. Safe on any thread. */
    default @Nullable Contact contact() {
        return null;
    }

    /**
     * With whoever gives the configuration.
     *
     * @param heardSeconds since the last word or sign of life; NaN when there was none
     */
    record Contact(boolean connected, double heardSeconds) {

        /** Before the first. */
        public static final Contact NONE = new Contact(false, Double.NaN);
    }

    /** A source that is being followed. */
    interface Following extends AutoCloseable {

        /** Ends it; waits for a call of the taker that is under way, and none begins after. May be called again. */
        @Override
        void close();
    }

    /**
     * What became of a read.
     *
     * @param serving version of the snapshot that is served now; {@code ""} for none
     * @param problems why the read, or what of it, is not served, one line each; empty when all of it is
     */
    record Taken(String serving, List<String> problems) {

        public Taken {
            problems = List.copyOf(problems);
        }
    }

    /** Files, and folders with all manifests in them; see {@link FileSource}. */
    static Source files(List<Path> paths) {
        return taker -> FileSource.watch(paths, read -> {
            Taken unused = taker.apply(read); // nobody asks files what became of them
        });
    }
}
