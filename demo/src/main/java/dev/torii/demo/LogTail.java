package dev.torii.demo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/** The last lines that the processes printed. Safe on any thread. */
final class LogTail {

    private static final int KEPT = 5000;

    private final Deque<String> lines = new ArrayDeque<>();

    synchronized void add(String line) {
        if (lines.size() == KEPT) {
            lines.removeFirst();
        }
        lines.addLast(line);
        notifyAll();
    }

    synchronized List<String> last(int count) {
        return lines.stream().skip(Math.max(0, lines.size() - count)).toList();
    }

    /** Whether such a line is there, or comes within the time. */
    synchronized boolean has(Predicate<String> wanted, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        while (lines.stream().noneMatch(wanted)) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                return false;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
