package dev.torii.cli;

import dev.torii.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A program in a process of its own; ready once it is made, killed when it is closed. */
record Program(Process process) implements AutoCloseable {

    /**
     * Starts it and waits until it is ready.
     *
     * @param words the file that says why it is not
     * @throws IllegalStateException when it ends before, or takes longer than {@code patience}
     */
    static Program start(ProcessBuilder command, Path words, Duration patience, BooleanSupplier ready) {
        try {
            Program program = new Program(command.start());
            Process process = program.process;
            if (!Await.until(patience, () -> !process.isAlive() || ready.getAsBoolean()) || !process.isAlive()) {
                program.close();
                throw new IllegalStateException(command.command() + " is not ready: " + Files.readString(words));
            }
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
