package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.TraceRecord;
import dev.torii.proxy.trace.Trace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tries of a sampled request, noted as they happen for the spans that will be made of them. */
final class Tries {

    private final long began;
    private final List<TraceRecord.Try> over = new ArrayList<>(2);
    private String span = "";
    private String endpoint = "";
    private long start;
    private long sent;
    private long answered;
    private int status;

    /** @param began of the request, by {@link System#nanoTime()} */
    Tries(long began) {
        this.began = began;
    }

    private long now() {
        return System.nanoTime() - began;
    }

    /** A try begins; the one before is over. */
    void begin(long id, String at) {
        end(null, "");
        span = Trace.spanId(id);
        endpoint = at;
        start = now();
        sent = -1;
        answered = -1;
        status = 0;
    }

    void sent() {
        sent = now();
    }

    void answered(int code) {
        answered = now();
        status = code;
    }

    /** The try is over, if it was not before. */
    void end(@Nullable Fault why, String detail) {
        if (!span.isEmpty()) {
            over.add(new TraceRecord.Try(span, endpoint, start, sent, answered, now(), status, why, detail));
            span = "";
        }
    }

    List<TraceRecord.Try> all() {
        return over;
    }
}
