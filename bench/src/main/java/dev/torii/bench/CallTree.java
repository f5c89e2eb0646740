package dev.torii.bench;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Stacks laid over one another: who calls whom, and how often. */
final class CallTree {

    private final Map<String, CallTree> callees = new HashMap<>();
    private int count;

    /** Adds one stack, innermost frame first. */
    void add(List<String> frames) {
        CallTree node = this;
        node.count++;
        for (int i = frames.size() - 1; i >= 0; i--) {
            node = node.callees.computeIfAbsent(frames.get(i), name -> new CallTree());
            node.count++;
        }
    }

    /**
     * Indented lines, those with most first. A method is left out when nearly all its time is in one callee, which then
     * stands in its place.
     *
     * @param least what is seen less often is left out
     * @param unit of one stack
     */
    String text(double least, double unit) {
        StringBuilder out = new StringBuilder();
        write(out, 0, least, unit);
        return out.toString();
    }

    private void write(StringBuilder out, int depth, double least, double unit) {
        callees.entrySet().stream()
                .filter(callee -> callee.getValue().count >= least)
                .sorted(Comparator.comparingInt(callee -> -callee.getValue().count))
                .forEach(callee -> {
                    CallTree node = callee.getValue();
                    boolean passesOn = node.callees.values().stream().anyMatch(next -> next.count > 0.97 * node.count);
                    if (!passesOn) {
                        out.append(String.format(
                                Locale.ROOT, "%9.2f  %s%s%n", node.count * unit, "  ".repeat(depth), callee.getKey()));
                    }
                    node.write(out, passesOn ? depth : depth + 1, least, unit);
                });
    }
}
