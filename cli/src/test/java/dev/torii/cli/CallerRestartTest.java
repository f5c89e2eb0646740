package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
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
 * The sidecar through which an app calls others is restarted under load. What a client may repeat is not lost, however the
 * old process ends; where the new one is there before the old one leaves, nothing has to be repeated.
 */
@Timeout(180)
final class CallerRestartTest {

    private static final Path MIGRATE = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");
    private static final int CALLERS = 6;
    private static final long ENOUGH = 300;
    /** How long a client goes on repeating a call: a new process has to come up meanwhile, on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final MisbehavingBackend reviews = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong repeated = new AtomicLong();
    private final AtomicLong askedToLeave = new AtomicLong();
    private final List<Thread> callers = new ArrayList<>();
    private final List<ToriiProcess> sidecars = new ArrayList<>();
    private final int inbound = FreePort.find();
    private final int outbound = FreePort.find();
    private volatile boolean loading = true;
    private volatile boolean mayRepeat = true;
    private String migrateBefore = "";
    private Path config;

    @TempDir
    private Path folder;

    @BeforeEach
    void prepare() throws IOException {
        migrateBefore = Files.readString(MIGRATE).strip();
        if (Files.isWritable(MIGRATE)) {
            Files.writeString(MIGRATE, "1");
        }
        config = Files.writeString(folder.resolve("all.yaml"), """
                apiVersion: v1
                kind: Service
                metadata: {name: caller}
                spec: {ports: [{name: http, port: 80}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: reviews, annotations: {torii.dev/endpoints: "127.0.0.1:@PORT@"}}
                spec: {ports: [{name: http, port: 80}]}
                """.replace("@PORT@", Integer.toString(reviews.port())));
    }

    @AfterEach
    void cleanUp() throws Exception {
        loading = false;
        for (Thread caller : callers) {
            caller.join();
        }
        sidecars.forEach(ToriiProcess::close);
        reviews.close();
        if (Files.isWritable(MIGRATE)) {
            Files.writeString(MIGRATE, migrateBefore);
        }
    }

    private ToriiProcess start(String name, String... more) {
        List<String> options = new ArrayList<>(List.of("--inbound", "127.0.0.1:" + inbound));
        options.addAll(List.of("--outbound", "127.0.0.1:" + outbound, "--drain-timeout", "3s"));
        options.addAll(List.of(more));
        ToriiProcess started = ToriiProcess.sidecar(folder, name, config, "caller", options.toArray(String[]::new));
        sidecars.add(started);
        return started;
    }

    private void load() {
        for (int i = 0; i < CALLERS; i++) {
            int number = i;
            Thread caller = new Thread(() -> ask(number), "caller-" + i);
            callers.add(caller);
            caller.start();
        }
        untilMoreAreAnswered();
    }

    private void untilMoreAreAnswered() {
        long then = answered.get();
        until(() -> answered.get() > then + ENOUGH);
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofMinutes(1), condition))
                .as("within a minute")
                .isTrue();
    }

    /** An app with a connection to its sidecar as HTTP proxy, which it keeps until it is asked to leave. */
    private void ask(int caller) {
        RawHttp proxy = null;
        long failingSince = 0;
        int call = 0;
        while (loading || failingSince > 0) {
            try {
                proxy = proxy == null ? RawHttp.connect(outbound) : proxy;
                String path = "/" + caller + "/" + call;
                RawResponse answer = proxy.send("GET http://reviews" + path + " HTTP/1.1\r\nHost: reviews\r\n\r\n")
                        .readResponse();
                if (answer.status() != 200) {
                    failures.add(answer.toString());
                }
                failingSince = 0;
                call++;
                answered.incrementAndGet();
                if ("close".equals(answer.header("connection"))) {
                    askedToLeave.incrementAndGet();
                    proxy.close();
                    proxy = null;
                }
            } catch (RuntimeException e) {
                repeated.incrementAndGet();
                failingSince = failingSince == 0 ? System.nanoTime() : failingSince;
                if (!mayRepeat || System.nanoTime() - failingSince > PATIENCE.toNanos()) {
                    failures.add(e.toString());
                    failingSince = 0;
                }
                proxy = null;
            }
            LockSupport.parkNanos(5_000_000);
        }
        if (proxy != null) {
            proxy.close();
        }
    }

    private static void assertEnded(ToriiProcess sidecar) throws InterruptedException {
        assertThat(sidecar.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(sidecar.errors()).doesNotContain("Exception");
    }

    @Test
    void whoRepeatsLosesNothingWhenItIsToldToEnd() throws Exception {
        ToriiProcess old = start("old");
        load();
        old.process().destroy();
        assertEnded(old);
        start("new");
        untilMoreAreAnswered();

        assertThat(failures).isEmpty();
        assertThat(askedToLeave.get()).isPositive();
        assertThat(old.process().exitValue()).isZero();
        assertThat(old.log()).as("requests that it failed").doesNotContain("\"flags\"");
    }

    @Test
    void whoRepeatsLosesNothingWhenItDies() throws Exception {
        ToriiProcess old = start("old");
        load();
        old.process().destroyForcibly();
        assertEnded(old);
        start("new");
        untilMoreAreAnswered();

        assertThat(failures).isEmpty();
        assertThat(repeated.get()).as("calls made again").isPositive();
    }

    @Test
    void nothingIsRepeatedWhenTheNewOneTakesOver() throws Exception {
        mayRepeat = false;
        ToriiProcess old = start("old", "--reuse-port");
        load();
        ToriiProcess next = start("new", "--reuse-port");
        old.process().destroy();
        assertEnded(old);
        untilMoreAreAnswered();

        assertThat(failures).isEmpty();
        assertThat(askedToLeave.get()).isPositive();
        assertThat(old.process().exitValue()).isZero();
        assertThat(next.log()).contains("\"status\":200");
    }
}
