package dev.torii.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** What a fixture has seen so far, in order; tests wait on it instead of sleeping. Safe on any thread. */
public final class Journal<T> {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private final List<T> entries = new ArrayList<>();

    void add(T entry) {
        lock.lock();
        try {
            entries.add(entry);
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A copy of all entries. */
    public List<T> all() {
        lock.lock();
        try {
            return List.copyOf(entries);
        } finally {
            lock.unlock();
        }
    }

    /** How many entries fit. */
    public int count(Predicate<? super T> which) {
        return (int) all().stream().filter(which).count();
    }

    /** Forgets everything. */
    public void clear() {
        lock.lock();
        try {
            entries.clear();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Blocks until at least {@code n} entries fit, or the time is up.
     *
     * @return the fitting entries, fewer than {@code n} when the time was up
     */
    public List<T> await(int n, Predicate<? super T> which, Duration limit) {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (true) {
                List<T> fitting = entries.stream().filter(which).<T>map(e -> e).toList();
                if (fitting.size() >= n || left <= 0) {
                    return fitting;
                }
                left = grown.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted after " + TimeUnit.NANOSECONDS.toMillis(left) + " ms left", e);
        } finally {
            lock.unlock();
        }
    }
}
