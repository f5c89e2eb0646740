package dev.torii.routing;

import java.time.Duration;
import java.util.List;

/**
 * Which headers stand in the access log, and which requests do. A request is written when one of the conditions holds;
 * one that this proxy failed, always.
 *
 * @param requestHeaders as the client sent them
 * @param responseHeaders as the client gets them
 * @param minStatus this HTTP status and those above it are written; 0 for no such condition
 * @param slowerThan requests that took this long are written; zero for no such condition
 * @param samplePercent of all others; 0 to 100, fractions allowed
 */
public record AccessLogging(
        List<LoggedHeader> requestHeaders,
        List<LoggedHeader> responseHeaders,
        int minStatus,
        Duration slowerThan,
        double samplePercent) {

    /** All requests, and no headers. */
    public static final AccessLogging DEFAULT = new AccessLogging(List.of(), List.of(), 0, Duration.ZERO, 100);

    public AccessLogging {
        requestHeaders = List.copyOf(requestHeaders);
        responseHeaders = List.copyOf(responseHeaders);
    }

    /**
     * A header that was chosen.
     *
     * @param name lower case
     */
    public record LoggedHeader(String name, Mode mode) {

        /** How a value may be shown. */
        public enum Mode {
            /** As it is, unless the header carries a credential: then as {@link #MASK}. */
            PLAIN,
            /** So that equal values are seen to be equal. */
            HASH,
            /** Only that there is one. */
            MASK
        }
    }
}
