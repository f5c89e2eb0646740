package dev.torii.proxy.telemetry;

import java.io.OutputStream;
import java.util.function.BiConsumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/** Where all messages of the process end: repeated ones held back, each one line, written off the calling thread. */
final class LogHandler extends Handler {

    private static final LineWriter.Limits LIMITS = new LineWriter.Limits(1024, 4L << 20);
    private static final String OWN_NAME = LogHandler.class.getName();

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
        String pattern = String.valueOf(entry.getMessage());
        long now = entry.getMillis();
        if (repeats.admit(kind(entry, pattern), now, (kind, count) -> heldBack(now, kind, count))) {
            String text = fill(pattern, entry.getParameters());
            writer.offer(new LogMessage(
                    now, entry.getLevel(), String.valueOf(entry.getLoggerName()), text, entry.getThrown()));
        }
    }

    /** What repeats: the same pattern, or the same exception at the same place whatever is said with it. */
    private static String kind(LogRecord entry, String pattern) {
        Throwable thrown = entry.getThrown();
        if (thrown == null) {
            return entry.getLoggerName() + ": " + pattern;
        }
        StackTraceElement[] frames = thrown.getStackTrace();
        String place = frames.length == 0 ? "" : " at " + frames[0];
        return entry.getLoggerName() + ": " + thrown.getClass().getName() + place;
    }

    /** Puts parameters in for {0} to {9}; unlike java.text.MessageFormat it shows a port as 8080, not as 8,080. */
    private static String fill(String pattern, @Nullable Object @Nullable [] parameters) {
        if (parameters == null || parameters.length == 0) {
            return pattern;
        }
        StringBuilder text = new StringBuilder(pattern.length() + 64);
        for (int i = 0; i < pattern.length(); i++) {
            int number = i + 2 < pattern.length() && pattern.charAt(i) == '{' && pattern.charAt(i + 2) == '}'
                    ? pattern.charAt(i + 1) - '0'
                    : -1;
            if (number >= 0 && number < Math.min(parameters.length, 10)) {
                text.append(parameters[number]);
                i += 2;
            } else {
                text.append(pattern.charAt(i));
            }
        }
        return text.toString();
    }

    private void heldBack(long now, String kind, int count) {
        writer.offer(new LogMessage(now, Level.WARNING, OWN_NAME, "held back " + count + " more like: " + kind, null));
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
        repeats.finish((kind, count) -> heldBack(System.currentTimeMillis(), kind, count));
        writer.close();
    }
}
