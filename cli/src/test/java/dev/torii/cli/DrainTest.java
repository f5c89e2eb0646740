package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import dev.torii.testkit.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two gateway processes behind one port, and one of them is told to end under load: nobody sees a failed request.
 *
 * <p>The kernel shares connections out to both (SO_REUSEPORT). What it has given to a process that closes its socket
 * before accepting is reset, unless {@code net.ipv4.tcp_migrate_req} is on, as it must be where two processes really share
 * a port; behind a load balancer that heeds {@code /ready} it does not matter. The test turns it on where it may, and back.
 */
@Timeout(180)
final class DrainTest {

    private static final Path MIGRATE = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");

    private final MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong askedToLeave = new AtomicLong();
    private final List<Thread> clients = new ArrayList<>();
    private final List<ToriiProcess> gateways = new ArrayList<>();
    private volatile boolean loading = true;
    private String migrateBefore = "";
    private int port;

    @TempDir
    private Path folder;

    @BeforeEach
    void prepare() throws IOException {
        migrateBefore = Files.readString(MIGRATE).strip();
        if (Files.isWritable(MIGRATE)) {
            Files.writeString(MIGRATE, "1");
        }
        port = FreePort.find();
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(
                config.resolve("all.yaml"),
                Yaml.all(
                        Yaml.gateway(port),
                        Yaml.route("all", "/", "backend"),
                        Yaml.service("backend", backend.port())));
    }

    @AfterEach
    void cleanUp() throws Exception {
        loading = false;
        for (Thread client : clients) {
            client.join();
        }
        gateways.forEach(ToriiProcess::close);
        backend.close();
        if (Files.isWritable(MIGRATE)) {
            Files.writeString(MIGRATE, migrateBefore);
        }
    }

    private ToriiProcess start(String name) {
        ToriiProcess started = ToriiProcess.gateway(
                folder,
                name,
                folder.resolve("config"),
                List.of("-Xmx128m"),
                "--event-loops",
                "1",
                "--reuse-port",
                "--drain-delay",
                "1s");
        gateways.add(started);
        return started;
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofMinutes(1), condition))
                .as("within a minute")
                .isTrue();
    }

    /** A client as they all are: keeps its connection until it is asked to leave. */
    private void ask() {
        RawHttp client = null;
        while (loading) {
            try {
                client = client == null ? RawHttp.connect(port) : client;
                RawResponse answer =
                        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();
                answered.incrementAndGet();
                if (answer.status() != 200) {
                    failures.add(answer.toString());
                }
                if ("close".equals(answer.header("connection"))) {
                    askedToLeave.incrementAndGet();
                    client.close();
                    client = null;
                }
            } catch (RuntimeException e) {
                failures.add(e.toString());
                client = null;
            }
            LockSupport.parkNanos(5_000_000);
        }
        if (client != null) {
            client.close();
        }
    }

    @Test
    void nobodyNoticesThatOneOfTwoLeaves() throws Exception {
        ToriiProcess first = start("first");
        start("second");
        for (int i = 0; i < 8; i++) {
            Thread client = new Thread(this::ask, "client-" + i);
            clients.add(client);
            client.start();
        }
        until(() -> answered.get() > 400);
        first.process().destroy();
        assertThat(first.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(first.process().exitValue()).isZero();
        long then = answered.get();
        until(() -> answered.get() > then + 400);

        assertThat(failures).isEmpty();
        assertThat(askedToLeave.get())
                .as("answers that sent a client elsewhere")
                .isPositive();
        assertThat(first.log()).contains("\"status\":200");
        assertThat(first.errors()).doesNotContain("Exception");
    }
}
