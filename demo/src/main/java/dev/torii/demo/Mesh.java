package dev.torii.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The processes of the demo: five services, a sidecar beside each, the gateway before them all, and the console that
 * watches; up together and down together.
 */
final class Mesh implements AutoCloseable {

    static final int GATEWAY_PORT = 8080;
    static final int ADMIN_PORT = 15000;
    static final int CONSOLE_PORT = 15080;
    static final int SPANS_PORT = 4318;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();

    private final Path home;
    private final Site site;
    private final Consumer<String> lines;
    private final List<Child> children = new ArrayList<>();
    private boolean closed;

    /**
     * Starts nothing yet.
     *
     * @param home the source tree, with the launcher in it
     * @param site where the pods shall be
     * @param lines takes what they print, with the name of who says it before each line
     */
    Mesh(Path home, Site site, Consumer<String> lines) {
        this.home = home;
        this.site = site;
        this.lines = lines;
    }

    /**
     * Starts all processes and returns when the page can be had.
     *
     * @param config the folder with the manifests
     * @throws IOException with one line for people: a taken port, a process that ended, what this machine lacks
     */
    void start(Path config) throws IOException {
        requireFree("the gateway", GATEWAY_PORT);
        requireFree("the gateway's admin endpoint", ADMIN_PORT);
        requireFree("the console", CONSOLE_PORT);
        requireFree("the console's port for spans", SPANS_PORT);
        for (Map.Entry<Integer, String> port : site.ports().entrySet()) {
            requireFree(port.getValue(), port.getKey());
        }
        makeSite();
        for (Pod pod : Pod.ALL) {
            start(pod.service(), pod.service(), site.app(pod));
            start("the sidecar of " + pod.service(), pod.service(), traced(site.sidecar(pod, config)));
        }
        start("the gateway", "gateway", traced(gatewayCommand(config)));
        start("the console", "console", consoleCommand());
        awaitShop();
    }

    private void makeSite() throws IOException {
        if (site.maker().isEmpty()) {
            return;
        }
        LogTail said = new LogTail();
        Child maker = Child.start("what makes the pods' network", site.maker(), said::add);
        add(maker);
        while (!said.has(Site.MADE::equals, Duration.ofNanos(POLL_NANOS))) {
            if (!maker.isAlive()) {
                maker.awaitEnd();
                throw new IOException(String.join("", said.last(1)));
            }
        }
    }

    private void start(String who, String label, List<String> command) throws IOException {
        add(Child.start(who, command, line -> lines.accept(label + ": " + line)));
    }

    private List<String> gatewayCommand(Path config) {
        List<String> command = new ArrayList<>(List.of(home.resolve("torii").toString(), "gateway"));
        command.addAll(List.of("--admin", "127.0.0.1:" + ADMIN_PORT, "--config"));
        command.addAll(site.config(config));
        return command;
    }

    private List<String> consoleCommand() {
        List<String> command = new ArrayList<>(List.of(home.resolve("torii").toString(), "console"));
        command.addAll(List.of("--listen", "127.0.0.1:" + CONSOLE_PORT, "--otlp", site.machine() + ":" + SPANS_PORT));
        command.addAll(List.of("--proxy", "127.0.0.1:" + ADMIN_PORT));
        Pod.ALL.forEach(pod -> command.add(site.admin(pod)));
        return command;
    }

    /** Tells the console of the requests that {@code src/demo/telemetry.yaml} has traced: all. */
    private List<String> traced(List<String> command) {
        List<String> all = new ArrayList<>(List.of(
                "env",
                "OTEL_EXPORTER_OTLP_ENDPOINT=http://" + site.machine() + ":" + SPANS_PORT,
                "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
                "OTEL_BSP_SCHEDULE_DELAY=1000"));
        all.addAll(command);
        return all;
    }

    /** Returns when every service answers through its sidecar, and the page through all of them. */
    private void awaitShop() throws IOException {
        Shopper shopper = new Shopper();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Pod pod : Pod.ALL) {
            await(
                    () -> shopper.isServed(site.inbound(pod)),
                    pod.service() + " did not answer through its sidecar",
                    deadline);
        }
        await(shopper::seesThePage, "the shop did not answer on " + Shopper.uri("/"), deadline);
        await(shopper::seesTheConsole, "the console did not answer on " + Shopper.console("/"), deadline);
    }

    private void await(BooleanSupplier condition, String otherwise, long deadline) throws IOException {
        while (!condition.getAsBoolean()) {
            String ended = firstEnded();
            if (ended != null) {
                throw new IOException(ended + " ended while starting; its last words are above");
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(otherwise + " within " + PATIENCE.toSeconds() + " s");
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
