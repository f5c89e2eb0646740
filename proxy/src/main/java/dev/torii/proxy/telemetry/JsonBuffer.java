package dev.torii.proxy.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes JSON into a byte array that is used again and again. What comes out is UTF-8 on one line whatever the texts
 * hold: control characters (C0, DEL, C1) and Unicode's line ends are escaped, so that neither a log reader nor a
 * terminal can be fooled, and half a surrogate pair becomes U+FFFD. Not thread-safe.
 */
final class JsonBuffer {

    /** Longer texts are cut here and end in {@code …}; the limit of a request target by default. */
    static final int MAX_TEXT = 8 * 1024;

    private static final int KEPT = 256 * 1024;
    private static final int LONGEST_ESCAPE = 6;
    private static final char LINE_SEPARATOR = 0x2028;
    private static final char PARAGRAPH_SEPARATOR = 0x2029;
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);
    private static final byte[] ELLIPSIS = "\u2026".getBytes(StandardCharsets.UTF_8);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[16 * 1024];
    private int size;

    /** The array that holds the first {@link #size()} bytes; good until the next change. */
    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    /** Forgets everything after the first {@code length} bytes. */
    void cutTo(int length) {
        size = length;
    }

    /** Forgets everything, and gives back what an unusually large content took. */
    void clear() {
        size = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[KEPT];
        }
    }

    /** Appends bytes that are JSON already. */
    JsonBuffer raw(byte[] json) {
        reserve(json.length);
        System.arraycopy(json, 0, bytes, size, json.length);
        size += json.length;
        return this;
    }

    JsonBuffer raw(char ascii) {
        reserve(1);
        bytes[size++] = (byte) ascii;
        return this;
    }

    /** Appends a string in quotes. */
    JsonBuffer text(String value) {
        int length = Math.min(value.length(), MAX_TEXT);
        reserve(length * LONGEST_ESCAPE + ELLIPSIS.length + 2);
        bytes[size++] = '"';
        if (isPlain(value, length)) {
            copy(value, length);
        } else {
            escaped(value, length);
        }
        if (length < value.length()) {
            raw(ELLIPSIS);
        }
        bytes[size++] = '"';
        return this;
    }

    private static boolean isPlain(String value, int length) {
        for (int i = 0; i < length; i++) {
            if (!isPlain(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c <= '~' && c != '"' && c != '\\';
    }

    /** Two plain loops over a text are quicker than one with a way out of it. */
    private void copy(String ascii, int length) {
        byte[] out = bytes;
        int at = size;
        for (int i = 0; i < length; i++) {
            out[at + i] = (byte) ascii.charAt(i);
        }
        size = at + length;
    }

    private void escaped(String value, int length) {
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (isPlain(c)) {
                bytes[size++] = (byte) c;
            } else if (i + 1 < length && Character.isSurrogatePair(c, value.charAt(i + 1))) {
                supplementary(Character.toCodePoint(c, value.charAt(++i)));
            } else {
                special(c);
            }
        }
    }

    private void special(char c) {
        if (c == '"' || c == '\\') {
            bytes[size++] = '\\';
            bytes[size++] = (byte) c;
        } else if (c < 0xa0 || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR) {
            escape(c);
        } else if (c < 0x800) {
            bytes[size++] = (byte) (0xc0 | c >> 6);
            continuation(c);
        } else if (Character.isSurrogate(c)) {
            raw(REPLACEMENT);
        } else {
            bytes[size++] = (byte) (0xe0 | c >> 12);
            continuation(c >> 6);
            continuation(c);
        }
    }

    private void escape(char c) {
        bytes[size++] = '\\';
        bytes[size++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[size++] = HEX[c >> shift & 0xf];
        }
    }

    private void supplementary(int codePoint) {
        bytes[size++] = (byte) (0xf0 | codePoint >> 18);
        continuation(codePoint >> 12);
        continuation(codePoint >> 6);
        continuation(codePoint);
    }

    private void continuation(int bits) {
        bytes[size++] = (byte) (0x80 | (bits & 0x3f));
    }

    /** Appends a whole number. */
    JsonBuffer number(long value) {
        if (value < 0) {
            return raw(Long.toString(value).getBytes(StandardCharsets.US_ASCII));
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        reserve(digits);
        digits(value, digits);
        return this;
    }

    /** Appends the last {@code count} decimal digits, with leading zeros. The space must be there. */
    private void digits(long value, int count) {
        long rest = value;
        for (int at = size + count - 1; at >= size; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += count;
    }

    /** Appends nanoseconds as milliseconds with three digits after the point; what is negative counts as 0. */
    JsonBuffer millis(long nanos) {
        long micros = (Math.max(nanos, 0) + 500) / 1000;
        number(micros / 1000);
        reserve(4);
        bytes[size++] = '.';
        digits(micros, 3);
        return this;
    }

    /** Appends {@code count} digits of a number that is known to be small and not negative. */
    JsonBuffer padded(long value, int count) {
        reserve(count);
        digits(value, count);
        return this;
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
