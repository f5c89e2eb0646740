package dev.torii.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordingTest {

    @ParameterizedTest
    @CsvSource({
        "backendRef, backendRefs, 1",
        "wieght, weight, 1",
        "HOSTNAMES, hostnames, 0",
        "'', abc, 3",
        "abc, '', 3",
        "kitten, sitting, 3",
        "ca, abc, 3"
    })
    void distance(String left, String right, int expected) {
        assertThat(Wording.distance(left, right)).isEqualTo(expected);
        assertThat(Wording.distance(right, left)).isEqualTo(expected);
    }

    @Test
    void suggestsTheNearestAndNothingFar() {
        assertThat(Wording.didYouMean("hostname", List.of("hostnames", "rules", "parentRefs")))
                .isEqualTo(", did you mean `hostnames`?");
        assertThat(Wording.didYouMean("upstream", List.of("hostnames", "rules", "parentRefs")))
                .isEmpty();
        assertThat(Wording.didYouMean("x".repeat(10_000), List.of("x".repeat(10_001))))
                .isEmpty();
        assertThat(Wording.didYouMean("ab", List.of())).isEmpty();
    }

    @Test
    void quotesOnOneShortLine() {
        assertThat(Wording.quote("a\nb\u001b[31m\u2028")).isEqualTo("`a\\u000Ab\\u001B[31m\\u2028`");
        assertThat(Wording.quote("x".repeat(200))).isEqualTo("`" + "x".repeat(80) + "…`");
    }

    @Test
    void listsAlternatives() {
        assertThat(Wording.alternatives(List.of("a"))).isEqualTo("`a`");
        assertThat(Wording.alternatives(List.of("a", "b"))).isEqualTo("`a` or `b`");
        assertThat(Wording.alternatives(List.of("a", "b", "c"))).isEqualTo("`a`, `b` or `c`");
    }
}
