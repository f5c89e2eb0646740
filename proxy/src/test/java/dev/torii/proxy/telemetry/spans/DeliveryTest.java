package dev.torii.proxy.telemetry.spans;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What waits has a bound, a collector that fails is left alone, and nothing is lost uncounted. */
class DeliveryTest {

    private final List<CompletableResultCode> calls = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    private final Delivery delivery = new Delivery(
            new SpanExporter() {
                @Override
                public CompletableResultCode export(Collection<SpanData> spans) {
                    CompletableResultCode call = new CompletableResultCode();
                    calls.add(call);
                    return call;
                }

                @Override
                public CompletableResultCode flush() {
                    return CompletableResultCode.ofSuccess();
                }

                @Override
                public CompletableResultCode shutdown() {
                    return CompletableResultCode.ofSuccess();
                }
            },
            10,
            20_000,
            clock::get);

    private static final ServerSpan SPAN = TestSpans.server("/cart");

    private static Collection<SpanData> spans(int count) {
        return Collections.nCopies(count, SPAN);
    }

    private CompletableResultCode export(int count) {
        assertThat(delivery.admit(count, (long) count * SPAN.weight())).isTrue();
        delivery.export(spans(count));
        return calls.get(calls.size() - 1);
    }

    private void pass(long ms) {
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    @Test
    void soManySpansWaitAndNoMore() {
        assertThat(delivery.admit(9, 0)).isTrue();
        assertThat(delivery.admit(2, 0)).isFalse();
        assertThat(delivery.admit(1, 0)).isTrue();
        assertThat(delivery.admit(1, 0)).isFalse();
        assertThat(delivery.dropped()).isEqualTo(3);
    }

    @Test
    void soManyBytesWaitAndNoMore() {
        ServerSpan large = TestSpans.server("/" + "x".repeat(15_000));
        assertThat(delivery.admit(1, large.weight())).isTrue();
        assertThat(delivery.admit(1, large.weight())).isFalse();
        delivery.export(List.of(large));
        calls.get(0).succeed();
        assertThat(delivery.admit(1, large.weight())).isTrue();
    }

    @Test
    void whatIsOnItsWayWaitsToo() {
        CompletableResultCode call = export(10);
        assertThat(delivery.admit(1, 0)).isFalse();
        call.succeed();
        assertThat(delivery.admit(10, 0)).isTrue();
        assertThat(delivery.exported()).isEqualTo(10);
        assertThat(delivery.dropped()).isEqualTo(1);
    }

    @Test
    void aCollectorThatFailsIsLeftAloneForLongerEachTime() {
        for (long restMs = 1_000; restMs <= 32_000; restMs *= 2) {
            export(2).fail();
            pass(restMs - 1);
            assertThat(delivery.admit(1, 0)).as("within " + restMs).isFalse();
            pass(1);
        }
        export(2).fail();
        pass(32_000);
        export(2).succeed();
        assertThat(delivery.admit(1, 0)).isTrue();
        assertThat(delivery.exported()).isEqualTo(2);
        assertThat(delivery.dropped()).isEqualTo(7 * 2 + 6);
    }

    @Test
    void whatWaitedWhenItFailedIsNotTried() {
        assertThat(delivery.admit(4, 0)).isTrue();
        CompletableResultCode first = export(2);
        first.fail();
        CompletableResultCode second = delivery.export(spans(4));
        assertThat(second.isSuccess()).isFalse();
        assertThat(calls).hasSize(1);
        assertThat(delivery.dropped()).isEqualTo(6);
        pass(1_000);
        assertThat(delivery.admit(10, 0)).as("nothing waits").isTrue();
    }

    @Test
    void afterASuccessTheNextRestIsShort() {
        export(1).fail();
        pass(1_000);
        export(1).fail();
        pass(2_000);
        export(1).succeed();
        export(1).fail();
        pass(1_000);
        assertThat(delivery.admit(1, 0)).isTrue();
    }
}
