package dev.torii.proxy;

/**
 * Hears of every exchange. Called on event loops: must not block, must not keep the caller waiting, and what it throws
 * is counted and forgotten, because telemetry never breaks a request.
 */
public interface ExchangeListener {

    /** A request or stream connection began. */
    default void started() {}

    /**
     * What a connection in the mesh speaks was neither declared nor recognised, so its bytes are passed on as they are.
     *
     * @param silent whether the client said nothing in time
     */
    default void unrecognised(boolean silent) {}

    /** It ended, whatever way. Called exactly once for each {@link #started()}. */
    void ended(ExchangeRecord exchange);

    /**
     * A failure was rehearsed on an exchange that has not ended yet.
     *
     * @param fault its name in the configuration
     * @param service {@code namespace/name} that was to be called
     * @param abort whether it was answered for the backend, else it was only delayed
     */
    default void injected(String fault, String service, boolean abort) {}

    /**
     * A copy for a mirror is over.
     *
     * @param service {@code namespace/name} of the mirror
     * @param status that it answered; 0 when it did not
     */
    default void mirrored(String service, int status) {}

    /** A copy for a mirror was not sent, or given up, because there were too many or it was too slow. */
    default void mirrorDropped() {}

    /**
     * An endpoint was asked how it is, which is nobody's request.
     *
     * @param service {@code namespace/name}
     */
    default void healthChecked(String service, boolean healthy) {}

    /**
     * A request was not sent again, because the cluster's retries have used up what they may add to its load.
     *
     * @param service {@code namespace/name}
     */
    default void retryRefused(String service) {}
}
