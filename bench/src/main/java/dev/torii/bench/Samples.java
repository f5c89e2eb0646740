package dev.torii.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every figure of a run, by what it is a figure of. */
final class Samples {

    private final Map<Figure, List<Double>> values = new HashMap<>();

    enum Measure {
        PER_SECOND,
        CPU_MICROS,
        P50_MICROS,
        P99_MICROS,
        STEADY_CPU_MICROS,
        RESIDENT_MIB
    }

    /** @param wire any one for what does not depend on it */
    record Figure(String peer, Scenario scenario, Wire wire, Measure measure) {}

    void add(Figure key, double value) {
        values.computeIfAbsent(key, ignored -> new ArrayList<>()).add(value);
    }

    boolean has(Figure key) {
        return values.containsKey(key);
    }

    /** NaN when nothing was measured. */
    double median(Figure key) {
        List<Double> sorted = sorted(key);
        int size = sorted.size();
        return size == 0 ? Double.NaN : (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    double least(Figure key) {
        List<Double> sorted = sorted(key);
        return sorted.isEmpty() ? Double.NaN : sorted.get(0);
    }

    double most(Figure key) {
        List<Double> sorted = sorted(key);
        return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() - 1);
    }

    private List<Double> sorted(Figure key) {
        return values.getOrDefault(key, List.of()).stream().sorted().toList();
    }
}
