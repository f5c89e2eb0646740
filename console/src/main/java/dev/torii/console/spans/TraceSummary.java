package dev.torii.console.spans;

import java.util.List;

/**
 * A trace in one line.
 *
 * @param startMicros of its first span, since the epoch
 * @param durationMicros of its root: the earliest of the spans whose parent is not known
 * @param status HTTP status of the root, 0 for none
 * @param services in the order in which they were reached
 * @param errors spans that failed
 * @param flags of all spans, each once
 * @param requestId {@code ""} when no span tells it
 */
public record TraceSummary(
        String traceId,
        long startMicros,
        long durationMicros,
        String rootService,
        String rootName,
        int status,
        List<String> services,
        int spans,
        int errors,
        List<String> flags,
        String requestId) {

    public TraceSummary {
        services = List.copyOf(services);
        flags = List.copyOf(flags);
    }
}
