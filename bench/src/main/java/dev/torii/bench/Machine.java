package dev.torii.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The machine under the run, as Linux tells of it, and how much of it others took meanwhile. */
final class Machine {

    private final Fleet fleet;
    private final long start = System.nanoTime();
    private final long busyBefore = busyMicros();
    private final long oursBefore;

    /** Starts to watch. */
    Machine(Fleet fleet) throws IOException {
        this.fleet = fleet;
        this.oursBefore = ourMicros();
    }

    /** How many cores of what kind. */
    static String cores() throws IOException {
        List<String> models = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .toList();
        return models.size() + " cores (" + (models.isEmpty() ? "?" : models.get(0)) + ")";
    }

    /** How busy others kept the machine since the start, in cores: above a few tenths all figures are rough. */
    String others() throws IOException {
        long others = busyMicros() - busyBefore - (ourMicros() - oursBefore);
        double cores = others * 1e3 / (System.nanoTime() - start);
        return String.format(
                Locale.ROOT,
                "Others kept %.1f cores busy meanwhile%s.",
                Math.max(0, cores),
                cores > 0.3 ? ": **the figures of this run are rough**" : "");
    }

    /** Everything but idle and waiting for disks, on all cores together. */
    private static long busyMicros() throws IOException {
        String[] fields = Files.readAllLines(Path.of("/proc/stat")).get(0).split(" +", -1);
        long all = Arrays.stream(fields, 1, 9).mapToLong(Long::parseLong).sum();
        return (all - Long.parseLong(fields[4]) - Long.parseLong(fields[5])) * Running.MICROS_PER_TICK;
    }

    /** Ourselves, the load tools that have ended, the backend and the proxies. */
    private long ourMicros() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long own = Arrays.stream(fields, 11, 15).mapToLong(Long::parseLong).sum() * Running.MICROS_PER_TICK;
        return own + fleet.cpuMicros();
    }
}
