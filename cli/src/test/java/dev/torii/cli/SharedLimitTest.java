package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import dev.torii.testkit.RedisServer;
import dev.torii.testkit.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three gateway processes that share limits in one real Redis, under load of several keys. */
@Timeout(180)
final class SharedLimitTest {

    private static final int PROXIES = 3;
    private static final int CLIENTS = 2;
    private static final int KEYS = 3;
    private static final int RATE = 40;
    private static final int BURST = 40;
    private static final long RUN_NANOS = 4_000_000_000L;
    private static final Duration LONG = Duration.ofMinutes(1);

    private final MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final Map<String, AtomicInteger> admitted = new ConcurrentHashMap<>();
    private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong slowest = new AtomicLong();
    private final List<ToriiProcess> gateways = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final List<Thread> clients = new ArrayList<>();

    @TempDir
    private Path folder;

    private RedisServer redis;

    @BeforeEach
    void start() throws IOException {
        redis = RedisServer.start(folder);
        for (int i = 0; i < PROXIES; i++) {
            int port = FreePort.find();
            ports.add(port);
            Path config = Files.writeString(
                    folder.resolve("gateway-" + i + ".yaml"),
                    Yaml.all(
                            Yaml.gateway(port),
                            Yaml.route("exact", "/exact", "backend"),
                            Yaml.route("open", "/open", "backend"),
                            Yaml.service("backend", backend.port()),
                            policy("exact", "Deny"),
                            policy("open", "Allow")));
            gateways.add(ToriiProcess.gateway(folder, "gateway-" + i, config, Map.of()));
        }
        gateways.forEach(gateway -> awaitMetric(gateway, "torii_rate_limit_store_up{", "} 1.0"));
    }

    @AfterEach
    void stop() throws Exception {
        for (Thread client : clients) {
            client.join();
        }
        gateways.forEach(ToriiProcess::close);
        redis.close();
        backend.close();
    }

    private String policy(String route, String onStoreError) {
        return """
                apiVersion: torii.dev/v1alpha1
                kind: RateLimitPolicy
                metadata: {name: @ROUTE@}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: @ROUTE@}]
                  limits:
                  - {name: per-tenant, requests: @RATE@, per: 1s, burst: @BURST@, key: {header: x-tenant},
                     scope: Global, store: {redis: "@REDIS@"}, onStoreError: @ERROR@}
                """.replace("@ROUTE@", route)
                .replace("@RATE@", Integer.toString(RATE))
                .replace("@BURST@", Integer.toString(BURST))
                .replace("@REDIS@", redis.uri())
                .replace("@ERROR@", onStoreError);
    }

    private static void awaitMetric(ToriiProcess gateway, String start, String end) {
        assertThat(Await.until(
                        LONG, () -> metrics(gateway).lines().anyMatch(l -> l.startsWith(start) && l.endsWith(end))))
                .as(start + "…" + end)
                .isTrue();
    }

    private static String metrics(ToriiProcess gateway) {
        try (RawHttp admin = RawHttp.connect(gateway.admin())) {
            return admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .readResponse()
                    .body();
        }
    }

    /** Asks every gateway for everything, as fast as it can, for a while. */
    private void load(String path, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (int i = 0; i < PROXIES * CLIENTS; i++) {
            int port = ports.get(i % PROXIES);
            Thread client = new Thread(() -> ask(path, port, end));
            clients.add(client);
            client.start();
        }
        for (Thread client : clients) {
            client.join();
        }
        clients.clear();
    }

    private void ask(String path, int port, long end) {
        try (RawHttp client = RawHttp.connect(port)) {
            for (int i = 0; System.nanoTime() < end; i++) {
                String key = "t" + i % KEYS;
                long began = System.nanoTime();
                RawResponse answer = client.send(
                                "GET " + path + " HTTP/1.1\r\nHost: a\r\nx-tenant: " + key + "\r\n\r\n")
                        .readResponse();
                slowest.accumulateAndGet(System.nanoTime() - began, Math::max);
                asked.incrementAndGet();
                if (answer.status() == 200) {
                    admitted.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet();
                } else if (answer.status() != 429) {
                    unexpected.add(answer.toString());
                }
                LockSupport.parkNanos(1_000_000);
            }
        } catch (RuntimeException e) {
            unexpected.add(e.toString());
        }
    }

    /** Never more. How near they come to it depends on a Redis that answers in 20 ms; {@code SharedBudgetTest} of the proxy tells. */
    @Test
    void togetherTheyAdmitWhatTheLimitSays() throws InterruptedException {
        load("/open", RUN_NANOS / 4); // wakes everything
        admitted.clear();
        long began = System.nanoTime();
        load("/exact", RUN_NANOS);
        double took = (System.nanoTime() - began) / 1e9;

        assertThat(unexpected).isEmpty();
        assertThat(admitted).hasSize(KEYS);
        int all = admitted.values().stream().mapToInt(AtomicInteger::get).sum();
        System.out.printf(
                "%d of %d requests admitted in %.1f s, limit %d%n",
                all, asked.get(), took, (int) (KEYS * (BURST + RATE * took)));
        admitted.forEach((key, count) -> assertThat(count.get())
                .as("admitted of %s in %.2f s", key, took)
                .isLessThanOrEqualTo((int) (BURST + RATE * took) + 1)
                .isPositive());
    }

    @Test
    void aRedisThatIsAwayFailsAndSlowsNobodyWhereThatIsAllowed() throws InterruptedException {
        redis.freeze();
        load("/open", RUN_NANOS / 4);
        gateways.forEach(gateway -> awaitMetric(gateway, "torii_rate_limit_store_up{", "} 0.0"));
        redis.thaw();
        redis.kill();
        load("/open", RUN_NANOS / 4);
        assertThat(unexpected).isEmpty();
        assertThat(slowest.get()).as("the slowest answer, in ns").isLessThan(2_000_000_000L);
        double each = 2 * (BURST + RATE * (RUN_NANOS / 4e9 + 2));
        admitted.forEach((key, count) -> assertThat(count.get())
                .as("each proxy by itself keeps the limit")
                .isBetween(1, (int) (PROXIES * each)));

        redis.startAgain();
        gateways.forEach(gateway -> awaitMetric(gateway, "torii_rate_limit_store_up{", "} 1.0"));
        try (RawHttp client = RawHttp.connect(ports.get(0))) {
            assertThat(Await.until(
                            LONG,
                            () -> client.send("GET /exact HTTP/1.1\r\nHost: a\r\nx-tenant: new\r\n\r\n")
                                            .readResponse()
                                            .status()
                                    == 200))
                    .isTrue();
        }
        gateways.forEach(gateway -> assertThat(gateway.errors()).doesNotContain("Exception"));
    }
}
