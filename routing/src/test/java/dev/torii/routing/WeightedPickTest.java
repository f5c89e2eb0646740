package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WeightedPickTest {

    @Test
    void sharesFollowTheWeightsAndZeroGetsNothing() {
        WeightedPick pick = pick(70, 30, 0);
        long seed = System.nanoTime();
        System.out.println("WeightedPickTest: seed " + seed);
        Random random = new Random(seed);
        int[] hits = new int[3];
        for (int i = 0; i < 100_000; i++) {
            hits[pick.pick(random.nextInt() & Integer.MAX_VALUE)]++;
        }
        assertThat(hits[0] / 100_000.0).isCloseTo(0.7, within(0.02));
        assertThat(hits[2]).isZero();
    }

    @Test
    void theEndsOfTheRangeAreInside() {
        assertThat(pick(0, 1, 1_000_000, 0).pick(Integer.MAX_VALUE)).isEqualTo(2);
        assertThat(pick(0, 1, 1_000_000, 0).pick(0)).isEqualTo(1);
        assertThat(pick(1).pick(-1)).isZero();
    }

    @Test
    void withoutAnyWeightThereIsNoPick() {
        assertThat(pick(0, 0).pick(5)).isEqualTo(-1);
        assertThat(pick().pickByKey(5)).isEqualTo(-1);
    }

    @Test
    void aKeyStaysWithTheCanaryWhileItGrows() {
        int onCanary = 0;
        for (int user = 0; user < 10_000; user++) {
            int before = pick(90, 10).pickByKey(user);
            int after = pick(50, 50).pickByKey(user);
            assertThat(before == 1 && after == 0)
                    .as("user %d left the canary", user)
                    .isFalse();
            onCanary += before;
        }
        assertThat(onCanary).as("small consecutive keys spread evenly").isBetween(850, 1_150);
    }

    private static WeightedPick pick(int... weights) {
        List<Backend> backends = new ArrayList<>();
        for (int weight : weights) {
            backends.add(new Backend(weight, new Target.ToCluster("c"), List.of()));
        }
        return WeightedPick.of(backends);
    }
}
