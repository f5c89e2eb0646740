package dev.torii.proxy.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the process takes of the machine, under the names that Prometheus clients share. Read from Linux' {@code /proc}
 * rather than from management beans, which would load a few hundred classes for it; elsewhere only the heap is told.
 */
final class ProcessSeries implements MultiCollector {

    /** Linux reports times in these to user programs, whatever its own timer. Source: man 7 time, USER_HZ. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TICKS = 14;
    private static final int SYSTEM_TICKS = 15;

    private final Path proc;

    /** @param proc usually {@code /proc/self} */
    ProcessSeries(Path proc) {
        this.proc = proc;
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        heap(all);
        try {
            processor(all);
            memoryAndThreads(all);
            descriptors(all);
        } catch (IOException | RuntimeException e) {
            // Not Linux, or /proc is hidden: there is nothing to tell.
        }
        return all.build();
    }

    private static void heap(MetricSnapshots.Builder all) {
        Runtime runtime = Runtime.getRuntime();
        Labels heap = Labels.of("area", "heap");
        all.metricSnapshot(gauge(
                "jvm_memory_used_bytes", "Java heap in use.", heap, runtime.totalMemory() - runtime.freeMemory()));
        all.metricSnapshot(gauge("jvm_memory_committed_bytes", "Java heap held.", heap, runtime.totalMemory()));
        all.metricSnapshot(gauge("jvm_memory_max_bytes", "Java heap allowed.", heap, runtime.maxMemory()));
    }

    /** The second field is the program's name in brackets and may itself hold spaces. Source: man 5 proc. */
    private void processor(MetricSnapshots.Builder all) throws IOException {
        String stat = Files.readString(proc.resolve("stat"));
        String[] fromThird = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        double ticks = Long.parseLong(fromThird[USER_TICKS - 3]) + Long.parseLong(fromThird[SYSTEM_TICKS - 3]);
        all.metricSnapshot(CounterSnapshot.builder()
                .name("process_cpu_seconds")
                .help("Processor time used, user and system.")
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .value(ticks / TICKS_PER_SECOND)
                        .build())
                .build());
    }

    private void memoryAndThreads(MetricSnapshots.Builder all) throws IOException {
        try (Stream<String> status = Files.lines(proc.resolve("status"))) {
            status.forEach(line -> {
                String[] words = line.split("\\s+", -1);
                switch (words[0]) {
                    case "VmSize:" ->
                        all.metricSnapshot(gauge(
                                "process_virtual_memory_bytes", "Address space.", Labels.EMPTY, kilobytes(words[1])));
                    case "VmRSS:" ->
                        all.metricSnapshot(gauge(
                                "process_resident_memory_bytes", "Memory held.", Labels.EMPTY, kilobytes(words[1])));
                    case "Threads:" ->
                        all.metricSnapshot(
                                gauge("process_threads", "Threads.", Labels.EMPTY, Long.parseLong(words[1])));
                    default -> {}
                }
            });
        }
    }

    private static long kilobytes(String count) {
        return Long.parseLong(count) * 1024;
    }

    private void descriptors(MetricSnapshots.Builder all) throws IOException {
        try (Stream<Path> open = Files.list(proc.resolve("fd"))) {
            all.metricSnapshot(gauge("process_open_fds", "Open file descriptors.", Labels.EMPTY, open.count()));
        }
        try (Stream<String> limits = Files.lines(proc.resolve("limits"))) {
            limits.filter(line -> line.startsWith("Max open files"))
                    .map(line ->
                            line.substring("Max open files".length()).trim().split(" ", 2)[0])
                    .filter(soft -> !soft.equals("unlimited"))
                    .forEach(soft -> all.metricSnapshot(
                            gauge("process_max_fds", "File descriptors allowed.", Labels.EMPTY, Long.parseLong(soft))));
        }
    }

    private static GaugeSnapshot gauge(String name, String help, Labels labels, long value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value((double) value)
                        .build())
                .build();
    }
}
