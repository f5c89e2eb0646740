package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/**
 * The access log: one JSON object a line for every exchange, in the order they ended, written by the daemon thread
 * {@code torii-access-log} at most a tenth of a second later. A stream that blocks never holds up a request: what
 * cannot wait any longer is dropped, and {@link #dropped()} says how much. Safe on any thread.
 */
public final class AccessLog implements ExchangeListener, AutoCloseable {

    /** How many records may wait unless told otherwise. */
    public static final int DEFAULT_CAPACITY = 8 * 1024;

    private static final Logger LOG = System.getLogger(AccessLog.class.getName());
    private static final long MAX_WAITING_BYTES = 8L << 20;
    private static final int RECORD_BYTES = 320;

    private final LogTails tails = new LogTails();
    private final LineWriter<ExchangeRecord> writer;

    /** Writes to {@code out}, which is flushed but never closed; {@value #DEFAULT_CAPACITY} records may wait. */
    public AccessLog(OutputStream out) {
        this(out, DEFAULT_CAPACITY);
    }

    /**
     * @param capacity how many records may wait, rounded up to a power of two; very large ones count for more, so that
     *     all that waits stays within a few megabytes
     */
    public AccessLog(OutputStream out, int capacity) {
        AccessLogLine line = new AccessLogLine();
        this.writer = new LineWriter<>(
                "torii-access-log",
                tails.above(out),
                new LineWriter.Limits(capacity, MAX_WAITING_BYTES),
                line::write,
                AccessLog::weight,
                failure -> LOG.log(Level.WARNING, "access log: cannot write: {0}", failure.getMessage()));
    }

    @Override
    public void ended(ExchangeRecord exchange) {
        if (exchange.logged()) {
            writer.offer(exchange);
        }
    }

    /** To read it while it is written. */
    public LogTails tails() {
        return tails;
    }

    /** Records that were never written, since the start. */
    public long dropped() {
        return writer.dropped();
    }

    /** Writes what waits, but for no longer than two seconds; what comes later is dropped. Not for an event loop. */
    @Override
    public void close() {
        writer.close();
    }

    /** Writes what waits, but for no longer than {@code bound}; what comes later is dropped. Not for an event loop. */
    public void close(Duration bound) {
        writer.close(bound);
    }

    /** The texts that a client chooses; all others are short or shared. */
    private static int weight(ExchangeRecord exchange) {
        return RECORD_BYTES
                + exchange.path().length()
                + exchange.authority().length()
                + exchange.userAgent().length()
                + exchange.requestId().length()
                + weight(exchange.headers())
                + weight(exchange.responseHeaders());
    }

    private static int weight(List<String> texts) {
        int weight = 0;
        for (int i = 0; i < texts.size(); i++) {
            weight += texts.get(i).length();
        }
        return weight;
    }
}
