package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private final List<Process> processes = new ArrayList<>();
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
        port = freePort();
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(
                config.resolve("all.yaml"), """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw}
                spec:
                  gatewayClassName: torii
                  listeners: [{name: http, protocol: HTTP, port: @PORT@}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: all}
                spec:
                  parentRefs: [{name: gw}]
                  rules: [{backendRefs: [{name: backend, port: 80}]}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: backend, annotations: {torii.dev/endpoints: "127.0.0.1:@BACKEND@"}}
                spec: {ports: [{port: 80}]}
                """.replace("@PORT@", "" + port).replace("@BACKEND@", "" + backend.port()));
    }

    @AfterEach
    void cleanUp() throws Exception {
        loading = false;
        for (Thread client : clients) {
            client.join();
        }
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        backend.close();
        if (Files.isWritable(MIGRATE)) {
            Files.writeString(MIGRATE, migrateBefore);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private int start(String name) throws IOException {
        int admin = freePort();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.torii.cli.Torii",
                        "gateway",
                        "--config",
                        folder.resolve("config").toString(),
                        "--admin",
                        "127.0.0.1:" + admin,
                        "--bind",
                        "127.0.0.1",
                        "--event-loops",
                        "1",
                        "--reuse-port",
                        "--drain-delay",
                        "1s")
                .redirectError(folder.resolve(name + ".err").toFile())
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        processes.add(process);
        until(() -> ready(admin));
        return admin;
    }

    private static boolean ready(int admin) {
        try (RawHttp client = RawHttp.connect(admin)) {
            return client.send("GET /ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                            .readResponse()
                            .status()
                    == 200;
        } catch (RuntimeException notYet) {
            return false;
        }
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within a minute").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
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
        start("first");
        start("second");
        for (int i = 0; i < 8; i++) {
            Thread client = new Thread(this::ask, "client-" + i);
            clients.add(client);
            client.start();
        }
        until(() -> answered.get() > 400);
        processes.get(0).destroy();
        assertThat(processes.get(0).waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(processes.get(0).exitValue()).isZero();
        long then = answered.get();
        until(() -> answered.get() > then + 400);

        assertThat(failures).isEmpty();
        assertThat(askedToLeave.get())
                .as("answers that sent a client elsewhere")
                .isPositive();
        assertThat(Files.readString(folder.resolve("first.log"))).contains("\"status\":200");
        assertThat(Files.readString(folder.resolve("first.err"))).doesNotContain("Exception");
    }
}
