package dev.torii.proxy.limit;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** All limits on one way to a backend, made ready. All of them must let a request pass. Any event loop. */
public final class Limits {

    private final List<LiveLimit> all;

    /** @param all those that may refuse before shadows, those that answer at once before those that may not */
    Limits(List<LiveLimit> all) {
        this.all = List.copyOf(all);
    }

    /**
     * Prepares to ask for a request.
     *
     * @param loop where the request lives and this is called
     * @param done hears the verdict on {@code loop}, once: within {@link Asking#begin} when nothing has to be waited for
     * @return to {@link Asking#begin}, and to be told when the request ends before the verdict
     */
    public Asking ask(Asker asker, Executor loop, Consumer<Verdict> done) {
        return new Asking(all, asker, loop, done);
    }
}
