package dev.torii.proxy.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * One message of the proxy for people, ready to be written as a single line of text or JSON. An exception's trace is
 * folded into the line: its nearest frames, for it and its causes.
 *
 * @param text with its parameters filled in
 */
record LogMessage(
        long epochMs,
        Level level,
        String logger,
        String text,
        @Nullable Throwable thrown) {

    private static final int MAX_FRAMES = 12;
    private static final int MAX_CAUSES = 4;

    /** {@code time LEVEL logger: text}. Control characters are escaped, so that no text can forge a line. */
    void writeText(UtcTime time, JsonBuffer out) {
        time.write(epochMs, out);
        String trace = thrown == null ? "" : ": " + trace(thrown);
        out.raw(oneLine(" " + word(level).toUpperCase(Locale.ROOT) + " " + logger + ": " + text + trace));
    }

    /** An object with {@code time}, {@code level}, {@code logger}, {@code message} and perhaps {@code error}. */
    void writeJson(UtcTime time, JsonBuffer out) {
        out.raw(bytes("{\"time\":\""));
        time.write(epochMs, out);
        out.raw(bytes("\",\"level\":")).text(word(level));
        out.raw(bytes(",\"logger\":")).text(logger);
        out.raw(bytes(",\"message\":")).text(text);
        if (thrown != null) {
            out.raw(bytes(",\"error\":")).text(trace(thrown));
        }
        out.raw('}');
    }

    /** Roughly the memory it keeps. */
    int weight() {
        return 256 + 2 * text.length();
    }

    private static String word(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (value >= Level.WARNING.intValue()) {
            return "warn";
        }
        if (value >= Level.INFO.intValue()) {
            return "info";
        }
        return value >= Level.FINE.intValue() ? "debug" : "trace";
    }

    private static String trace(Throwable thrown) {
        StringBuilder trace = new StringBuilder();
        Throwable current = thrown;
        for (int depth = 0; current != null && depth <= MAX_CAUSES; depth++) {
            trace.append(depth == 0 ? "" : "; caused by ").append(current);
            StackTraceElement[] frames = current.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
                trace.append(i == 0 ? " at " : " < ").append(frames[i]);
            }
            current = current.getCause();
        }
        return trace.toString();
    }

    private static byte[] oneLine(String text) {
        int length = Math.min(text.length(), JsonBuffer.MAX_TEXT);
        StringBuilder line = new StringBuilder(length + 16);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                line.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                line.append(c);
            }
        }
        return bytes(line.append(length < text.length() ? "\u2026" : "").toString());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
