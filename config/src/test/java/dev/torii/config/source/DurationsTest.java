package dev.torii.config.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.Durations;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "0s, 0",
        "1ms, 1",
        "500ms, 500",
        "10s, 10000",
        "2m, 120000",
        "1h, 3600000",
        "1h30m, 5400000",
        "1s500ms, 1500",
        "1m1m, 120000",
        "1h2m3s4ms, 3723004",
        "99999h, 359996400000",
        "'', -1",
        "10, -1",
        "s, -1",
        "1.5s, -1",
        "-1s, -1",
        "+1s, -1",
        "1 s, -1",
        "1S, -1",
        "1us, -1",
        "1d, -1",
        "100000s, -1",
        "1s1s1s1s1s, -1",
        "1s2, -1",
        "1m s, -1"
    })
    void millis(String text, long expected) {
        assertThat(Durations.millis(text)).isEqualTo(expected);
        assertThat(Syntax.DURATION.problem(text) == null).isEqualTo(expected >= 0);
    }
}
