package dev.torii.cli.stress;

import java.util.Locale;

/** The table of what was seen, in Markdown. */
final class Summary {

    private final StringBuilder text =
            new StringBuilder("| while | calls of | answers | errors | p50 ms | p99 ms | failures |\n"
                    + "|---|---|---|---|---|---|---|\n");

    void row(String phase, String flow, Figures figures) {
        text.append(String.format(
                Locale.ROOT,
                "| %-40s | %-8s | %5d | %5.1f %% | %4d | %5d | %s |%n",
                phase,
                flow,
                figures.count(),
                100 * figures.errors(),
                figures.p50Millis(),
                figures.p99Millis(),
                figures.failures()));
    }

    /** The last fault is over. */
    void healed(double seconds, double retries) {
        text.append(String.format(
                Locale.ROOT, "| … over, all as before %.1f s after, %.0f retries | | | | | | |%n", seconds, retries));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
