package dev.torii.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The processor time that Torii's own threads, and those of its client of the API server, have taken. Other than time by
 * the clock, it says the same however much else the machine has to do.
 */
final class Labour {

    private static final List<String> WORKERS = List.of("torii-", "JdkHttpClientFactory", "HttpClient-");

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private Map<Long, Long> before = nanos();

    void begin() {
        before = nanos();
    }

    /** Since the beginning, of all threads together. */
    long millis() {
        long sum = 0;
        for (Map.Entry<Long, Long> each : nanos().entrySet()) {
            sum += each.getValue() - before.getOrDefault(each.getKey(), 0L);
        }
        return TimeUnit.NANOSECONDS.toMillis(sum);
    }

    private Map<Long, Long> nanos() {
        Map<Long, Long> nanos = new HashMap<>();
        for (ThreadInfo each : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (each != null && WORKERS.stream().anyMatch(each.getThreadName()::startsWith)) {
                nanos.put(each.getThreadId(), Math.max(0, threads.getThreadCpuTime(each.getThreadId())));
            }
        }
        return nanos;
    }
}
