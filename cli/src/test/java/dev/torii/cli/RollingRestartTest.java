package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.demo.Shop;
import dev.torii.testkit.Await;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service is replaced under load, its app and its sidecar, all of them processes: its callers, who go through a sidecar
 * of their own, see no failed request. The first version of {@code reviews} leaves and the second takes over.
 */
@Timeout(180)
final class RollingRestartTest {

    private static final String ASK = "GET http://reviews/api/reviews HTTP/1.1\r\nHost: reviews\r\n\r\n";
    private static final int CALLERS = 6;
    private static final long ENOUGH = 150;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong byFirst = new AtomicLong();
    private final AtomicLong bySecond = new AtomicLong();
    private final List<Thread> callers = new ArrayList<>();
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private volatile boolean loading = true;
    private int outbound;
    private Path config;
    private Pod first;
    private Pod second;

    @TempDir
    private Path folder;

    /** An instance of the service. */
    private record Pod(Process app, ToriiProcess sidecar, int inbound) {}

    @BeforeEach
    void callersAskTheFirstVersion() throws IOException {
        config = Files.createDirectory(folder.resolve("config"));
        first = start("reviews-v1");
        list(first);
        outbound = FreePort.find();
        toClose.add(ToriiProcess.sidecar(
                folder,
                "caller",
                config,
                "caller",
                "--inbound",
                "127.0.0.1:" + FreePort.find(),
                "--outbound",
                "127.0.0.1:" + outbound));
        for (int i = 0; i < CALLERS; i++) {
            Thread caller = new Thread(this::ask, "caller-" + i);
            callers.add(caller);
            caller.start();
        }
        second = start("reviews-v2");
        until(() -> byFirst.get() > ENOUGH);
        list(first, second);
        until(() -> bySecond.get() > ENOUGH);
    }

    @AfterEach
    void cleanUp() throws Exception {
        loading = false;
        for (Thread caller : callers) {
            caller.join();
        }
        for (AutoCloseable each : toClose) {
            each.close();
        }
    }

    private Pod start(String version) throws IOException {
        int port = FreePort.find();
        int inbound = FreePort.find();
        Process app = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Shop.class.getName(),
                        version,
                        Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(version + "-app.log").toFile())
                .start();
        toClose.add(() -> app.destroyForcibly().waitFor());
        if (!Files.exists(config.resolve("all.yaml"))) {
            Files.writeString(config.resolve("all.yaml"), services(""));
        }
        ToriiProcess sidecar = ToriiProcess.sidecar(
                folder,
                version,
                config,
                "reviews",
                "--app",
                Integer.toString(port),
                "--inbound",
                "127.0.0.1:" + inbound,
                "--outbound",
                "127.0.0.1:" + FreePort.find(),
                "--drain-delay",
                "1s");
        toClose.add(sidecar);
        until(() -> serves(inbound));
        return new Pod(app, sidecar, inbound);
    }

    private static boolean serves(int inbound) {
        try (RawHttp client = RawHttp.connect(inbound)) {
            return client.send(ASK.replace("http://reviews", "")).readResponse().status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    /** Makes these the endpoints of the service, in one step as an editor or a ConfigMap does. */
    private void list(Pod... pods) throws IOException {
        String endpoints =
                Stream.of(pods).map(pod -> "127.0.0.1:" + pod.inbound()).collect(Collectors.joining(","));
        Path written = Files.writeString(folder.resolve("next.yaml"), services(endpoints));
        Files.move(written, config.resolve("all.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String services(String endpoints) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: caller}
                spec: {ports: [{name: http, port: 80}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: reviews, annotations: {torii.dev/endpoints: "@ENDPOINTS@"}}
                spec: {ports: [{name: http, port: 80}]}
                """.replace("@ENDPOINTS@", endpoints);
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofMinutes(1), condition))
                .as("within a minute")
                .isTrue();
    }

    /** An app that calls reviews with its sidecar as HTTP proxy, over one connection. */
    private void ask() {
        RawHttp proxy = null;
        while (loading) {
            try {
                proxy = proxy == null ? RawHttp.connect(outbound) : proxy;
                RawResponse answer = proxy.send(ASK).readResponse();
                if (answer.status() != 200) {
                    failures.add(answer.toString());
                }
                (answer.body().contains("\"v2\"") ? bySecond : byFirst).incrementAndGet();
            } catch (RuntimeException e) {
                failures.add(e.toString());
                proxy = null;
            }
            LockSupport.parkNanos(5_000_000);
        }
        if (proxy != null) {
            proxy.close();
        }
    }

    private void assertThatTheSecondCarriesOn() {
        long then = bySecond.get();
        until(() -> bySecond.get() > then + ENOUGH);
        assertThat(failures).isEmpty();
    }

    private static void assertEnded(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anInstanceThatDrainsIsNotMissed() throws Exception {
        list(second);
        first.sidecar().process().destroy();
        assertEnded(first.sidecar().process());
        first.app().destroy();
        assertEnded(first.app());

        assertThat(first.sidecar().process().exitValue()).isZero();
        assertThat(first.sidecar().errors()).doesNotContain("Exception");
        assertThatTheSecondCarriesOn();
        assertThat(byFirst.get()).as("answers of the one that left").isPositive();
    }

    @Test
    void anInstanceThatIsStillListedMayRefuse() throws Exception {
        first.sidecar().close();
        assertThatTheSecondCarriesOn();

        list(second);
        assertThatTheSecondCarriesOn();
    }

    @Test
    void anAppMayLeaveBeforeItsSidecar() throws Exception {
        first.app().destroyForcibly();
        assertEnded(first.app());
        assertThatTheSecondCarriesOn();

        list(second);
        first.sidecar().process().destroy();
        assertEnded(first.sidecar().process());
        assertThatTheSecondCarriesOn();
    }
}
