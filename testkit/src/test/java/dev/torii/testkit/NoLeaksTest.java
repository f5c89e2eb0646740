package dev.torii.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

class NoLeaksTest {

    @Test
    void findsABufferThatNobodyReleased() {
        NoLeaks.collect();
        leak(ByteBufAllocator.DEFAULT.buffer(16));
        assertThat(NoLeaks.collect()).hasSize(1).first().asString().contains("ByteBuf");
        assertThat(NoLeaks.collect()).isEmpty();
        assertThat(NoLeaks.collect()).isEmpty();
    }

    private static void leak(Object buffer) {
        assertThat(buffer).isNotNull();
    }
}
