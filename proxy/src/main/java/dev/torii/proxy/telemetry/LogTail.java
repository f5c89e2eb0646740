package dev.torii.proxy.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One reader of the access log, see {@link LogTails}. Safe on any thread. */
public final class LogTail implements AutoCloseable {

    static final int MAX_WAITING_BYTES = 1 << 20;

    private final LogTails owner;
    private final Consumer<LogTail> onMore;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private long dropped;

    LogTail(LogTails owner, Consumer<LogTail> onMore) {
        this.owner = owner;
        this.onMore = onMore;
    }

    /** @param lines whole ones; not changed by anybody any more */
    void offer(byte[] lines) {
        if (add(lines)) {
            onMore.accept(this);
        }
    }

    /** True when there was nothing before. */
    private synchronized boolean add(byte[] lines) {
        boolean first = waiting.isEmpty() && dropped == 0;
        if (waitingBytes + lines.length > MAX_WAITING_BYTES) {
            dropped += count(lines);
            return first;
        }
        if (dropped > 0) {
            waiting.add(takeDropped());
        }
        waiting.add(lines);
        waitingBytes += lines.length;
        return first;
    }

    private static long count(byte[] lines) {
        long count = 0;
        for (byte each : lines) {
            count += each == '\n' ? 1 : 0;
        }
        return count;
    }

    private byte[] takeDropped() {
        byte[] line = ("{\"dropped\":" + dropped + "}\n").getBytes(StandardCharsets.US_ASCII);
        dropped = 0;
        waitingBytes += line.length;
        return line;
    }

    /** The next lines, UTF-8 with their ends; where some were lost, {@code {"dropped":N}}. Null when there is nothing. */
    public synchronized byte @Nullable [] poll() {
        if (waiting.isEmpty() && dropped > 0) {
            waiting.add(takeDropped());
        }
        byte[] lines = waiting.poll();
        waitingBytes -= lines == null ? 0 : lines.length;
        return lines;
    }

    /** Ends it; may be called again. */
    @Override
    public void close() {
        owner.close(this);
    }
}
