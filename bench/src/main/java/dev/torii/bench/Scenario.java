package dev.torii.bench;

import java.util.Locale;

/** How much a proxy has to do for each request. */
enum Scenario {
    /** Pass it on; one route, no log. */
    PLAIN,
    /** 100 routes with a header match, weighted split, request id, forwarded headers, header changes, JSON access log. */
    FULL;

    /** As in file names and tables. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
