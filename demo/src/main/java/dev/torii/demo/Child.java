package dev.torii.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A process that does not outlive this one, however this one ends. Between the two stands a shell that holds a pipe from
 * here: when the pipe closes, because {@link #close} was called or because this process was killed, it terminates the
 * child.
 */
final class Child implements AutoCloseable {

    // The watcher is deaf to Ctrl-C, which a terminal sends to all: the pipe tells it when to act.
    private static final String WATCHER = """
            trap '' INT
            exec 3<&0
            "$@" 3<&- </dev/null &
            child=$!
            { read -r _ <&3; kill "$child" 2>/dev/null; } &
            watcher=$!
            wait "$child"
            code=$?
            exec 3<&-
            kill "$watcher" 2>/dev/null
            exit "$code"
            """;

    private static final long PATIENCE_SECONDS = 15;

    private final String name;
    private final Process process;
    private final Thread reader;

    private Child(String name, Process process, Thread reader) {
        this.name = name;
        this.process = process;
        this.reader = reader;
    }

    /**
     * Starts a process.
     *
     * @param lines takes each line that it prints, on a thread of its own
     */
    static Child start(String name, List<String> command, Consumer<String> lines) throws IOException {
        List<String> watched = new ArrayList<>(List.of("bash", "-c", WATCHER, name));
        watched.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(watched).redirectErrorStream(true);
        // here rather than on the command line, which people and PodTour read
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        Thread reader = new Thread(() -> read(process, lines), "output of " + name);
        reader.setDaemon(true);
        reader.start();
        return new Child(name, process, reader);
    }

    private static void read(Process process, Consumer<String> lines) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines);
        } catch (IOException | java.io.UncheckedIOException e) {
            // The pipe of a process that has gone: what it had to say has been said.
        }
    }

    String name() {
        return name;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it has ended and all that it printed has been passed on, unless this thread is interrupted. */
    void awaitEnd() {
        try {
            process.waitFor();
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets it end by itself when told to, then waits for that; kills it when it takes too long. */
    @Override
    public void close() {
        release();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.descendants().forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** Tells it to end, without waiting. */
    void release() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // Already closed: it has been told.
        }
    }
}
