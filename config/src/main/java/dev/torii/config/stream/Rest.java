package dev.torii.config.stream;

import java.util.concurrent.TimeUnit;

/** Pauses of a thread, until there are to be no more. */
final class Rest {

    private boolean over;

    /** Waits for so long; not when it is over, and no longer than until it is. */
    synchronized void take(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            for (long left = end - System.nanoTime(); left > 0 && !over; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void end() {
        over = true;
        notifyAll();
    }
}
