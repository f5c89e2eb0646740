package dev.torii.sidecar;

/**
 * Keeps the heap near the size of what lives in it. The serial collector collects all of it only when it has grown to its
 * cap, and only then gives back: until then it grows with whatever survives a young collection, which under load is a little
 * of every request, and stays as large as reading a mesh has made it. So it is told to when it has grown by a few MiB: at
 * the latest with the first configuration, while nobody is served yet. A pause of some 30 ms. Safe on any thread.
 */
final class Footprint {

    static final long LOOK_MILLIS = 5_000;
    private static final long WORTH_A_PAUSE = 4L << 20;

    private long settled;

    synchronized void settle() {
        Runtime runtime = Runtime.getRuntime();
        if (runtime.totalMemory() - settled > WORTH_A_PAUSE) {
            System.gc();
            settled = runtime.totalMemory();
        }
    }
}
