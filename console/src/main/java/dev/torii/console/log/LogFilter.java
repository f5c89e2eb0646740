package dev.torii.console.log;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which lines of the access log are wanted: terms with spaces between them, which must all hold. {@code status>=500},
 * {@code service=shop/cart}, {@code path~/pay}, {@code flags!=RL}, {@code x-order-id="a b"}, or a word that occurs
 * anywhere. A name is a field of the log, or a header that was chosen to be logged, of the request or the response. Words and
 * {@code ~} do not mind the case. Immutable.
 */
public final class LogFilter {

    private static final int MAX_LENGTH = 2_000;
    private static final int MAX_TERMS = 30;

    private final List<Term> terms;

    private LogFilter(List<Term> terms) {
        this.terms = List.copyOf(terms);
    }

    private enum Sign {
        // Those of two characters first: a sign is the first that fits.
        NOT("!="),
        AT_LEAST(">="),
        AT_MOST("<="),
        MORE(">"),
        LESS("<"),
        IS("="),
        PART("~");

        private final String text;

        Sign(String text) {
            this.text = text;
        }

        boolean compares() {
            return this == AT_LEAST || this == AT_MOST || this == MORE || this == LESS;
        }
    }

    /** @param name {@code ""} for a word that may be anywhere */
    private record Term(String name, Sign sign, String value, double number) {

        boolean test(String text, JsonObject fields) {
            if (name.isEmpty()) {
                return text.toLowerCase(Locale.ROOT).contains(value);
            }
            List<String> found = values(fields);
            return sign == Sign.NOT
                    ? found.stream().noneMatch(this::equal)
                    : found.stream().anyMatch(this::holds);
        }

        private List<String> values(JsonObject fields) {
            return Stream.of(
                            fields.getValue(name),
                            ofHeader(fields.getValue("headers")),
                            ofHeader(fields.getValue("response_headers")))
                    .filter(value -> value != null)
                    .map(String::valueOf)
                    .toList();
        }

        private @Nullable Object ofHeader(@Nullable Object headers) {
            return headers instanceof JsonObject json ? json.getValue(name) : null;
        }

        private boolean holds(String found) {
            return switch (sign) {
                case PART -> found.toLowerCase(Locale.ROOT).contains(value);
                case AT_LEAST -> numeric(found) >= number;
                case AT_MOST -> numeric(found) <= number;
                case MORE -> numeric(found) > number;
                case LESS -> numeric(found) < number;
                case IS, NOT -> equal(found);
            };
        }

        private boolean equal(String found) {
            return found.equals(value) || numeric(found) == number;
        }
    }

    /**
     * Reads a filter; an empty one takes every line.
     *
     * @throws IllegalArgumentException with one line that says what is wrong with it
     */
    public static LogFilter parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a filter has at most " + MAX_LENGTH + " characters");
        }
        List<Term> terms = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
                continue;
            }
            int end = end(text, at);
            terms.add(term(text.substring(at, end)));
            at = end;
        }
        if (terms.size() > MAX_TERMS) {
            throw new IllegalArgumentException("a filter has at most " + MAX_TERMS + " terms");
        }
        return new LogFilter(terms);
    }

    /** Spaces between quotes do not end a term. */
    private static int end(String text, int from) {
        boolean quoted = false;
        for (int at = from; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && Character.isWhitespace(c)) {
                return at;
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("a quote is not closed: " + text.substring(from));
        }
        return text.length();
    }

    private static Term term(String text) {
        int nameEnd = 0;
        while (nameEnd < text.length() && isOfName(text.charAt(nameEnd))) {
            nameEnd++;
        }
        for (Sign sign : Sign.values()) {
            if (nameEnd > 0 && text.startsWith(sign.text, nameEnd)) {
                String value = unquoted(text.substring(nameEnd + sign.text.length()));
                double number = numeric(value);
                if (sign.compares() && Double.isNaN(number)) {
                    throw new IllegalArgumentException(text + ": " + sign.text + " wants a number");
                }
                String name = text.substring(0, nameEnd).toLowerCase(Locale.ROOT);
                return new Term(name, sign, sign == Sign.PART ? value.toLowerCase(Locale.ROOT) : value, number);
            }
        }
        return new Term("", Sign.PART, unquoted(text).toLowerCase(Locale.ROOT), Double.NaN);
    }

    private static boolean isOfName(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.';
    }

    private static String unquoted(String text) {
        return text.replace("\"", "");
    }

    /** NaN for what is none; it equals nothing, itself neither. */
    private static double numeric(String text) {
        if (text.isEmpty() || text.length() > 24 || "+-.0123456789".indexOf(text.charAt(0)) < 0) {
            return Double.NaN;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** Whether a line is wanted. */
    public boolean test(LogLine line) {
        return terms.isEmpty() || test(line, line.fields());
    }

    /**
     * Whether a line is wanted.
     *
     * @param fields of the line
     */
    public boolean test(LogLine line, JsonObject fields) {
        return terms.stream().allMatch(term -> term.test(line.text(), fields));
    }
}
