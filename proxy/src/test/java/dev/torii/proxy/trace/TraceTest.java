package dev.torii.proxy.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.torii.proxy.HeaderList;
import dev.torii.routing.Tracing;
import dev.torii.routing.Tracing.Force;
import dev.torii.routing.Tracing.Propagation;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of a request and what goes on. Source: W3C Trace Context, level 2. */
class TraceTest {

    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";
    private static final String GOOD = "00-" + ID + "-" + PARENT + "-01";

    private final HeaderList headers = new HeaderList();
    private Tracing how = sampling(0);

    private static Tracing sampling(double percent, Propagation... formats) {
        Set<Propagation> all = formats.length == 0 ? Tracing.DEFAULT.propagation() : Set.of(formats);
        return new Tracing(percent, all, List.of(), List.of());
    }

    private Trace read(String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Trace.of(headers, how, true);
    }

    private void assertWritten(Trace trace, String flags) {
        trace.write(headers);
        assertThat(headers.get("traceparent"))
                .isEqualTo("00-" + trace.traceId() + "-" + trace.spanId() + "-" + flags)
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]");
    }

    @Test
    void aTraceIsContinuedUnderASpanOfOurOwn() {
        Trace trace = read("accept", "*/*", "traceparent", GOOD, "tracestate", "a=1", "baggage", "k=v", "b3", "0");
        assertThat(trace.traceId()).isEqualTo(ID);
        assertThat(trace.parentSpanId()).isEqualTo(PARENT);
        assertThat(trace.spanId()).matches("[0-9a-f]{16}").isNotEqualTo(PARENT);
        assertThat(trace.isSampled()).isTrue();
        assertWritten(trace, "01");
        assertThat(headers.get("tracestate")).isEqualTo("a=1");
        assertThat(headers.get("baggage")).isEqualTo("k=v");
        assertThat(headers.get("b3")).isEqualTo("0");
        assertThat(headers.size()).isEqualTo(5);
    }

    @Test
    void aRequestWithoutATraceBeginsOne() {
        Trace trace = read("accept", "*/*");
        assertThat(trace.parentSpanId()).isEmpty();
        assertThat(trace.isSampled()).isFalse();
        assertWritten(trace, "00");
        headers.remove("traceparent");
        assertThat(read().traceId()).isNotEqualTo(trace.traceId());
    }

    static Stream<String> broken() {
        return Stream.of(
                "",
                "00",
                "00-" + ID + "-" + PARENT,
                "00-" + ID + "-" + PARENT + "-",
                "00-" + ID + "-" + PARENT + "-0",
                "00-" + ID + "-" + PARENT + "-001",
                GOOD + "-",
                GOOD + "-extra",
                GOOD + " ",
                "ff-" + ID + "-" + PARENT + "-01",
                "fF-" + ID + "-" + PARENT + "-01",
                "0x-" + ID + "-" + PARENT + "-01",
                "cc-" + ID + "-" + PARENT + "-01.what-the-future-will-be-like",
                "00_" + ID + "_" + PARENT + "_01",
                "00-" + "0".repeat(32) + "-" + PARENT + "-01",
                "00-" + ID + "-0000000000000000-01",
                "00-" + ID.toUpperCase(Locale.ROOT) + "-" + PARENT + "-01",
                "00-" + ID + "-00F067AA0BA902B7-01",
                "00-" + ID.replace('4', 'g') + "-" + PARENT + "-01",
                "00-" + ID.replace('4', '\u0664') + "-" + PARENT + "-01",
                "00-" + ID + "-" + PARENT + "-0g",
                "00-" + ID + "-" + PARENT + "-.0",
                "x".repeat(60_000));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aBrokenTraceparentCountsAsNoneAndTakesItsStateAlong(String parent) {
        Trace trace = read("traceparent", parent, "tracestate", "a=1", "baggage", "k=v");
        assertThat(trace.traceId()).isNotEqualTo(ID).matches("[0-9a-f]{32}");
        assertThat(trace.parentSpanId()).isEmpty();
        assertThat(trace.isSampled()).isFalse();
        assertWritten(trace, "00");
        assertThat(headers.get("tracestate")).isNull();
        assertThat(headers.get("baggage")).isEqualTo("k=v");
    }

    @Test
    void twoTraceparentsAreNone() {
        Trace trace = read("traceparent", GOOD, "Traceparent", GOOD, "tracestate", "a=1");
        assertThat(trace.traceId()).isNotEqualTo(ID);
        assertWritten(trace, "00");
        assertThat(headers.size()).isEqualTo(1);
    }

    @Test
    void aStateWithoutAParentIsDropped() {
        assertWritten(read("tracestate", "a=1"), "00");
        assertThat(headers.get("tracestate")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-01", "-01-", "-01-what-the-future-will-be-like"})
    void aLaterVersionIsReadAsFarAsItIsKnown(String end) {
        Trace trace = read("traceparent", "cc-" + ID + "-" + PARENT + end);
        assertThat(trace.traceId()).isEqualTo(ID);
        assertWritten(trace, "01");
    }

    @ParameterizedTest
    @ValueSource(strings = {"00 00", "01 01", "02 02", "03 03", "ff 03", "fe 02", "08 00"})
    void unknownFlagsAreNotPassedOn(String cameAndWent) {
        assertWritten(
                read("traceparent", "00-" + ID + "-" + PARENT + "-" + cameAndWent.substring(0, 2)),
                cameAndWent.substring(3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a=1",
                "a=1,b=2",
                " a=1 ,\tb=2 ",
                "a=1,,b=2,",
                "fw529a3039@dt=FfC, 1a-_*/@x=!~",
                "0=!\"#$%&'()*+-./0:;<>?@AZ[\\]^_`az{|}~"
            })
    void aSoundStateIsPassedOnAsItCame(String state) {
        read("traceparent", GOOD, "tracestate", state);
        assertThat(headers.get("tracestate")).isEqualTo(state);
    }

    static Stream<String> brokenStates() {
        return Stream.of(
                "a",
                "=1",
                "a=",
                "a =1",
                "A=1",
                "@a=1",
                "a=1=2",
                "a=1,b",
                "a=\u00e9",
                "a=\u0001",
                "k".repeat(257) + "=1",
                "a=" + "v".repeat(257),
                String.join(
                        ",",
                        IntStream.range(0, 33).mapToObj(i -> "k" + i + "=1").toList()),
                String.join(",", Collections.nCopies(9_000, "x=y")));
    }

    @ParameterizedTest
    @MethodSource("brokenStates")
    void aBrokenStateGoesAloneAndTheTraceGoesOn(String state) {
        assertThat(read("traceparent", GOOD, "tracestate", state).traceId()).isEqualTo(ID);
        assertThat(headers.get("tracestate")).isNull();
    }

    @Test
    void statesInSeveralHeadersStaySo() {
        String many = String.join(
                ",", IntStream.range(0, 16).mapToObj(i -> "k" + i + "=1").toList());
        read("traceparent", GOOD, "tracestate", many, "tracestate", many);
        assertThat(headers.get("tracestate")).isEqualTo(many + "," + many);
        assertThat(headers.size()).isEqualTo(3);
    }

    @Test
    void aStrangerBeginsANewTrace() {
        headers.add("traceparent", GOOD);
        headers.add("tracestate", "a=1");
        Trace trace = Trace.of(headers, how, false);
        assertThat(trace.traceId()).isNotEqualTo(ID);
        assertThat(trace.parentSpanId()).isEmpty();
        assertWritten(trace, "00");
        assertThat(headers.size()).isEqualTo(1);
    }

    @Test
    void eachSampledTryIsTheBackendsParent() {
        Trace trace = read("traceparent", GOOD);
        trace.write(headers);
        List<Long> tries = List.of(trace.attempt(headers), trace.attempt(headers));
        assertThat(tries).doesNotHaveDuplicates();
        assertThat(headers.get("traceparent")).isEqualTo("00-" + ID + "-" + Trace.spanId(tries.get(1)) + "-01");
    }

    @Test
    void aTryThatIsNotSampledIsTheSpanItself() {
        Trace trace = read();
        trace.write(headers);
        assertThat(Trace.spanId(trace.attempt(headers))).isEqualTo(trace.spanId());
        assertWritten(trace, "00");
    }

    @Test
    void whatTheConfigurationTakesOutIsNotPutBack() {
        Trace trace = read("traceparent", GOOD);
        trace.write(headers);
        headers.remove("traceparent");
        trace.attempt(headers);
        assertThat(headers.get("traceparent")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "100, 10000", "25, 2500", "0.5, 50"})
    void aRequestThatNobodyHasDecidedIsDrawn(double percent, int expected) {
        how = sampling(percent);
        long sampled = IntStream.range(0, 10_000)
                .filter(i -> Trace.of(new HeaderList(), how, true).isSampled())
                .count();
        // Six times the standard deviation.
        assertThat((double) sampled).isCloseTo(expected, within(6 * Math.sqrt(expected * (1 - percent / 100))));
    }

    @Test
    void theDrawIsTheSameForAllWhoHaveTheTrace() {
        how = sampling(50, Propagation.B3);
        assertThat(drawn("80f198ee56343ba864fe8b2a57d3eff7")).isFalse();
        assertThat(drawn("80f198ee56343ba8e4fe8b2a57d3eff7")).isFalse();
        assertThat(drawn("ffffffff56343ba834fe8b2a57d3eff7")).isTrue();
    }

    private boolean drawn(String traceId) {
        headers.set("b3", traceId + "-e457b5a2e4d86bd1");
        return read().isSampled();
    }

    @Test
    void whatTheCallerDecidedHolds() {
        how = sampling(100);
        assertThat(read("traceparent", GOOD.replace("-01", "-00")).isSampled()).isFalse();
        how = sampling(0);
        headers.set("traceparent", GOOD);
        assertThat(read().isSampled()).isTrue();
    }

    @Test
    void aStrangerDecidesNothing() {
        headers.add("traceparent", GOOD);
        assertThat(Trace.of(headers, sampling(0), false).isSampled()).isFalse();
        headers.set("traceparent", GOOD.replace("-01", "-00"));
        assertThat(Trace.of(headers, sampling(100), false).isSampled()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"yes, true", "no, false", "'', false"})
    void aHeaderForcesIt(String value, boolean sampled) {
        how = new Tracing(0, Set.of(Propagation.TRACECONTEXT), List.of(new Force("x-trace-me", "yes")), List.of());
        Trace trace = read("X-Trace-Me", value, "traceparent", GOOD.replace("-01", "-00"));
        assertThat(trace.isSampled()).isEqualTo(sampled);
        assertWritten(trace, sampled ? "01" : "00");
    }

    @Test
    void anyValueOfAHeaderMayForceIt() {
        how = new Tracing(0, Set.of(), List.of(new Force("a", "1"), new Force("x-debug-id", "")), List.of());
        assertThat(Trace.of(new HeaderList(), how, true).isSampled()).isFalse();
        assertThat(read("x-debug-id", "7").isSampled()).isTrue();
        assertThat(Trace.of(headers, how, false).isSampled()).isTrue();
    }
}
