package dev.torii.proxy.telemetry;

import java.io.OutputStream;
import java.util.function.BiConsumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/** Where all messages of the process end: repeated ones held back, each one line, written off the calling thread. */
final class LogHandler extends Handler {

    private static final LineWriter.Limits LIMITS = new LineWriter.Limits(1024, 4L << 20);
    private static final String OWN_NAME = LogHandler.class.getName();

    private final SimpleFormatter parameters = new SimpleFormatter();
    private final RepeatLimit repeats = new RepeatLimit();
    private final LineWriter<LogMessage> writer;

    LogHandler(OutputStream out, boolean json) {
        UtcTime time = new UtcTime();
        BiConsumer<LogMessage, JsonBuffer> encoder = json
                ? (message, line) -> message.writeJson(time, line)
                : (message, line) -> message.writeText(time, line);
        this.writer = new LineWriter<>("torii-log", out, LIMITS, encoder, LogMessage::weight, failure -> {
            // The stream for complaints is broken: there is nobody left to tell.
        });
    }

    @Override
    public void publish(LogRecord entry) {
        String message = String.valueOf(entry.getMessage());
        long now = entry.getMillis();
        if (!repeats.admit(message, now, (text, count) -> heldBack(now, text, count))) {
            return;
        }
        writer.offer(new LogMessage(
                now,
                entry.getLevel(),
                String.valueOf(entry.getLoggerName()),
                parameters.formatMessage(entry),
                entry.getThrown()));
    }

    private void heldBack(long now, String message, int count) {
        writer.offer(
                new LogMessage(now, Level.WARNING, OWN_NAME, "held back " + count + " more like: " + message, null));
    }

    /** Messages that were never written, since the start. */
    long dropped() {
        return writer.dropped();
    }

    /** The writer flushes by itself. */
    @Override
    public void flush() {}

    @Override
    public void close() {
        repeats.finish((message, count) -> heldBack(System.currentTimeMillis(), message, count));
        writer.close();
    }
}
