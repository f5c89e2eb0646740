package dev.torii.routing;

import java.util.List;

/**
 * Which headers stand in the access log, and which requests do. A request is written when one of the conditions holds;
 * one that this proxy failed, always.
 *
 * @param requestHeaders as the client sent them
 * @param responseHeaders as the client gets them
 * @param minStatus this HTTP status and those above it are written; 0 for no such condition
 * @param slowerThanMs requests that took this long are written; 0 for no such condition
 * @param samplePercent of all others; 0 to 100, fractions allowed
 */
public record AccessLogging(
        List<LoggedHeader> requestHeaders,
        List<LoggedHeader> responseHeaders,
        int minStatus,
        long slowerThanMs,
        double samplePercent) {

    /** All requests, and no headers. */
    public static final AccessLogging DEFAULT = new AccessLogging(List.of(), List.of(), 0, 0, 100);

    public AccessLogging {
        requestHeaders = List.copyOf(requestHeaders);
        responseHeaders = List.copyOf(responseHeaders);
    }

    /**
     * Whether an exchange that did not fail is written.
     *
     * @param status an HTTP status; 0 when there is none
     * @param key evenly spread over all longs; equal keys are treated alike, so that several proxies write the same
     *     requests
     */
    public boolean takes(int status, long durationNanos, long key) {
        return samplePercent >= 100
                || (minStatus > 0 && status >= minStatus)
                || (slowerThanMs > 0 && durationNanos >= slowerThanMs * 1_000_000)
                || (key >>> 11) * 0x1p-53 * 100 < samplePercent;
    }

    /**
     * A header that was chosen. One that carries a credential is never shown plain, whatever was asked for.
     *
     * @param name lower case
     */
    public record LoggedHeader(String name, Mode mode) {

        /** How a value may be shown. */
        public enum Mode {
            /** As it is. */
            PLAIN,
            /** So that equal values are seen to be equal. */
            HASH,
            /** Only that there is one. */
            MASK
        }

        public LoggedHeader {
            mode = mode == Mode.PLAIN && Credentials.isNamed(name) ? Mode.MASK : mode;
        }
    }
}
