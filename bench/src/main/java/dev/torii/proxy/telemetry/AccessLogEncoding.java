package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one line of the access log costs the thread that writes it. In this package because the encoder is its own. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class AccessLogEncoding {

    private static final int RECORDS = 1024;

    private final AccessLogLine line = new AccessLogLine();
    private final JsonBuffer buffer = new JsonBuffer();
    private final List<ExchangeRecord> records = new ArrayList<>();
    private int next;

    /** Makes the records, a millisecond apart. */
    public AccessLogEncoding() {
        for (int i = 0; i < RECORDS; i++) {
            records.add(record(i));
        }
    }

    /** One line; the length of it, so that nothing is thought to be for nothing. */
    @Benchmark
    public int line() {
        next = (next + 1) & (RECORDS - 1);
        buffer.clear();
        line.write(records.get(next), buffer);
        return buffer.size();
    }

    private static ExchangeRecord record(int number) {
        return new ExchangeRecord(
                "gateway",
                1_767_225_600_000L + number,
                1_234_567L + number,
                987_654L + number,
                "019b7a3c-5e2f-7" + (100 + number % 900) + "-9c1d-4f6e8a2b3c5d",
                "4bf92f3577b34da6a3ce929d0e0e" + (1000 + number % 9000),
                "00f067aa0ba9" + (1000 + number % 9000),
                "GET",
                "https",
                "shop.example",
                "/api/r50/items/" + number,
                "HTTP/1.1",
                200,
                -1,
                null,
                "",
                0,
                1024,
                "bench/r50/0",
                "bench/stable",
                "127.0.0.1:9001",
                1,
                false,
                "192.0.2.17",
                "192.0.2.17",
                "Mozilla/5.0 (X11; Linux x86_64) bench/1",
                "a1b2c3d4",
                true,
                List.of("x-tenant-id", "tenant-" + number % 50, "x-user", "u-" + number),
                List.of(),
                null);
    }
}
