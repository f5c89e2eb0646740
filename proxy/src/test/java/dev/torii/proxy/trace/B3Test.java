package dev.torii.proxy.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.HeaderList;
import dev.torii.routing.Tracing;
import dev.torii.routing.Tracing.Propagation;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Zipkin's headers, alone and beside W3C's. Source: openzipkin/b3-propagation. */
class B3Test {

    private static final String LONG = "80f198ee56343ba864fe8b2a57d3eff7";
    private static final String SHORT = "64fe8b2a57d3eff7";
    private static final String SPAN = "e457b5a2e4d86bd1";
    private static final String PARENT = "05e3ac9a4f6e3b90";

    private final HeaderList headers = new HeaderList();

    private Trace read(double percent, Set<Propagation> formats, String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Trace.of(headers, new Tracing(percent, formats, List.of(), List.of()), true);
    }

    private Trace single(double percent, String value) {
        return read(percent, Set.of(Propagation.B3), "b3", value);
    }

    private Trace multi(double percent, String... namesAndValues) {
        return read(percent, Set.of(Propagation.B3_MULTI), namesAndValues);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0, true, 1",
        "-0, 100, false, 0",
        "-d, 0, true, d",
        "-1-" + PARENT + ", 0, true, 1",
        "'', 100, true, 1",
        "'', 0, false, 0"
    })
    void theSingleHeaderIsContinued(String end, double percent, boolean sampled, String decision) {
        Trace trace = single(percent, LONG + "-" + SPAN + end);
        assertThat(trace.traceId()).isEqualTo(LONG);
        assertThat(trace.parentSpanId()).isEqualTo(SPAN);
        assertThat(trace.isSampled()).isEqualTo(sampled);
        trace.write(headers);
        assertThat(headers.get("b3")).isEqualTo(LONG + "-" + trace.spanId() + "-" + decision + "-" + SPAN);
        assertThat(headers.size()).isEqualTo(1);
    }

    @Test
    void aShortTraceIdStaysShortInB3AndIsPaddedElsewhere() {
        Trace trace = read(0, Set.of(Propagation.values()), "b3", SHORT + "-" + SPAN + "-1", "x-b3-traceid", "ignored");
        assertThat(trace.traceId()).isEqualTo("0000000000000000" + SHORT);
        trace.write(headers);
        assertThat(headers.get("b3")).startsWith(SHORT + "-");
        assertThat(headers.get("x-b3-traceid")).isEqualTo(SHORT);
        assertThat(headers.get("traceparent")).isEqualTo("00-0000000000000000" + SHORT + "-" + trace.spanId() + "-01");
    }

    @ParameterizedTest
    @CsvSource({"0, 100, false", "1, 0, true", "d, 0, true", "2, 100, true", "x, 0, false"})
    void aDecisionMayComeAlone(String value, double percent, boolean sampled) {
        Trace trace = single(percent, value);
        assertThat(trace.parentSpanId()).isEmpty();
        assertThat(trace.isSampled()).isEqualTo(sampled);
        trace.write(headers);
        assertThat(headers.get("b3"))
                .isEqualTo(trace.traceId() + "-" + trace.spanId() + "-" + (value.equals("d") ? "d" : sampled ? 1 : 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "--",
                LONG,
                LONG + "-",
                LONG + "-" + PARENT + "5",
                LONG + "-" + SPAN + "-",
                LONG + "-" + SPAN + "-2",
                LONG + "-" + SPAN + "-11",
                LONG + "-" + SPAN + "-1-",
                LONG + "-" + SPAN + "-1-" + PARENT + "0",
                LONG + "-" + SPAN + "-1-05e3ac9a4f6e3bXX",
                LONG + "0-" + SPAN + "-1",
                "80F198EE56343BA864FE8B2A57D3EFF7-" + SPAN + "-1",
                "0000000000000000-" + SPAN + "-1",
                "00000000000000000000000000000000-" + SPAN + "-1",
                LONG + "-0000000000000000-1",
                LONG + "_" + SPAN + "_1"
            })
    void aBrokenHeaderCountsAsNone(String value) {
        Trace trace = single(0, value);
        assertThat(trace.traceId()).isNotEqualTo(LONG);
        assertThat(trace.parentSpanId()).isEmpty();
        assertThat(trace.isSampled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"x-b3-sampled, 1, true", "x-b3-sampled, 0, false", "x-b3-sampled, true, true", "x-b3-flags, 1, true"})
    void theManyHeadersAreContinued(String name, String value, boolean sampled) {
        double other = sampled ? 0 : 100;
        Trace trace = multi(other, "X-B3-TraceId", LONG, "X-B3-SpanId", SPAN, "X-B3-ParentSpanId", PARENT, name, value);
        assertThat(trace.traceId()).isEqualTo(LONG);
        assertThat(trace.isSampled()).isEqualTo(sampled);
        trace.write(headers);
        assertThat(headers.get("x-b3-traceid")).isEqualTo(LONG);
        assertThat(headers.get("x-b3-spanid")).isEqualTo(trace.spanId());
        assertThat(headers.get("x-b3-parentspanid")).isEqualTo(SPAN);
        assertThat(headers.get(name)).isEqualTo(sampled ? "1" : "0");
        assertThat(headers.size()).isEqualTo(4);
    }

    @Test
    void aDecisionWithoutIdsIsHeeded() {
        Trace trace = multi(100, "x-b3-sampled", "0");
        assertThat(trace.isSampled()).isFalse();
        trace.write(headers);
        assertThat(headers.get("x-b3-parentspanid")).isNull();
        assertThat(headers.get("x-b3-sampled")).isEqualTo("0");
    }

    @Test
    void eachTryIsTheBackendsParentAndItsOwnParentIsOurs() {
        Trace trace = read(0, Set.of(Propagation.B3, Propagation.B3_MULTI), "b3", LONG + "-" + SPAN + "-1");
        trace.write(headers);
        String attempt = Trace.spanId(trace.attempt(headers));
        assertThat(headers.get("b3")).isEqualTo(LONG + "-" + attempt + "-1-" + trace.spanId());
        assertThat(headers.get("x-b3-spanid")).isEqualTo(attempt);
        assertThat(headers.get("x-b3-parentspanid")).isEqualTo(trace.spanId());
    }

    @Test
    void aTraceparentIsBelievedFirst() {
        String id = "4bf92f3577b34da6a3ce929d0e0e4736";
        Trace trace = read(
                0,
                Set.of(Propagation.TRACECONTEXT, Propagation.B3),
                "b3",
                LONG + "-" + SPAN + "-1",
                "traceparent",
                "00-" + id + "-00f067aa0ba902b7-00");
        assertThat(trace.traceId()).isEqualTo(id);
        trace.write(headers);
        assertThat(headers.get("b3")).isEqualTo(id + "-" + trace.spanId() + "-0-00f067aa0ba902b7");
    }

    @Test
    void formatsThatAreNotConfiguredAreLeftAlone() {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        Trace trace = read(0, Set.of(Propagation.B3), "traceparent", parent, "tracestate", "a=1", "x-b3-traceid", LONG);
        trace.write(headers);
        assertThat(headers.get("traceparent")).isEqualTo(parent);
        assertThat(headers.get("tracestate")).isEqualTo("a=1");
        assertThat(headers.get("x-b3-traceid")).isEqualTo(LONG);
        assertThat(headers.get("b3")).startsWith(trace.traceId());
    }
}
