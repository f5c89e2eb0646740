package dev.torii.proxy.upstream.health;

import java.util.ArrayDeque;

/** Lets so much go on at a time; the rest waits in line. For one thread. */
final class Slots {

    private final ArrayDeque<Runnable> line = new ArrayDeque<>();
    private int free;
    private boolean serving;

    Slots(int count) {
        free = count;
    }

    /** Runs it with a slot of its own, now or later; it is to be given back once. */
    void take(Runnable work) {
        line.add(work);
        serve();
    }

    void giveBack() {
        free++;
        serve();
    }

    /** Does something during which no slot changes hands, so that of many that leave none still begins. */
    void still(Runnable work) {
        boolean nested = serving;
        serving = true;
        work.run();
        serving = nested;
        serve();
    }

    /** Never within itself: thousands in line that no longer want anything would be as many calls deep. */
    private void serve() {
        if (serving) {
            return;
        }
        serving = true;
        while (free > 0 && !line.isEmpty()) {
            free--;
            line.remove().run();
        }
        serving = false;
    }
}
