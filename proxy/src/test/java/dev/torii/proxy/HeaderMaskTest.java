package dev.torii.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.AccessLogging.LoggedHeader.Mode;
import org.junit.jupiter.api.Test;

class HeaderMaskTest {

    private final HeaderMask mask = new HeaderMask("a-salt-of-a-mesh".getBytes(UTF_8));

    @Test
    void plainIsTheValueAndMaskedIsNothingOfIt() {
        assertThat(mask.show("acme", Mode.PLAIN)).isEqualTo("acme");
        assertThat(mask.show("acme", Mode.MASK)).isEqualTo("***");
        assertThat(mask.show("", Mode.MASK)).isEqualTo("***");
    }

    /** By Python's {@code hmac}. */
    @Test
    void aHashIsTheBeginningOfAnHmac() {
        assertThat(mask.show("alice", Mode.HASH)).isEqualTo("sha256:26d3f32263d344d4");
        assertThat(new HeaderMask("0123456789".repeat(10).getBytes(UTF_8)).show("Zürich", Mode.HASH))
                .isEqualTo("sha256:620cfaebe7f8cb5f");
    }

    @Test
    void whoeverHasAnotherSaltHashesOtherwise() {
        HeaderMask one = HeaderMask.random();
        assertThat(one.show("alice", Mode.HASH))
                .isEqualTo(one.show("alice", Mode.HASH))
                .isNotEqualTo(one.show("bob", Mode.HASH))
                .isNotEqualTo(HeaderMask.random().show("alice", Mode.HASH));
    }
}
