package dev.torii.control.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/**
 * What the API server said, or that it did not.
 *
 * @param code HTTP's; 0 when there was no answer
 * @param body an object, a list, or what went wrong in {@code message}
 * @param retryAfter zero when none was asked for
 */
public record Answer(int code, ObjectNode body, Duration retryAfter) {

    public boolean isGood() {
        return code >= 200 && code < 300;
    }

    /** There is no such object (any more). */
    public boolean isGone() {
        return code == 404 || code == 410;
    }

    /** Somebody else was faster: read again. */
    public boolean isConflict() {
        return code == 409;
    }

    /** The server cannot serve anybody now; the request itself may be good. */
    public boolean isOutage() {
        return code == 0 || code == 429 || code == 502 || code == 503 || code == 504;
    }

    /** One line for people. */
    public String problem() {
        String message = body.path("message").asText();
        return code == 0 ? message : message.isEmpty() ? "HTTP " + code : "HTTP " + code + ": " + message;
    }
}
