package dev.torii.proxy.trace;

import org.jspecify.annotations.Nullable;

/** Checks a {@code tracestate}, which belongs to tracing systems and is passed on as it came. Source: W3C, 3.3.1. */
final class TraceState {

    private static final int MAX_MEMBERS = 32;
    private static final int MAX_KEY = 256;
    private static final int MAX_VALUE = 256;

    private TraceState() {}

    /** @param list several headers joined by commas; null is fine, and so are empty members */
    static boolean isValid(@Nullable String list) {
        if (list == null) {
            return true;
        }
        int members = 0;
        for (int at = 0; at <= list.length(); ) {
            int comma = list.indexOf(',', at);
            int next = comma < 0 ? list.length() : comma;
            int from = skipSpace(list, at, next);
            int to = trimSpace(list, from, next);
            if (from < to && (++members > MAX_MEMBERS || !isMember(list, from, to))) {
                return false;
            }
            at = next + 1;
        }
        return true;
    }

    private static int skipSpace(String text, int from, int to) {
        int at = from;
        while (at < to && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int trimSpace(String text, int from, int to) {
        int at = to;
        while (at > from && isSpace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isMember(String text, int from, int to) {
        int equals = text.indexOf('=', from);
        return equals > from
                && equals < to
                && equals - from <= MAX_KEY
                && to - equals - 1 <= MAX_VALUE
                && equals + 1 < to
                && isKey(text, from, equals)
                && isValue(text, equals + 1, to);
    }

    private static boolean isKey(String text, int from, int to) {
        char first = text.charAt(from);
        if (!isLetterOrDigit(first)) {
            return false;
        }
        for (int i = from + 1; i < to; i++) {
            char c = text.charAt(i);
            if (!isLetterOrDigit(c) && c != '_' && c != '-' && c != '*' && c != '/' && c != '@') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
    }

    private static boolean isValue(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '=') {
                return false;
            }
        }
        return true;
    }
}
