package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLoggingTest {

    private static AccessLogging when(int minStatus, long slowerThanMs, double samplePercent) {
        return new AccessLogging(List.of(), List.of(), minStatus, slowerThanMs, samplePercent);
    }

    @Test
    void everythingIsWrittenUnlessSomebodySaysOtherwise() {
        assertThat(AccessLogging.DEFAULT.takes(200, 1, -1)).isTrue();
        assertThat(when(500, 1_000, 100).takes(200, 1, -1)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "500, 0, 500, 1, true",
        "500, 0, 499, 1, false",
        "500, 0, 0, 1, false",
        "0, 0, 599, 1000000000, false",
        "0, 20, 200, 20000000, true",
        "0, 20, 200, 19999999, false",
        "500, 20, 503, 1, true",
        "500, 20, 200, 30000000, true",
        "500, 20, 200, 1, false",
    })
    void oneConditionIsEnough(int minStatus, long slowerThanMs, int status, long nanos, boolean taken) {
        assertThat(when(minStatus, slowerThanMs, 0).takes(status, nanos, 0)).isEqualTo(taken);
        assertThat(when(minStatus, slowerThanMs, 0).takes(status, nanos, -1)).isEqualTo(taken);
    }

    @Test
    void aSampleIsAShareOfTheKeysAndTheSameForEqualOnes() {
        long seed = System.nanoTime();
        System.out.println("AccessLoggingTest: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int ten = 0;
        for (int i = 0; i < 100_000; i++) {
            long key = random.nextLong();
            boolean taken = when(0, 0, 10).takes(200, 1, key);
            assertThat(when(0, 0, 10).takes(404, 2, key)).isEqualTo(taken);
            assertThat(!taken || when(0, 0, 25).takes(200, 1, key)).isTrue();
            ten += taken ? 1 : 0;
        }
        assertThat(ten / 1_000.0).isCloseTo(10, within(1.0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "authorization",
                "Proxy-Authorization",
                "cookie",
                "Set-Cookie",
                "x-api-key",
                "X-Auth-Token",
                "x-csrf-token",
                "x-amz-security-token",
                "private-token",
                "x-hub-signature-256",
                "x-client-secret"
            })
    void aCredentialIsNeverPlain(String header) {
        assertThat(Credentials.isNamed(header)).isTrue();
        assertThat(new LoggedHeader(header, Mode.PLAIN).mode()).isEqualTo(Mode.MASK);
        assertThat(new LoggedHeader(header, Mode.HASH).mode()).isEqualTo(Mode.HASH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-tenant-id", "x-user", "accept", "user-agent", "x-request-id", "etag", "x-cache"})
    void othersAreShownAsAsked(String header) {
        assertThat(new LoggedHeader(header, Mode.PLAIN).mode()).isEqualTo(Mode.PLAIN);
    }
}
