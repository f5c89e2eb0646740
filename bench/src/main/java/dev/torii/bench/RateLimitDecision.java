package dev.torii.bench;

import dev.torii.proxy.limit.Asker;
import dev.torii.proxy.limit.Limits;
import dev.torii.proxy.limit.RateLimits;
import dev.torii.proxy.limit.Verdict;
import dev.torii.routing.HashKey;
import dev.torii.routing.RateLimit;
import dev.torii.routing.RequestView;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What rate limits by a header cost a request, with the headers that tell the client, on one event loop and when two meet
 * in the same buckets. Of 4,096 requests in a row a thousand tenants make four each; nobody, or nearly everybody, is refused.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RateLimitDecision {

    private static final int REQUESTS = 4096;

    /** How many limits hold for each request. */
    @Param({"1", "3"})
    public int limits;

    /** What each tenant may do in a second. */
    @Param({"1000000000", "1"})
    public long perSecond;

    private final List<Asker> requests = new ArrayList<>();
    private Limits plan = new RateLimits(limit -> never(), System::nanoTime).of(List.of(), 1);
    private int next;

    @Setup
    public void prepare() {
        Random random = new Random(7);
        for (int i = 0; i < REQUESTS; i++) {
            requests.add(new Tenant("tenant-" + random.nextInt(1000)));
        }
        List<RateLimit> all = new ArrayList<>();
        for (int i = 0; i < limits; i++) {
            HashKey key = new HashKey(HashKey.Source.HEADER, "x-tenant-id");
            all.add(new RateLimit("l" + i, "limit-" + i, perSecond, 1000, perSecond, key, null, false, List.of()));
        }
        plan = new RateLimits(limit -> never(), System::nanoTime).of(all, 1);
    }

    @Benchmark
    public Verdict oneLoop() {
        return ask();
    }

    @Benchmark
    @Threads(2)
    public Verdict twoLoops() {
        return ask();
    }

    private Verdict ask() {
        Verdict[] heard = new Verdict[1];
        plan.ask(requests.get(next++ & (REQUESTS - 1)), Runnable::run, verdict -> heard[0] = verdict)
                .begin();
        return heard[0];
    }

    private static <T> T never() {
        throw new IllegalStateException("no limit here has a store");
    }

    private record Tenant(String name) implements Asker, RequestView {

        @Override
        public RequestView request() {
            return this;
        }

        @Override
        public @Nullable String cookie(String cookie) {
            return null;
        }

        @Override
        public String clientAddress() {
            return "10.0.0.1";
        }

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String host() {
            return "shop.example";
        }

        @Override
        public String path() {
            return "/cart";
        }

        @Override
        public @Nullable String header(String header) {
            return name;
        }

        @Override
        public @Nullable String query(String parameter) {
            return null;
        }
    }
}
