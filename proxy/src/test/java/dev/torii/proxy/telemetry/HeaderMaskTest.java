package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderMaskTest {

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
        assertThat(HeaderMask.of(header, Mode.PLAIN).apply("s3cret")).isEqualTo("***");
        assertThat(HeaderMask.of(header, Mode.HASH).apply("s3cret"))
                .startsWith("sha256:")
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-tenant-id", "x-user", "accept", "user-agent", "x-request-id", "etag", "x-cache"})
    void whatIsAskedForIsShown(String header) {
        assertThat(HeaderMask.of(header, Mode.PLAIN).apply("acme")).isEqualTo("acme");
        assertThat(HeaderMask.of(header, Mode.MASK).apply("acme")).isEqualTo("***");
    }

    @Test
    void aHashTellsValuesApartAndIsTheSameEverywhere() {
        HeaderMask mask = HeaderMask.of("x-user", Mode.HASH);
        assertThat(mask.apply("alice")).isEqualTo("sha256:2bd806c97f0e00af");
        assertThat(mask.apply("bob")).isNotEqualTo(mask.apply("alice"));
    }
}
