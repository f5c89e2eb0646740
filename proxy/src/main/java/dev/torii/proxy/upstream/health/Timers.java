package dev.torii.proxy.upstream.health;

/** Time, as the checks see it. Used, and calls back, on their thread. */
interface Timers {

    /** As {@link System#nanoTime()}. */
    long nanoTime();

    /**
     * Does it once, later.
     *
     * @return takes it back; does nothing when it was done
     */
    Runnable in(long millis, Runnable work);
}
