package dev.torii.sidecar;

/**
 * Gives back what reading a mesh took. The serial collector shrinks the heap only when it collects all of it, for which a
 * quiet sidecar may have no reason for hours: so it is told to, when the heap has grown much. That is so with the first
 * configuration, while nobody is served yet, and with changes of thousands of Services, where it costs a pause of some 30
 * ms. For one thread.
 */
final class Footprint {

    private static final long WORTH_A_PAUSE = 8L << 20;

    private long settled;

    /** To be called when a new snapshot is in place and nothing holds the one before. */
    void settle() {
        Runtime runtime = Runtime.getRuntime();
        if (runtime.totalMemory() - settled > WORTH_A_PAUSE) {
            System.gc();
            settled = runtime.totalMemory();
        }
    }
}
