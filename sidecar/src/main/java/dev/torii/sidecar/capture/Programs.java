package dev.torii.sidecar.capture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the system's programs, each within a time. */
final class Programs {

    private static final int LIMIT_SECONDS = 30;

    private final List<String> prefix;
    private final List<Path> folders;

    /**
     * @param prefix what runs the programs, such as {@code nsenter} with its arguments; none to run them ourselves
     * @param path folders to look in, as in {@code PATH}
     */
    Programs(List<String> prefix, String path) {
        this.prefix = List.copyOf(prefix);
        this.folders = Stream.of(path.split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .toList();
    }

    /** What a program left behind. */
    record Ran(int code, String out, String err) {

        /** The line of its complaint that says most: the first that is no warning, or else its exit code. */
        String complaint() {
            return err.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .findFirst()
                    .orElse("exit code " + code);
        }
    }

    boolean has(String program) {
        return find(program).isPresent();
    }

    /** Runs it with {@code input} to read; throws when there is no such program or it does not end. */
    Ran run(String input, String program, String... arguments) throws CaptureException {
        Path file = find(program).orElseThrow(() -> new CaptureException(program + ": not found on this system"));
        List<String> command = new ArrayList<>(prefix);
        command.add(file.toString());
        command.addAll(List.of(arguments));
        try {
            return finish(new ProcessBuilder(command).start(), input, program);
        } catch (IOException | UncheckedIOException e) {
            throw new CaptureException(program + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CaptureException(program + ": interrupted");
        }
    }

    private static Ran finish(Process process, String input, String program)
            throws InterruptedException, CaptureException {
        CompletableFuture<String> out = read(process.getInputStream());
        CompletableFuture<String> err = read(process.getErrorStream());
        feed(process.getOutputStream(), input);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new CaptureException(program + ": no end in " + LIMIT_SECONDS + " s");
        }
        return new Ran(process.exitValue(), out.join(), err.join());
    }

    private static void feed(OutputStream stdin, String input) {
        try (stdin) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended without reading everything: its exit code and its complaint say why.
        }
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try (stream) {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private Optional<Path> find(String program) {
        return folders.stream()
                .map(folder -> folder.resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
