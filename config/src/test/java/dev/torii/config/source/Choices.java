package dev.torii.config.source;

import java.util.ArrayList;
import java.util.List;

/** Every way through a piece of code that decides: it is run again until each decision was taken each way. */
final class Choices {

    private static final int MOST_RUNS = 100_000;

    private final List<Integer> taken = new ArrayList<>();
    private final List<Integer> options = new ArrayList<>();
    private int next;
    private int runs = 1;

    /** A number from 0 to {@code count - 1}; the first time 0. */
    int pick(int count) {
        if (next == taken.size()) {
            taken.add(0);
            options.add(count);
        }
        return taken.get(next++);
    }

    /** Begins the next run; false when there is none left. */
    boolean again() {
        int last = taken.size() - 1;
        while (last >= 0 && taken.get(last) + 1 == options.get(last)) {
            taken.remove(last);
            options.remove(last);
            last--;
        }
        if (last < 0) {
            return false;
        }
        if (++runs > MOST_RUNS) {
            throw new IllegalStateException("a reader decides too much in one mapping to try it all");
        }
        taken.set(last, taken.get(last) + 1);
        next = 0;
        return true;
    }
}
