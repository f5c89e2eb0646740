package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RepeatLimitTest {

    private final RepeatLimit limit = new RepeatLimit();
    private final List<String> told = new ArrayList<>();

    @Test
    void aFewPassInEachWindowAndTheRestIsToldAfterwards() {
        for (int i = 0; i < 105; i++) {
            assertThat(admit("boom", i)).isEqualTo(i < RepeatLimit.FREE);
        }
        assertThat(admit("another", 200)).isTrue();
        assertThat(told).isEmpty();
        assertThat(admit("another", RepeatLimit.WINDOW_MS - 1)).isTrue();
        assertThat(told).isEmpty();
        assertThat(admit("another", RepeatLimit.WINDOW_MS)).isTrue();
        assertThat(told).containsExactly("100 boom");
        assertThat(admit("boom", RepeatLimit.WINDOW_MS + 1)).isTrue();
    }

    @Test
    void theLastWindowIsToldAtTheEnd() {
        IntStream.range(0, 7).forEach(i -> admit("boom", i));
        limit.finish((message, count) -> told.add(count + " " + message));
        assertThat(told).containsExactly("2 boom");
    }

    @Test
    void endlesslyDifferentMessagesAreBoundedToo() {
        long passed =
                IntStream.range(0, 100_000).filter(i -> admit("boom " + i, 0)).count();
        assertThat(passed).isEqualTo(RepeatLimit.MAX_KEYS + RepeatLimit.FREE);
        admit("boom", RepeatLimit.WINDOW_MS);
        assertThat(told).hasSize(1);
    }

    private boolean admit(String message, long now) {
        return limit.admit(message, now, (text, count) -> told.add(count + " " + text));
    }
}
