package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 0",
                "gzip | 1",
                "br, GZip;q=0.5 | 0.5",
                "gzip;q=0 | 0",
                "gzip ; q=0.000, br | 0",
                "gzip;level=9; q=0.25 | 0.25",
                "gzip;q=0.2,gzip;level=1;q=0.9 | 0.9",
                "gzip;q=2 | 0",
                "gzip;q=NaN | 0",
                "gzip;q= | 0",
                "notgzip, * | 0",
                "';;,,;q=1' | 0",
            })
    void whatIsWantedHowMuch(String header, double quality) {
        assertThat(Accept.quality(header, "gzip")).isEqualTo(quality);
    }
}
