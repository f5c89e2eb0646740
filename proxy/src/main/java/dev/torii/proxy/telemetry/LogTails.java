package dev.torii.proxy.telemetry;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The readers of an access log while it is written: each gets the lines that are written from its beginning on. A reader
 * who is too slow loses lines and is told how many; nobody waits for it. While nobody reads it costs one volatile read
 * for many lines. Safe on any thread.
 */
public final class LogTails {

    /** How many may read at a time. */
    public static final int MAX_READERS = 8;

    private volatile List<LogTail> tails = List.of();

    LogTails() {}

    /**
     * Begins to read.
     *
     * @param onMore told, on the log's thread, when there is something to {@link LogTail#poll} after there was nothing;
     *     must not block
     * @return null when there are {@value #MAX_READERS} readers already
     */
    public synchronized @Nullable LogTail open(Consumer<LogTail> onMore) {
        if (tails.size() == MAX_READERS) {
            return null;
        }
        LogTail tail = new LogTail(this, onMore);
        List<LogTail> more = new ArrayList<>(tails);
        more.add(tail);
        tails = List.copyOf(more);
        return tail;
    }

    synchronized void close(LogTail tail) {
        tails = tails.stream().filter(each -> each != tail).toList();
    }

    /** A stream that passes on what is written to it, in whole lines, and then hands it to the readers. */
    OutputStream above(OutputStream out) {
        return new OutputStream() {
            @Override
            public void write(int lineEnd) throws IOException {
                out.write(lineEnd);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
                List<LogTail> readers = tails;
                if (!readers.isEmpty()) {
                    byte[] lines = Arrays.copyOfRange(bytes, from, from + length);
                    readers.forEach(reader -> reader.offer(lines));
                }
            }

            @Override
            public void flush() throws IOException {
                out.flush();
            }
        };
    }
}
