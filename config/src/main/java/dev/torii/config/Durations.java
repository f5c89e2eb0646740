package dev.torii.config;

/**
 * Gateway API durations (GEP-2257): one to four parts, each of up to five digits and {@code h}, {@code m}, {@code s} or
 * {@code ms}, in any order: {@code 1h30m}, {@code 500ms}, {@code 0s}.
 */
public final class Durations {

    private static final int MOST_PARTS = 4;
    private static final int MOST_DIGITS = 5;

    private Durations() {}

    /** Milliseconds, or -1 when the text is no duration. */
    public static long millis(String text) {
        long sum = 0;
        int parts = 0;
        int i = 0;
        while (i < text.length()) {
            int start = i;
            while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
                i++;
            }
            int digits = i - start;
            long unit = unit(text, i);
            if (digits == 0 || digits > MOST_DIGITS || unit == 0 || ++parts > MOST_PARTS) {
                return -1;
            }
            sum += Long.parseLong(text.substring(start, i)) * unit;
            i += unit == 1 ? 2 : 1;
        }
        return parts == 0 ? -1 : sum;
    }

    private static long unit(String text, int i) {
        if (text.startsWith("ms", i)) {
            return 1;
        }
        if (i >= text.length()) {
            return 0;
        }
        return switch (text.charAt(i)) {
            case 'h' -> 3_600_000;
            case 'm' -> 60_000;
            case 's' -> 1_000;
            default -> 0;
        };
    }
}
