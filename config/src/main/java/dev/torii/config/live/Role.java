package dev.torii.config.live;

import dev.torii.config.compile.Compiled;
import dev.torii.config.resource.ResourceSet;
import dev.torii.routing.Snapshot;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What a process does with its configuration. Asked by one thread at a time, which may wait for the answers. */
public interface Role {

    /** What became of a read. */
    enum Outcome {
        /** It is handed on to be served. */
        APPLIED,
        /** It says the same as the one being served. */
        UNCHANGED,
        /** It could not be read; the last good one is still served. */
        REJECTED
    }

    /** What this role serves of it. */
    Compiled compile(ResourceSet resources);

    /**
     * Puts a snapshot in place.
     *
     * @return what of it could not be served, one line each; fails when nothing of it could
     */
    CompletionStage<List<String>> serve(Snapshot snapshot);

    /** A snapshot of another version than the last is in place. */
    void served(String version);

    /** What is served now, in a few words for the log. */
    String summary(Snapshot snapshot);

    /** A configuration was read, with so many findings. */
    void read(Outcome outcome, int errors, int warnings);
}
