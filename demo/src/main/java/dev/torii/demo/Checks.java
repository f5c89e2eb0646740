package dev.torii.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;

/** Tries one thing after the other, and says line by line how it went. */
final class Checks {

    /** One thing to try. */
    interface Check {
        /** Returns what was seen, for the line that is printed; fails with {@link AssertionError}. */
        String run() throws IOException;
    }

    private final PrintStream out;
    private int failures;

    Checks(PrintStream out) {
        this.out = out;
    }

    void check(String name, Check check) {
        try {
            out.printf(Locale.ROOT, "ok    %-18s %s%n", name, check.run());
        } catch (IOException | RuntimeException | AssertionError e) {
            failures++;
            out.printf(Locale.ROOT, "FAIL  %-18s %s%n", name, e.getMessage());
        }
    }

    int failures() {
        return failures;
    }

    static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
