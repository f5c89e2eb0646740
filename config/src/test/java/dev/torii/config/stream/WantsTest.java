package dev.torii.config.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WantsTest {

    private final AtomicLong clock = new AtomicLong();
    private final Wants wants = new Wants(TimeUnit.SECONDS.toNanos(1), clock::get);

    private void pass(long minutes) {
        clock.addAndGet(TimeUnit.MINUTES.toNanos(minutes));
    }

    @Test
    void aPlaceThatDoesNotAnswerHoldsNobodyUpForLong() {
        wants.begin();
        assertThat(wants.ask("tax.shop")).isNotNull();
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(wants.ask("tax.shop")).as("its time is up not yet").isNotNull();
        clock.addAndGet(1);
        assertThat(wants.ask("tax.shop")).isNull();
    }

    @Test
    void whatNobodyCallsIsForgotten() {
        wants.restore(List.of("old.shop", "10.0.0.1"));
        pass(29);
        assertThat(wants.forget()).isFalse();
        wants.called(List.of("10.0.0.1", "never.asked"));
        pass(2);
        assertThat(wants.forget()).isTrue();
        assertThat(wants.sorted()).containsExactly("10.0.0.1");
        assertThat(wants.forget()).as("twice").isFalse();
    }

    /** Of what is nobody's, nobody but the asking tells that it is called. */
    @Test
    void toAskAgainIsToCall() {
        wants.ask("10.0.0.1");
        wants.ask("10.0.0.2");
        pass(20);
        wants.ask("10.0.0.1");
        pass(20);
        assertThat(wants.forget()).isTrue();
        assertThat(wants.sorted()).containsExactly("10.0.0.1");
    }

    @Test
    void whoWaitsForAForgottenPlaceGoesOnAndItMayBeAskedForAgain() {
        wants.begin();
        CompletionStage<Void> answer = wants.ask("tax.shop");
        pass(31);
        assertThat(wants.forget()).isTrue();
        assertThat(answer)
                .isNotNull()
                .satisfies(each -> assertThat(each.toCompletableFuture()).isDone());
        assertThat(wants.takeUnsent()).isEmpty();
        assertThat(wants.ask("tax.shop")).isNotNull();
        assertThat(wants.takeUnsent()).containsExactly("tax.shop");
    }

    @Test
    void whereThereIsNoMoreRoomThoseRestingLongestMakeIt() {
        for (int i = 0; wants.sorted().size() == i; i++) {
            wants.ask("10.0." + i / 250 + "." + i % 250);
        }
        int most = wants.sorted().size();
        assertThat(wants.forget()).as("all were called just now").isFalse();
        pass(4);
        List<String> used = wants.sorted().subList(0, 100);
        wants.called(used);
        wants.ask("new.shop");
        assertThat(wants.sorted()).doesNotContain("new.shop");
        assertThat(wants.forget()).isTrue();
        assertThat(wants.sorted()).hasSize(most - (most + 1) / 2).containsAll(used);
        wants.ask("new.shop");
        assertThat(wants.sorted()).contains("new.shop");
        assertThat(wants.forget()).as("there is room").isFalse();
    }
}
