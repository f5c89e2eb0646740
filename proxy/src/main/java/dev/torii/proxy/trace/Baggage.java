package dev.torii.proxy.trace;

import dev.torii.proxy.HeaderList;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * One member of {@code baggage}; the others are passed on as they are. Source: W3C Baggage, where a list has at most
 * {@value #MAX_LENGTH} characters.
 */
public final class Baggage {

    private static final AsciiString NAME = AsciiString.cached("baggage");
    private static final int MAX_LENGTH = 8192;

    private Baggage() {}

    /** The value as it is written, without properties; null when there is none. */
    public static @Nullable String get(HeaderList headers, String key) {
        String list = headers.get(NAME);
        if (list == null) {
            return null;
        }
        for (String member : list.split(",", -1)) {
            int equals = member.indexOf('=');
            if (equals > 0 && member.substring(0, equals).trim().equals(key)) {
                int end = member.indexOf(';', equals);
                return member.substring(equals + 1, end < 0 ? member.length() : end)
                        .trim();
            }
        }
        return null;
    }

    /** Sets a value, unless it cannot be written as it is or makes the list too long. */
    public static void set(HeaderList headers, String key, String value) {
        String list = headers.get(NAME);
        if (value.indexOf(';') >= 0 || value.indexOf('%') >= 0) {
            return;
        }
        StringBuilder out = new StringBuilder(key).append('=').append(value);
        if (list != null) {
            for (String member : list.split(",")) {
                int equals = member.indexOf('=');
                if (equals < 0 || !member.substring(0, equals).trim().equals(key)) {
                    out.append(',').append(member);
                }
            }
        }
        if (out.length() <= MAX_LENGTH) {
            headers.set(NAME, out);
        }
    }
}
