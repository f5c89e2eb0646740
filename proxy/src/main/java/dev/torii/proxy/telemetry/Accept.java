package dev.torii.proxy.telemetry;

import java.util.Locale;

/**
 * What a header such as {@code Accept} or {@code Accept-Encoding} says of one name. Wildcards say nothing here: whoever
 * has no wish gets what is simplest. Source: RFC 9110, 12.4.2 and 12.5.
 */
public final class Accept {

    private Accept() {}

    /** From 0, not wanted or not named, to 1. */
    public static double quality(String header, String name) {
        double best = 0;
        for (String offer : header.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] words = offer.split(";", -1);
            if (words[0].strip().equals(name)) {
                best = Math.max(best, quality(words));
            }
        }
        return best;
    }

    private static double quality(String[] words) {
        for (int i = 1; i < words.length; i++) {
            String word = words[i].strip();
            if (word.startsWith("q=")) {
                return number(word.substring(2));
            }
        }
        return 1;
    }

    private static double number(String text) {
        try {
            double quality = Double.parseDouble(text);
            return quality >= 0 && quality <= 1 ? quality : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
