package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcTimeoutTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1m",
        "99999999, 99999999m",
        "100000000, 100000S",
        "100000001, 100001S",
        "100000000000, 27778H",
        "31536000000, 31536000S",
        "360000000000000, 99999999H"
    })
    void isWrittenInEightDigitsAndNeverShortened(long ms, String text) {
        assertThat(GrpcTimeout.format(ms)).isEqualTo(text);
        assertThat(GrpcTimeout.parseMs(text)).isGreaterThanOrEqualTo(Math.min(ms, 99_999_999L * 3_600_000));
    }
}
