package dev.torii.config.source;

import dev.torii.routing.Retry;
import dev.torii.routing.Timeouts;
import org.jspecify.annotations.Nullable;

/** Reads {@code rules[].timeouts} and {@code rules[].retry}. */
final class TimeoutReader {

    /** The Gateway API leaves it to us. Envoy's: soon enough for a caller, and apart enough for a pod to be replaced. */
    private static final int BACKOFF_MS = 25;

    /** Once: what fails twice is mostly no accident, and each try more multiplies the load of an outage. */
    private static final int ATTEMPTS = 1;

    private TimeoutReader() {}

    static Timeouts timeouts(Fields rule) {
        Timeouts read = rule.get("timeouts").mapping(fields -> {
            long request = fields.get("request").millis(0);
            Cell backend = fields.get("backendRequest");
            long backendRequest = backend.millis(0);
            if (request > 0 && backendRequest > request) {
                backend.error("`backendRequest` must not be longer than `request`");
            }
            return new Timeouts(request, backendRequest);
        });
        return read == null ? Timeouts.NONE : read;
    }

    static @Nullable Retry retry(Fields rule, Timeouts timeouts) {
        return rule.get("retry").mapping(retry -> {
            Cell backoff = retry.get("backoff");
            long backoffMs = backoff.millis(BACKOFF_MS);
            if (timeouts.requestMs() > 0 && backoffMs >= timeouts.requestMs()) {
                backoff.warning(
                        "NeverRetried", "nothing is sent again: `backoff` is no shorter than the `request` timeout");
            }
            return new Retry(
                    retry.get("attempts").integer(1, Integer.MAX_VALUE, ATTEMPTS),
                    retry.get("codes").items(0, Integer.MAX_VALUE).stream()
                            .map(code -> code.integer(400, 599, 500))
                            .distinct()
                            .toList(),
                    backoffMs);
        });
    }
}
