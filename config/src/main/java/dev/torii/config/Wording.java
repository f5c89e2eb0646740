package dev.torii.config;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How findings quote and suggest. What users wrote is shown on one line, without control characters, and cut short. */
public final class Wording {

    private static final int LONGEST = 80;

    private Wording() {}

    /** A piece of input between backquotes. */
    public static String quote(String input) {
        return "`" + shown(input) + "`";
    }

    /** A piece of input, on one line and cut short. */
    public static String shown(String input) {
        return line(input.length() > LONGEST ? input.substring(0, LONGEST) + "…" : input);
    }

    /** A whole file, as findings name it. */
    public static Position position(Path file) {
        return Position.of(line(file.toString()));
    }

    /** On one line. */
    public static String line(String input) {
        StringBuilder line = new StringBuilder(input.length());
        input.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029) {
                line.append(String.format(Locale.ROOT, "\\u%04X", c));
            } else {
                line.appendCodePoint(c);
            }
        });
        return line.toString();
    }

    /** {@code `a`, `b` or `c`}. */
    public static String alternatives(List<String> words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words.size(); i++) {
            text.append(i == 0 ? "" : i == words.size() - 1 ? " or " : ", ")
                    .append('`')
                    .append(words.get(i))
                    .append('`');
        }
        return text.toString();
    }

    /** {@code , did you mean `x`?}, or nothing when none of the words is near. */
    public static String didYouMean(String written, Collection<String> words) {
        if (written.length() > LONGEST) {
            return "";
        }
        int tolerated = Math.max(1, written.length() / 3);
        @Nullable
        String nearest = words.stream()
                .filter(word -> distance(written, word) <= tolerated)
                .min(Comparator.<String>comparingInt(word -> distance(written, word))
                        .thenComparing(word -> word))
                .orElse(null);
        return nearest == null ? "" : ", did you mean `" + nearest + "`?";
    }

    /** Edits between two words, regardless of case; two neighbours swapped count once. */
    public static int distance(String left, String right) {
        int[][] edits = new int[left.length() + 1][right.length() + 1];
        for (int i = 0; i <= left.length(); i++) {
            for (int j = 0; j <= right.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int cost = same(left, i - 1, right, j - 1) ? 0 : 1;
                int best = Math.min(edits[i - 1][j - 1] + cost, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
                if (i > 1 && j > 1 && same(left, i - 1, right, j - 2) && same(left, i - 2, right, j - 1)) {
                    best = Math.min(best, edits[i - 2][j - 2] + 1);
                }
                edits[i][j] = best;
            }
        }
        return edits[left.length()][right.length()];
    }

    private static boolean same(String left, int i, String right, int j) {
        return Character.toLowerCase(left.charAt(i)) == Character.toLowerCase(right.charAt(j));
    }

    /** Where the code point number {@code index} of a text stands. */
    public static Position position(String file, String text, int index) {
        int offset = text.offsetByCodePoints(0, Math.min(index, text.codePointCount(0, text.length())));
        int line = 1
                + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
        int start = text.lastIndexOf('\n', offset - 1) + 1;
        return new Position(file, line, 1 + text.codePointCount(start, offset));
    }
}
