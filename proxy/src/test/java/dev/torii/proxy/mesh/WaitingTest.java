package dev.torii.proxy.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The wait for the first configuration, on a clock that stands still; the real one is in OutboundTest. */
class WaitingTest {

    private static final long LIMIT_MS = Waiting.LIMIT.toMillis();

    private final AtomicBoolean configured = new AtomicBoolean();
    private final Waiting waiting = new Waiting(configured::get);
    private final EmbeddedChannel first = new EmbeddedChannel();
    private final List<String> entered = new ArrayList<>();

    @BeforeEach
    void freeze() {
        first.freezeTime();
    }

    @AfterEach
    void close() {
        first.finishAndReleaseAll();
    }

    private void pass(long millis) {
        first.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        first.runScheduledPendingTasks();
    }

    @Test
    void whoWaitsIsServedInTheOrderOfArrival() {
        waiting.enter(first, () -> entered.add("first"));
        waiting.enter(first, () -> entered.add("second"));
        pass(LIMIT_MS - 20);
        assertThat(entered).isEmpty();
        assertThat(first.config().isAutoRead()).isFalse();

        configured.set(true);
        pass(20);

        assertThat(entered).containsExactly("first", "second");
        assertThat(first.config().isAutoRead()).isTrue();
        assertThat(first.isOpen()).isTrue();
        waiting.enter(first, () -> entered.add("third"));
        assertThat(entered).endsWith("third");
    }

    @Test
    void nobodyWaitsForEverWhenNoConfigurationComes() {
        waiting.enter(first, () -> entered.add("first"));
        pass(LIMIT_MS - 20);
        assertThat(first.isOpen()).isTrue();

        pass(20);

        assertThat(first.isOpen()).isFalse();
        configured.set(true);
        pass(LIMIT_MS);
        assertThat(entered).isEmpty();
    }

    @Test
    void notMoreWaitThanThereIsRoomFor() {
        for (int i = 0; i < Waiting.MAX; i++) {
            waiting.enter(first, () -> entered.add("waited"));
        }
        EmbeddedChannel tooMany = new EmbeddedChannel();
        waiting.enter(tooMany, () -> entered.add("too many"));
        assertThat(tooMany.isOpen()).isFalse();

        configured.set(true);
        pass(20);

        assertThat(entered).hasSize(Waiting.MAX).containsOnly("waited");
    }
}
