package dev.torii.config.source;

import dev.torii.routing.Timeouts;

/** Reads {@code rules[].timeouts} and {@code rules[].retry}. */
final class TimeoutReader {

    private TimeoutReader() {}

    static Timeouts timeouts(Fields fields) {
        long request = fields.get("request").millis(0);
        Cell backend = fields.get("backendRequest");
        long backendRequest = backend.millis(0);
        if (request > 0 && backendRequest > request) {
            backend.error("`backendRequest` must not be longer than `request`");
        }
        return new Timeouts(request, backendRequest);
    }

    /** Checks the shape only. */
    static boolean retry(Fields retry) {
        retry.get("codes").items(0, Integer.MAX_VALUE).forEach(code -> code.integer(400, 599, 500));
        retry.get("attempts").integer(1, Integer.MAX_VALUE, 1);
        retry.get("backoff").millis(0);
        return true;
    }
}
