package dev.torii.control;

import java.util.Optional;

/** Which of several replicas works for all. */
public interface Leadership extends AutoCloseable {

    /**
     * Runs for it until closed.
     *
     * @param won this process leads from now on
     * @param lost it does so no more; in turn with {@code won}, on one thread that may be held
     */
    void run(Runnable won, Runnable lost);

    boolean leads();

    /** Where the leader is reached, {@code host:port}; empty while nobody is known to lead. */
    Optional<String> address();

    /** Leads no more, and lets another one do so at once. */
    @Override
    void close();
}
