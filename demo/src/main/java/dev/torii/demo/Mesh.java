package dev.torii.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The processes of the demo: five services and the gateway before them, up together and down together. */
final class Mesh implements AutoCloseable {

    static final int GATEWAY_PORT = 8080;
    static final int ADMIN_PORT = 15000;

    /** Where {@code src/demo/services.yaml} says the services are. */
    static final Map<String, Integer> SERVICES =
            new TreeMap<>(Map.of("web", 9001, "catalog", 9002, "cart", 9003, "reviews-v1", 9004, "reviews-v2", 9005));

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();

    private final Path home;
    private final Consumer<String> lines;
    private final List<Child> children = new ArrayList<>();
    private boolean closed;

    /**
     * Starts nothing yet.
     *
     * @param home the source tree, with the launcher in it
     * @param lines takes what the gateway prints; a service's line comes with its name before it
     */
    Mesh(Path home, Consumer<String> lines) {
        this.home = home;
        this.lines = lines;
    }

    /**
     * Starts all processes and returns when the page can be had.
     *
     * @throws IOException with one line for people: a taken port, a process that ended
     */
    void start(Path config) throws IOException {
        requireFree("the gateway", GATEWAY_PORT);
        requireFree("the gateway's admin endpoint", ADMIN_PORT);
        for (Map.Entry<String, Integer> service : SERVICES.entrySet()) {
            requireFree("the service " + service.getKey(), service.getValue());
        }
        for (Map.Entry<String, Integer> service : SERVICES.entrySet()) {
            String name = service.getKey();
            add(Child.start(name, serviceCommand(name, service.getValue()), line -> lines.accept(name + ": " + line)));
        }
        add(Child.start("gateway", gatewayCommand(config), lines));
        awaitPage();
    }

    private List<String> serviceCommand(String name, int port) {
        String java = ProcessHandle.current().info().command().orElse("java");
        return List.of(
                java,
                "-XX:+UseSerialGC",
                "-Xmx32m",
                "-Xss512k",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Shop.class.getName(),
                name,
                String.valueOf(port),
                "http://127.0.0.1:" + GATEWAY_PORT);
    }

    private List<String> gatewayCommand(Path config) {
        return List.of(
                home.resolve("torii").toString(),
                "gateway",
                "--config",
                config.toString(),
                "--admin",
                "127.0.0.1:" + ADMIN_PORT);
    }

    private void awaitPage() throws IOException {
        Shopper shopper = new Shopper();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        URI page = Shopper.uri("/");
        while (!shopper.reaches(page)) {
            String ended = firstEnded();
            if (ended != null) {
                throw new IOException(ended + " ended while starting; its last words are above");
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the shop did not answer on " + page + " within " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Waits until any of the processes ends, and says which; null when that is because of {@link #close}. */
    @Nullable
    String awaitEnd() {
        while (true) {
            String ended = firstEnded();
            synchronized (this) {
                if (closed) {
                    return null;
                }
            }
            if (ended != null) {
                return ended;
            }
            LockSupport.parkNanos(10 * POLL_NANOS);
        }
    }

    private synchronized @Nullable String firstEnded() {
        return children.stream()
                .filter(c -> !c.isAlive())
                .map(Child::name)
                .findFirst()
                .orElse(null);
    }

    private synchronized void add(Child child) throws IOException {
        children.add(child);
        if (closed) {
            child.release();
            throw new IOException("stopped while starting");
        }
    }

    /** Ends every process and waits for it. */
    @Override
    public void close() {
        List<Child> ending;
        synchronized (this) {
            closed = true;
            ending = List.copyOf(children);
        }
        ending.forEach(Child::release);
        ending.forEach(Child::close);
    }

    private static void requireFree(String who, int port) throws IOException {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            probe.getLocalPort();
        } catch (IOException e) {
            throw new IOException("port " + port + " (" + who + ") is taken: stop what uses it and try again", e);
        }
    }
}
