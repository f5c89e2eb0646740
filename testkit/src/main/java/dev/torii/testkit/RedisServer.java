package dev.torii.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real Redis on a free port, that forgets everything when it ends. Can be frozen, killed and brought back at the same
 * port. Needs {@code redis-server} and {@code redis-cli}.
 */
public final class RedisServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path folder;
    private final List<String> options;
    private final int port = FreePort.find();
    private Process process;

    private RedisServer(Path folder, List<String> options) {
        this.folder = folder;
        this.options = options;
        this.process = launch();
    }

    /**
     * Starts one, and waits until it answers.
     *
     * @param folder that it may write to
     * @param options as on its command line, for example {@code --requirepass}, {@code secret}
     */
    public static RedisServer start(Path folder, String... options) {
        return new RedisServer(folder, List.of(options));
    }

    public int port() {
        return port;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** It stops to do anything, and its connections stay open (SIGSTOP). */
    public void freeze() {
        run("kill", "-STOP", Long.toString(process.pid()));
    }

    public void thaw() {
        run("kill", "-CONT", Long.toString(process.pid()));
    }

    /** Ends it at once (SIGKILL), with all it knows. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** After {@link #kill}. */
    public void startAgain() {
        process = launch();
    }

    /** What {@code redis-cli} prints for a command. */
    public String cli(String... command) {
        List<String> line = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(port)));
        line.addAll(List.of(command));
        return run(line.toArray(String[]::new));
    }

    @Override
    public void close() {
        kill();
    }

    private Process launch() {
        List<String> line = new ArrayList<>(List.of("redis-server", "--port", Integer.toString(port)));
        line.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.toString()));
        line.addAll(options);
        Path log = folder.resolve("redis-" + port + ".log");
        try {
            Process launched = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!Await.until(PATIENCE, () -> listens() || !launched.isAlive()) || !launched.isAlive()) {
                launched.destroyForcibly();
                throw new IllegalStateException("redis-server does not start:\n" + Files.readString(log));
            }
            return launched;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String run(String... line) {
        try {
            Process command = new ProcessBuilder(line).redirectErrorStream(true).start();
            String out = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!command.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                command.destroyForcibly();
                throw new IllegalStateException(String.join(" ", line) + " does not end");
            }
            return out.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
