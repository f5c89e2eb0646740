package dev.torii.bench;

import dev.torii.proxy.upstream.engine.Breaker;
import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.CircuitBreaking.Window;
import java.util.concurrent.TimeUnit;
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

/** What a closed breaker costs a request, permit and result, on one event loop and when two meet in the same breaker. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BreakerPermit {

    private static final long TOOK = 1_000_000;

    /** Windows of calls take no lock, those of seconds do. */
    @Param({"CALLS", "SECONDS"})
    public Window window = Window.CALLS;

    private Breaker breaker = breaker();

    private Breaker breaker() {
        return new Breaker(
                new CircuitBreaking(false, window, window == Window.CALLS ? 100 : 10, 20, 50, 2_000, 80, 10_000, 5),
                System::nanoTime,
                state -> {});
    }

    @Setup
    public void prepare() {
        breaker = breaker();
    }

    @Benchmark
    public int oneLoop() {
        return call();
    }

    @Benchmark
    @Threads(2)
    public int twoLoops() {
        return call();
    }

    private int call() {
        int permit = breaker.acquire();
        breaker.succeeded(permit, TOOK);
        return permit;
    }
}
