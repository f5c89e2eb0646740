package dev.torii.console.mesh;

import java.util.HashMap;
import java.util.Map;

/**
 * Reads Prometheus' text format, version 0.0.4, strictly: a line that is none is an IllegalArgumentException. Timestamps
 * are skipped, and so are comments, HELP and TYPE. Source: "Exposition formats" of the Prometheus documentation.
 */
final class MetricsText {

    private final String text;
    private int at;

    private MetricsText(String text) {
        this.text = text;
    }

    /** Takes one sample. */
    interface Samples {
        void sample(String name, Map<String, String> labels, double value);
    }

    static void read(String text, Samples samples) {
        new MetricsText(text).read(samples);
    }

    private void read(Samples samples) {
        while (at < text.length()) {
            skipBlanks();
            if (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '#') {
                sample(samples);
            }
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end + 1;
        }
    }

    private void sample(Samples samples) {
        String name = name();
        skipBlanks();
        Map<String, String> labels = peek() == '{' ? labels() : Map.of();
        skipBlanks();
        samples.sample(name, labels, value(word()));
        skipBlanks();
        if (peek() != '\n') {
            Long.parseLong(word());
            skipBlanks();
        }
        if (peek() != '\n') {
            throw wrong("more follows the sample");
        }
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new HashMap<>();
        at++;
        skipBlanks();
        while (peek() != '}') {
            String name = name();
            skipBlanks();
            take('=');
            skipBlanks();
            if (labels.put(name, quoted()) != null) {
                throw wrong("a label comes twice");
            }
            skipBlanks();
            if (peek() != '}') {
                take(',');
                skipBlanks();
            }
        }
        at++;
        return labels;
    }

    private String name() {
        int start = at;
        while (isOfName(peek(), at > start)) {
            at++;
        }
        if (at == start) {
            throw wrong("a name is wanted");
        }
        return text.substring(start, at);
    }

    private static boolean isOfName(char c, boolean further) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || further && c >= '0' && c <= '9';
    }

    private String quoted() {
        take('"');
        StringBuilder value = new StringBuilder();
        while (peek() != '"') {
            char c = peek();
            if (c == '\n') {
                throw wrong("a label's value does not end");
            }
            at++;
            value.append(c == '\\' ? escaped() : c);
        }
        at++;
        return value.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case 'n' -> '\n';
            case '\\', '"' -> c;
            default -> throw wrong("\\" + c + " is no escape");
        };
    }

    private String word() {
        int start = at;
        while (" \t\n".indexOf(peek()) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    private double value(String word) {
        return switch (word) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            case "NaN" -> Double.NaN;
            default -> {
                if (word.isEmpty() || "+-.0123456789".indexOf(word.charAt(0)) < 0) {
                    throw wrong("a number is wanted");
                }
                yield Double.parseDouble(word);
            }
        };
    }

    private void take(char wanted) {
        if (peek() != wanted) {
            throw wrong("'" + wanted + "' is wanted");
        }
        at++;
    }

    private void skipBlanks() {
        while (peek() == ' ' || peek() == '\t') {
            at++;
        }
    }

    /** The end of the text ends a line. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\n';
    }

    private IllegalArgumentException wrong(String what) {
        long line = text.substring(0, Math.min(at, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
        return new IllegalArgumentException("metrics, line " + line + ": " + what);
    }
}
