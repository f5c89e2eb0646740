package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TraceRecord;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExemplarsTest {

    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final long MS = 1_000_000;

    private final ProxyMetrics metrics = new ProxyMetrics(2, 100, () -> 0, InstantSource.system());
    private final RecentTraces traces = new RecentTraces();

    private static ExchangeRecord traced(String traceId, long nanos) {
        Exchanges exchange = Exchanges.good().took(nanos);
        exchange.traceId = traceId;
        exchange.trace = new TraceRecord("", 0, List.of(), List.of());
        return exchange.make();
    }

    private List<String> exemplars(String accept) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.page(accept, List.of()).writeTo(out);
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(" # {"))
                .toList();
    }

    @Test
    void aSampledRequestIsTheExemplarOfItsBucketsOnBothSides() throws Exception {
        metrics.ended(traced("abc", 12 * MS));
        List<String> found = exemplars(OPEN_METRICS);
        assertThat(found).hasSize(2);
        String ids = " # {span_id=\"00f067aa0ba902b7\",trace_id=\"abc\"} ";
        assertThat(found.get(0))
                .startsWith("http_client_request_duration_seconds_bucket")
                .contains(",le=\"0.01\"} 1" + ids + "0.0090004 1772357400.019");
        assertThat(found.get(1))
                .startsWith("http_server_request_duration_seconds_bucket")
                .contains(",le=\"0.025\"} 1" + ids + "0.012 1772357400.019");
    }

    @Test
    void oneThatIsNotSampledIsNone() throws Exception {
        metrics.ended(Exchanges.good().make());
        assertThat(exemplars(OPEN_METRICS)).isEmpty();
    }

    @Test
    void theOldFormatHasNone() throws Exception {
        metrics.ended(traced("abc", 12 * MS));
        assertThat(exemplars("text/plain")).isEmpty();
    }

    @Test
    void everyBucketHasItsOwn() throws Exception {
        metrics.ended(traced("fast", 1 * MS));
        metrics.ended(traced("bound", 5 * MS));
        metrics.ended(traced("slow", 700 * MS));
        metrics.ended(traced("slowest", 60_000 * MS));
        assertThat(exemplars(OPEN_METRICS))
                .filteredOn(line -> line.startsWith("http_server"))
                .extracting(line -> line.replaceAll(".*le=\"(.*?)\".*trace_id=\"(.*?)\".*", "$1 $2"))
                .containsExactly("0.005 fast", "0.75 slow", "+Inf slowest");
    }

    @Test
    void aNewOneTakesThePlaceAfterASecondAndAnOldOneNever() {
        int cell = traces.cells(1);
        ExchangeRecord first = traced("first", 0);
        traces.saw(cell, 0, first);
        traces.saw(cell, 0, traced("soon", (RecentTraces.EACH_MS - 1) * MS));
        assertThat(ids(traces.of(cell, 1))).containsExactly("first");
        traces.saw(cell, 0, traced("later", RecentTraces.EACH_MS * MS));
        assertThat(ids(traces.of(cell, 1))).containsExactly("later");
        traces.saw(cell, 0, first);
        assertThat(ids(traces.of(cell, 1))).containsExactly("later");
    }

    @Test
    void thereAreOnlySoMany() {
        int many = RecentTraces.PLACES * 10;
        int first = traces.cells(many);
        IntStream.range(0, many).forEach(i -> traces.saw(first + i, 0, traced("t" + i, i * RecentTraces.EACH_MS * MS)));
        assertThat(traces.of(first, many).size()).isEqualTo(RecentTraces.PLACES);
        assertThat(ids(traces.of(first + many - 1, 1))).containsExactly("t" + (many - 1));
    }

    @Test
    void countingAllocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        ExchangeRecord plain = Exchanges.good().make();
        ExchangeRecord sampled = traced("abc", 12 * MS);
        long self = Thread.currentThread().getId();
        long before = 0;
        for (int i = 0; i < 110_000; i++) {
            if (i == 10_000) {
                before = threads.getThreadAllocatedBytes(self);
            }
            metrics.started();
            metrics.ended(plain);
            metrics.ended(sampled);
        }
        assertThat(threads.getThreadAllocatedBytes(self) - before).isLessThan(100_000);
    }

    private static List<String> ids(Exemplars exemplars) {
        List<String> ids = new ArrayList<>();
        for (Exemplar exemplar : exemplars) {
            ids.add(exemplar.getLabels().get(Exemplar.TRACE_ID));
        }
        return ids;
    }
}
