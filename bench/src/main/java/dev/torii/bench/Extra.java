package dev.torii.bench;

import java.util.Locale;

/** A duty of the full scenario that is only on when asked for, because not every product has it yet; then all get it. */
enum Extra {
    /** Two chosen request headers in the access log. */
    LOG_HEADERS("two chosen request headers in the log | `$http_…` | captures | own filter | TelemetryPolicy"),
    /** A limit by a header, which nobody reaches. */
    RATE_LIMIT("rate limit by a header, never reached | limit_req | stick-table | own filter | RateLimitPolicy");

    private final String row;

    Extra(String row) {
        this.row = row;
    }

    /** As on the command line. */
    String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The row of the table of duties. */
    String row() {
        return "| " + row + " |";
    }
}
