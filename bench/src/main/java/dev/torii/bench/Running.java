package dev.torii.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process that this run started, counted together with all that it started. Closing ends them, by their own pids. */
final class Running implements AutoCloseable {

    /** Linux reports times to user space in hundredths of a second on every machine. */
    static final long MICROS_PER_TICK = 10_000;

    private final Process process;
    private final Path errors;

    private Running(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    /** Starts a command; what it prints is appended to {@code out}, what it complains about goes to {@code errors}. */
    static Running start(List<String> command, Map<String, String> environment, Path out, Path errors)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()))
                .redirectError(ProcessBuilder.Redirect.to(errors.toFile()));
        builder.environment().putAll(environment);
        return new Running(builder.start(), errors);
    }

    /** Waits for it to end, at most so long. */
    boolean endsWithin(long millis) throws InterruptedException {
        return process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    long pid() {
        return process.pid();
    }

    /** User and system time of the whole tree until now, in microseconds. */
    long cpuMicros() throws IOException {
        long micros = 0;
        for (ProcessHandle handle : tree().toList()) {
            String stat = Files.readString(Path.of("/proc", Long.toString(handle.pid()), "stat"));
            // The name in the second field may hold spaces; the 14th and 15th field are utime and stime.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            micros += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
        }
        return micros;
    }

    /** Resident memory of the whole tree, in KiB; pages that two of its processes share count twice. */
    long residentKiB() throws IOException {
        long sum = 0;
        for (ProcessHandle handle : tree().toList()) {
            sum += Files.readAllLines(Path.of("/proc", Long.toString(handle.pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }
        return sum;
    }

    /** The process of the tree that runs Java, for its tools. */
    long javaPid() {
        return tree().filter(handle -> handle.info().command().orElse("").endsWith("/java"))
                .mapToLong(ProcessHandle::pid)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no java process below pid " + pid()));
    }

    /** What it complained about, at most the last 2,000 characters. */
    String lastWords() throws IOException {
        String text = Files.readString(errors, StandardCharsets.UTF_8).strip();
        return text.length() > 2000 ? text.substring(text.length() - 2000) : text;
    }

    private Stream<ProcessHandle> tree() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    @Override
    public void close() {
        List<ProcessHandle> all = tree().toList();
        process.destroy();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
