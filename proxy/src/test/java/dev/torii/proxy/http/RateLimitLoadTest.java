package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.torii.proxy.TestProxy;
import dev.torii.routing.HashKey;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How many pass under load from many keys, by several connections on several event loops: what the burst and the rate say, within
 * 2 %. The clock runs by requests, so that a slow machine sees the same.
 */
class RateLimitLoadTest {

    private static final int LOOPS = 3;
    private static final int CLIENTS = 6;
    private static final int REQUESTS = 6_000;
    private static final long REQUEST_NANOS = TimeUnit.MICROSECONDS.toNanos(1_000);
    private static final double SECONDS = 6.0;
    private static final int KEYS = 20;
    private static final int BURST = 25;
    private static final int PER_SECOND = 15;

    private final long seed = new Random().nextLong();
    private final AtomicLong clock = new AtomicLong(1);
    private final MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final TestProxy proxy = new TestProxy(LOOPS, exchange -> {}, clock::get).cluster("b", backend.port());
    private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);

    @AfterEach
    void close() {
        threads.shutdownNow();
        proxy.close();
        backend.close();
    }

    private void serve(int perSecond, int burst, @Nullable HashKey key) {
        RateLimit limit = new RateLimit("id", "l", perSecond, 1000, burst, key, null, false, List.of());
        proxy.clearRoutes()
                .settings(new ListenerSettings(1, false, false, 8192, 65_536, 128, 0, 10_000, 300_000, 10_000))
                .protection(new Protection(List.of(limit), List.of()))
                .route("/", "b")
                .apply();
    }

    /** How many of so many requests pass, each with a line of a random key. */
    private int passing(int requests, String line) throws Exception {
        List<Future<Integer>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Random random = new Random(seed + i);
            running.add(threads.submit(() -> client(requests / CLIENTS, line, random)));
        }
        int passed = 0;
        for (Future<Integer> client : running) {
            passed += client.get(5, TimeUnit.MINUTES);
        }
        return passed;
    }

    private int client(int requests, String line, Random random) {
        int passed = 0;
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            for (int i = 0; i < requests; i++) {
                String head = "GET / HTTP/1.1\r\nHost: a\r\n" + line.formatted(random.nextInt(KEYS)) + "\r\n\r\n";
                passed += client.send(head).readResponse().status() == 200 ? 1 : 0;
                clock.addAndGet(REQUEST_NANOS);
            }
        }
        return passed;
    }

    private static Offset<Integer> within2Percent(int of) {
        return within(of / 50);
    }

    private void holds(HashKey key, String line) throws Exception {
        serve(PER_SECOND, BURST, key);
        int expected = KEYS * (BURST + (int) (PER_SECOND * SECONDS));
        assertThat(passing(REQUESTS, line)).as("seed %d", seed).isCloseTo(expected, within2Percent(expected));
    }

    @Test
    void byHeader() throws Exception {
        holds(new HashKey(HashKey.Source.HEADER, "x-tenant"), "x-tenant: %d");
    }

    @Test
    void byCookie() throws Exception {
        holds(new HashKey(HashKey.Source.COOKIE, "sid"), "cookie: a=b; sid=%d");
    }

    @Test
    void byAddressBehindATrustedHop() throws Exception {
        holds(new HashKey(HashKey.Source.CLIENT_ADDRESS, ""), "x-forwarded-for: 10.0.0.%d");
    }

    @Test
    void overallAndThroughAnEdit() throws Exception {
        serve(300, 100, null);
        int before = passing(REQUESTS / 2, "x-tenant: %d");
        assertThat(before).as("seed %d", seed).isCloseTo(100 + 300 * 3, within2Percent(1000));
        serve(100, 50, null);
        int after = passing(REQUESTS / 2, "x-tenant: %d");
        assertThat(after).as("what was used stays used; seed %d", seed).isCloseTo(100 * 3, within(8));
    }
}
