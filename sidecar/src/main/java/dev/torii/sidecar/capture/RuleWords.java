package dev.torii.sidecar.capture;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Says a rule of ours in words. What it does not know it repeats as it stands: rules may have been changed by hand. */
final class RuleWords {

    private final StringBuilder when = new StringBuilder();
    private final StringBuilder then = new StringBuilder();

    private RuleWords() {}

    /** Such as {@code by user 1337: left alone}, of {@code -A TORII_OUTBOUND -m owner --uid-owner 1337 -j RETURN}. */
    static String of(String rule) {
        RuleWords words = new RuleWords();
        Deque<String> rest = new ArrayDeque<>(List.of(rule.split(" ", -1)));
        rest.poll();
        rest.poll();
        while (!rest.isEmpty()) {
            words.take(rest);
        }
        return (words.when.isEmpty() ? "the rest" : words.when) + ": " + words.then;
    }

    private void take(Deque<String> rest) {
        String word = rest.remove();
        boolean not = word.equals("!") && !rest.isEmpty();
        if (not) {
            word = rest.remove();
        }
        String value = rest.isEmpty() ? "" : rest.remove();
        switch (word) {
            case "-p", "-m" -> {}
            case "-s" -> condition(not, "from " + value);
            case "-d" -> condition(not, "to " + value);
            case "-o" -> condition(not, value.equals("lo") ? "inside the pod" : "by device " + value);
            case "--dport" -> condition(not, (value.contains(":") ? "ports " : "port ") + value.replace(':', '-'));
            case "--uid-owner" -> condition(not, "by user " + value);
            case "--gid-owner" -> condition(not, "by group " + value);
            case "-j" -> then.append(target(value));
            case "--to-ports" -> then.append(value);
            default -> condition(not, word + " " + value);
        }
    }

    private void condition(boolean not, String words) {
        when.append(when.isEmpty() ? "" : ", ").append(not ? "not " : "").append(words);
    }

    private static String target(String name) {
        return switch (name) {
            case "RETURN" -> "left alone";
            case "REDIRECT" -> "to the sidecar's port ";
            case "TORII_INBOUND" -> "as what arrives";
            case "TORII_OUTBOUND" -> "as what leaves";
            case "TORII_REDIRECT" -> "captured";
            default -> name;
        };
    }
}
