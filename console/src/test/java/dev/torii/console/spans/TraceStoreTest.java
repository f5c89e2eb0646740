package dev.torii.console.spans;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.console.spans.TraceQuery.StatusMatch;
import dev.torii.console.spans.TraceQuery.Tag;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the store keeps when it is full, and how fast it finds it. */
final class TraceStoreTest {

    private static final long MANY_BYTES = 1L << 40;

    @Test
    void errorsAndSlowTracesOutliveOrdinaryOnes() {
        TraceStore store = new TraceStore(1_000, MANY_BYTES);
        for (int i = 0; i < 500; i++) {
            store.add(List.of(entry(i, 1_000 + i % 10, 200)), 0);
        }
        store.add(List.of(entry(10_000, 900_000, 200), entry(10_001, 1_000, 503)), 0);
        for (int i = 1_000; i < 6_000; i++) {
            store.add(List.of(entry(i, 1_000 + i % 10, 200)), 0);
        }
        assertThat(store.fill().spans()).isEqualTo(1_000);
        assertThat(store.fill().evicted()).isEqualTo(4_502);
        assertThat(store.trace(traceId(10_000))).as("slow").hasSize(1);
        assertThat(store.trace(traceId(10_001))).as("failed").hasSize(1);
        assertThat(store.trace(traceId(400))).as("old and ordinary").isEmpty();
        assertThat(store.trace(traceId(5_999))).as("new and ordinary").hasSize(1);
    }

    @Test
    void errorsAloneDoNotTakeAllTheRoom() {
        TraceStore store = new TraceStore(1_000, MANY_BYTES);
        for (int i = 0; i < 1_000; i++) {
            store.add(List.of(entry(i, 1_000, 200)), 0);
        }
        for (int i = 1_000; i < 4_000; i++) {
            store.add(List.of(entry(i, 1_000, 503)), 0);
        }
        int failed = store.find(query(StatusMatch.parse("5xx"), "", List.of(), 1_000))
                .size();
        assertThat(failed).isBetween(400, 401);
        assertThat(store.find(query(StatusMatch.parse("200"), "", List.of(), 1_000)))
                .hasSize(1_000 - failed);
    }

    @Test
    void anErrorThatComesLateKeepsTheTrace() {
        TraceStore store = new TraceStore(100, MANY_BYTES);
        store.add(List.of(entry(0, 1_000, 200)), 0);
        store.add(List.of(span(0, 1, 0, 500, 503)), 0);
        for (int i = 1; i < 300; i++) {
            store.add(List.of(entry(i, 1_000, 200)), 0);
        }
        assertThat(store.trace(traceId(0))).hasSize(2);
        assertThat(store.find(query(StatusMatch.parse("error"), "", List.of(), 10))
                        .get(0)
                        .spans())
                .isEqualTo(2);
    }

    @Test
    void aTraceBeganWhenItsFirstSpanDidWheneverThatCame() {
        TraceStore store = new TraceStore(100, MANY_BYTES);
        store.add(List.of(entry(5, 1_000, 200)), 0);
        store.add(List.of(span(9, 1, 0, 10, 200)), 0);
        store.add(List.of(entry(9, 1_000, 200)), 0);
        List<TraceSummary> found = store.find(TraceQuery.newest(10));
        assertThat(found).extracting(TraceSummary::traceId).containsExactly(traceId(9), traceId(5));
        assertThat(found.get(0).rootName()).isEqualTo("GET /9");
        assertThat(store.find(query(StatusMatch.ANY, "req-9", List.of(), 10))).hasSize(1);
    }

    @Test
    void bytesAreABoundToo() {
        TraceStore store = new TraceStore(1_000_000, 1_000_000);
        for (int i = 0; i < 5_000; i++) {
            store.add(List.of(entry(i, 1_000, 200)), 0);
        }
        assertThat(store.fill().spans()).isBetween(100, 2_000);
        assertThat(store.services().get(0).spans()).isEqualTo(store.fill().spans());
    }

    @Test
    void oneTraceDoesNotPushOutAllOthers() {
        TraceStore store = new TraceStore(1_000, MANY_BYTES);
        int crowded = 0;
        for (int i = 0; i < 5_000; i++) {
            crowded += store.add(List.of(span(7, i, 0, 10, 503)), 0);
        }
        assertThat(crowded).isEqualTo(4_900);
        assertThat(store.trace(traceId(7))).hasSize(100);
        assertThat(store.fill().refused()).isEqualTo(4_900);
    }

    @Test
    void whatIsEvictedLeavesNothingBehind() {
        TraceStore store = new TraceStore(100, MANY_BYTES);
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            int trace = random.nextInt(2_000);
            store.add(
                    List.of(span(
                            trace, random.nextInt(5), 0, random.nextInt(5_000), random.nextInt(9) == 0 ? 500 : 200)),
                    0);
        }
        assertThat(store.fill().spans()).isLessThanOrEqualTo(100);
        List<TraceSummary> all = store.find(TraceQuery.newest(1_000));
        assertThat(all).hasSize(store.fill().traces());
        assertThat(all.stream().mapToInt(TraceSummary::spans).sum())
                .isEqualTo(store.fill().spans());
        assertThat(all)
                .allSatisfy(trace -> assertThat(store.find(query(StatusMatch.ANY, trace.requestId(), List.of(), 10)))
                        .extracting(TraceSummary::traceId)
                        .containsExactly(trace.traceId()));
    }

    /** Generous: on a quiet machine each is some ten times faster. */
    @Test
    void oneHundredThousandSpansAreSearchedAtOnce() {
        TraceStore store = new TraceStore(200_000, MANY_BYTES);
        List<Span> batch = new ArrayList<>();
        for (int trace = 0; trace < 14_300; trace++) {
            for (int i = 0; i < 7; i++) {
                batch.add(span(trace, i, Math.max(0, i - 1), 1_000 + trace % 100, trace % 50 == 0 ? 503 : 200));
            }
            if (batch.size() > 500) {
                store.add(batch, 0);
                batch.clear();
            }
        }
        store.add(batch, 0);
        assertThat(store.fill().spans()).isGreaterThan(100_000);
        List<TraceQuery> searches = List.of(
                query(StatusMatch.ANY, "req-77", List.of(), 100),
                query(StatusMatch.ANY, "", List.of(new Tag("x-order-id", "order-12345")), 100),
                query(StatusMatch.parse("404"), "", List.of(), 100),
                new TraceQuery(
                        "", "none", StatusMatch.ANY, 0, Long.MAX_VALUE, "", List.of(), "", 0, Long.MAX_VALUE, 100),
                new TraceQuery(
                        "", "", StatusMatch.ANY, 0, Long.MAX_VALUE, "", List.of(), "Nowhere", 0, Long.MAX_VALUE, 100),
                TraceQuery.newest(1_000));
        assertThat(searches.stream().map(search -> store.find(search).size())).containsExactly(1, 1, 0, 0, 0, 1_000);
        for (TraceQuery search : searches) {
            assertThat(fastest(store, search)).as(search.toString()).isLessThan(Duration.ofMillis(50));
        }
    }

    /** Of several, in this thread's CPU time, so that a busy machine does not count. */
    private static Duration fastest(TraceStore store, TraceQuery query) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long start = threads.getCurrentThreadCpuTime();
            store.find(query);
            best = Math.min(best, threads.getCurrentThreadCpuTime() - start);
        }
        return Duration.ofNanos(best);
    }

    private static TraceQuery query(StatusMatch status, String requestId, List<Tag> tags, int limit) {
        return new TraceQuery("", "", status, 0, Long.MAX_VALUE, requestId, tags, "", 0, Long.MAX_VALUE, limit);
    }

    private static Span entry(int trace, long micros, int status) {
        return span(trace, 0, -1, micros, status);
    }

    /** @param parent the number of a span of the same trace, -1 for none */
    private static Span span(int trace, int number, int parent, long micros, int status) {
        Attributes attributes = new Attributes.Builder()
                .put("torii.request_id", "req-" + trace)
                .put("torii.route", "default/shop/0")
                .put("http.response.status_code", (long) status)
                .put("http.request.method", "GET")
                .put("url.path", "/cart/" + trace % 100)
                .put("url.scheme", "http")
                .put("network.protocol.version", "1.1")
                .put("server.address", "shop.example")
                .put("client.address", "10.1.2." + trace % 250)
                .put("user_agent.original", "curl/8.5")
                .put("torii.service", "default/cart")
                .put("torii.snapshot", "5f3a9c21")
                .put("torii.endpoint", "10.0.0." + number + ":8080")
                .put("http.request.header.x-order-id", List.of("order-" + trace))
                .build();
        boolean root = parent < 0;
        return new Span(
                traceId(trace),
                String.format("%016x", number + 1),
                root ? "" : String.format("%016x", parent + 1),
                root ? "gateway" : "default/cart",
                root ? "gateway" : "inbound",
                "GET /" + trace,
                root ? Span.Kind.SERVER : Span.Kind.CLIENT,
                1_700_000_000_000_000L + trace * 1_000L + number,
                micros,
                status >= 500 ? Span.Status.ERROR : Span.Status.UNSET,
                status,
                attributes,
                List.of());
    }

    private static String traceId(int trace) {
        return String.format("%032x", trace + 1);
    }
}
