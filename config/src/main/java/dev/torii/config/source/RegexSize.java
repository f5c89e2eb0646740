package dev.torii.config.source;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Estimates how large an RE2 expression becomes when its counted repetitions are written out. RE2/J writes them out
 * before it looks at the size: {@code ((a{1000}){1000}){1000}} would take all memory.
 */
final class RegexSize {

    private static final long INFINITE = Long.MAX_VALUE / 4096;

    private final String regex;
    private final Deque<Long> outer = new ArrayDeque<>();
    private int at;
    private long level;
    private long atom;

    private RegexSize(String regex) {
        this.regex = regex;
    }

    /** About the number of instructions; never much less. Anything goes in, also what is no expression. */
    static long of(String regex) {
        return new RegexSize(regex).size();
    }

    private long size() {
        while (at < regex.length()) {
            step(regex.charAt(at++));
        }
        while (!outer.isEmpty()) {
            close();
        }
        return level + atom;
    }

    private void step(char c) {
        switch (c) {
            case '(' -> {
                outer.push(level + atom);
                level = 0;
                atom = 0;
            }
            case ')' -> close();
            case '{' -> repeat();
            case '*', '+', '?', '|' -> atom++;
            case '[' -> {
                skipClass();
                next(1);
            }
            case '\\' -> escape();
            default -> next(1);
        }
    }

    private void next(long size) {
        level = Math.min(INFINITE, level + atom);
        atom = size;
    }

    /** A group becomes the atom that a following repetition repeats. */
    private void close() {
        long group = level + atom + 1;
        level = outer.isEmpty() ? 0 : outer.pop();
        atom = group;
    }

    private void repeat() {
        int end = regex.indexOf('}', at);
        String counts = end < 0 ? "" : regex.substring(at, end);
        if (counts.isEmpty() || !counts.chars().allMatch(c -> c == ',' || c >= '0' && c <= '9')) {
            next(1);
            return;
        }
        at = end + 1;
        long most = 1;
        for (String count : counts.split(",")) {
            most = Math.max(most, count.isEmpty() ? 1 : count.length() > 4 ? 10_000 : Long.parseLong(count));
        }
        atom = Math.min(INFINITE, atom * (most + 1));
    }

    private void skipClass() {
        if (at < regex.length() && regex.charAt(at) == '^') {
            at++;
        }
        if (at < regex.length() && regex.charAt(at) == ']') {
            at++;
        }
        while (at < regex.length() && regex.charAt(at) != ']') {
            if (regex.charAt(at) == '\\') {
                at++;
            } else if (regex.startsWith("[:", at) && regex.indexOf(":]", at) > 0) {
                at = regex.indexOf(":]", at) + 1;
            }
            at++;
        }
        at++;
    }

    private void escape() {
        if (regex.startsWith("Q", at)) {
            int end = regex.indexOf("\\E", at);
            int literal = (end < 0 ? regex.length() : end) - at;
            at = end < 0 ? regex.length() : end + 2;
            next(literal);
        } else {
            at++;
            next(1);
        }
    }
}
