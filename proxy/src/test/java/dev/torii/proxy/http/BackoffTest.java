package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

    private static LongStream draws(long leastMs, int repeat) {
        Random random = new Random(5);
        return LongStream.generate(() -> Backoff.millis(leastMs, repeat, random))
                .limit(20_000);
    }

    /** Both ends are drawn, nothing beyond, and all between alike. */
    @ParameterizedTest
    @CsvSource({
        "100, 1, 100, 200",
        "100, 2, 100, 400",
        "100, 3, 100, 800",
        "100, 4, 100, 1000",
        "100, 1000, 100, 1000",
        "0, 1, 25, 50",
        "0, 9, 25, 250",
        "1, 1, 1, 2"
    })
    void isAtLeastWhatTheRuleSaysAndItsBoundGrowsToTenTimesThat(long leastMs, int repeat, long least, long most) {
        assertThat(draws(leastMs, repeat).min()).hasValue(least);
        assertThat(draws(leastMs, repeat).max()).hasValue(most);
        double middle = (least + most) / 2.0;
        assertThat(draws(leastMs, repeat).average().orElseThrow()).isBetween(middle * 0.97, middle * 1.03);
    }

    @Test
    void theLongestDurationOfTheGatewayApiFits() {
        long hours = 99_999L * 3_600_000;
        assertThat(draws(hours, 9).min().orElseThrow()).isBetween(hours, 10 * hours);
    }
}
