package dev.torii.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/** Reads a Flight Recorder file and says which methods took the CPU and made the garbage, per request. */
final class Recording {

    private static final int ROWS = 40;
    private static final String OURS = "dev.torii.";

    private final Map<String, Double> self = new HashMap<>();
    private final Map<String, Double> nearest = new HashMap<>();
    private final CallTree tree = new CallTree();
    private final Set<Long> threads = new HashSet<>();
    private final Map<String, Double> allocatedBy = new HashMap<>();
    private final Map<String, Double> allocatedFor = new HashMap<>();
    private double samples;
    private double bytes;

    /** Reads it all. */
    static Recording read(Path file) throws IOException {
        Recording recording = new Recording();
        try (RecordingFile events = new RecordingFile(file)) {
            while (events.hasMoreEvents()) {
                recording.add(events.readEvent());
            }
        }
        return recording;
    }

    /**
     * Tables for people.
     *
     * @param requests made while it was recorded
     * @param cpuMicros of each
     */
    String text(long requests, double cpuMicros) {
        return table("CPU by method, itself (us a request)", self, cpuMicros / samples)
                + table("CPU by the nearest method of Torii (us a request)", nearest, cpuMicros / samples)
                + "\nCPU by call path (us a request)\n"
                + tree.text(samples / 100, cpuMicros / samples)
                + String.format(Locale.ROOT, "%n%.0f bytes allocated a request%n", bytes / requests)
                + table("Allocation by type and method (bytes a request)", allocatedBy, 1 / (double) requests)
                + table(
                        "Allocation by the nearest method of Torii (bytes a request)",
                        allocatedFor,
                        1 / (double) requests);
    }

    private void add(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        if (stack == null || stack.getFrames().isEmpty()) {
            return;
        }
        switch (event.getEventType().getName()) {
            case "jdk.CPUTimeSample", "jdk.ExecutionSample", "jdk.NativeMethodSample" -> cpu(stack.getFrames());
            case "jdk.ObjectAllocationSample" -> allocation(event, stack.getFrames());
            default -> {}
        }
    }

    private void cpu(List<RecordedFrame> frames) {
        samples++;
        self.merge(name(frames.get(0)), 1.0, Double::sum);
        nearest.merge(nearest(frames), 1.0, Double::sum);
        tree.add(frames.stream().map(Recording::name).toList());
    }

    private void allocation(RecordedEvent event, List<RecordedFrame> frames) {
        if (threads.add(event.getThread().getId())) {
            // The first sample of a thread carries the weight of all that it allocated before.
            return;
        }
        double weight = event.getLong("weight");
        bytes += weight;
        String type = event.getClass("objectClass").getName();
        allocatedBy.merge(type + " in " + name(frames.get(0)), weight, Double::sum);
        allocatedFor.merge(nearest(frames), weight, Double::sum);
    }

    /** The method of ours that runs or has called what runs; of threads that are not ours, who calls whom at the top. */
    private static String nearest(List<RecordedFrame> frames) {
        return frames.stream()
                .map(Recording::name)
                .filter(name -> name.startsWith(OURS))
                .findFirst()
                .orElse("none of ours: " + name(frames.get(Math.min(3, frames.size() - 1))));
    }

    private static String name(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }

    private static String table(String title, Map<String, Double> rows, double unit) {
        StringBuilder out = new StringBuilder("\n" + title + "\n");
        rows.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(ROWS)
                .forEach(row ->
                        out.append(String.format(Locale.ROOT, "%9.2f  %s%n", row.getValue() * unit, row.getKey())));
        return out.toString();
    }
}
