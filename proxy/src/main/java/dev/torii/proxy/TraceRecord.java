package dev.torii.proxy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the record of a sampled request holds beyond any other's: enough to make its spans of. Absent texts are {@code ""}.
 *
 * @param parentSpanId of whoever sent the request; {@code ""} for the first of its trace
 * @param startEpochNanos wall clock at the first byte of the request
 * @param tags request headers that were asked for, as they came: name, value, name, value, …
 * @param tries one for each attempt, in their order
 */
public record TraceRecord(String parentSpanId, long startEpochNanos, List<String> tags, List<Try> tries) {

    public TraceRecord {
        tags = List.copyOf(tags);
        tries = List.copyOf(tries);
    }

    /**
     * One attempt at a backend. Times are nanoseconds since the request's start; -1 when it did not come to that.
     *
     * @param spanId as the backend was told; that of the exchange where the try has no span of its own
     * @param endpoint {@code host:port}
     * @param sentNanos when there was a connection, so that the request could leave
     * @param answeredNanos when the answer began
     * @param status of the answer; 0 when there was none
     * @param fault why it failed, null when it did not
     * @param detail one lower_snake word that says more about the fault
     */
    public record Try(
            String spanId,
            String endpoint,
            long startNanos,
            long sentNanos,
            long answeredNanos,
            long endNanos,
            int status,
            @Nullable Fault fault,
            String detail) {}
}
