package dev.torii.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The same on real threads and real time. */
final class ElectionTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Election.Timing QUICK =
            new Election.Timing(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofMillis(50));

    private final MockApi api = new MockApi();
    private final KubernetesClient client = api.client();
    private final List<String> told = new CopyOnWriteArrayList<>();

    private Election start(String name, Election.Timing timing) {
        return Election.start(
                client,
                new Election.Seat("torii-system", "torii-control", name),
                timing,
                () -> told.add(name + " starts"),
                () -> told.add(name + " stops"));
    }

    @AfterEach
    void stop() {
        client.close();
        api.close();
    }

    @Test
    void aLeaderThatClosesStopsFirstAndIsFollowedAtOnce() {
        Election a = start("a", Election.Timing.USUAL);
        assertThat(Await.until(LIMIT, a::leads)).isTrue();
        try (Election b = start("b", Election.Timing.USUAL)) {
            assertThat(Await.until(LIMIT, () -> b.holder().isPresent())).isTrue();
            a.close();
            assertThat(a.leads()).isFalse();
            assertThat(Await.until(LIMIT, () -> told.size() == 3)).isTrue();
            assertThat(b.leads()).isTrue();
        }
        assertThat(told).containsExactly("a starts", "a stops", "b starts", "b stops");
    }

    @Test
    void withTheApiServerAwayTheLeaderStopsAndOnItsReturnStartsAgain() {
        try (Election a = start("a", QUICK)) {
            assertThat(Await.until(LIMIT, () -> told.size() == 1)).isTrue();
            api.answers(500);
            assertThat(Await.until(LIMIT, () -> told.size() == 2)).isTrue();
            assertThat(a.leads()).isFalse();
            api.answers(0);
            assertThat(Await.until(LIMIT, () -> told.size() == 3)).isTrue();
        }
        assertThat(told).containsExactly("a starts", "a stops", "a starts", "a stops");
    }

    @Test
    void closedBeforeItEverLedNothingIsSaid() {
        api.answers(500);
        start("a", QUICK).close();
        assertThat(told).isEmpty();
    }
}
