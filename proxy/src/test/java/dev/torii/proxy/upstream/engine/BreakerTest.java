package dev.torii.proxy.upstream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.upstream.engine.Breaker.State;
import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.CircuitBreaking.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BreakerTest {

    private static final long QUICK = 1_000_000;
    private static final long SLOW = 2_000_000_000;

    private final AtomicLong nanos = new AtomicLong(-5_000_000_000L);
    private final List<State> entered = new ArrayList<>();

    private Breaker ofCalls(int window, int minimum, int failurePercent) {
        return breaker(new CircuitBreaking(false, Window.CALLS, window, minimum, failurePercent, 2_000, 80, 10_000, 2));
    }

    private Breaker breaker(CircuitBreaking settings) {
        return new Breaker(settings, nanos::get, entered::add);
    }

    private void pass(long ms) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    private static int permit(Breaker breaker) {
        int permit = breaker.acquire();
        assertThat(permit).isNotEqualTo(Breaker.REFUSED);
        return permit;
    }

    private static void fail(Breaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(permit(breaker), QUICK);
        }
    }

    private static void succeed(Breaker breaker, int times, long took) {
        for (int i = 0; i < times; i++) {
            breaker.succeeded(permit(breaker), took);
        }
    }

    @Test
    void itOpensAtTheRateAndNotBelow() {
        Breaker breaker = ofCalls(10, 10, 50);
        succeed(breaker, 6, QUICK);
        fail(breaker, 4);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        // The window moves on: the first of the good ones is forgotten.
        fail(breaker, 1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        assertThat(entered).containsExactly(State.OPEN);
    }

    @Test
    void aRateMeansNothingBelowTheMinimumOfCalls() {
        Breaker breaker = ofCalls(100, 20, 50);
        fail(breaker, 19);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        fail(breaker, 1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void slowSuccessesOpenItAtTheirOwnRate() {
        Breaker breaker = ofCalls(10, 10, 50);
        succeed(breaker, 2, SLOW - 1);
        succeed(breaker, 7, SLOW);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        succeed(breaker, 1, SLOW);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void slowCallsCountForNothingWhenTheyAreOff() {
        Breaker breaker = breaker(new CircuitBreaking(false, Window.CALLS, 10, 10, 50, 0, 0, 10_000, 2));
        succeed(breaker, 50, 3_600_000_000_000L);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aWindowOfSecondsForgetsWithTime() {
        Breaker breaker = breaker(new CircuitBreaking(false, Window.SECONDS, 5, 4, 50, 0, 0, 10_000, 2));
        fail(breaker, 3);
        pass(5_000);
        fail(breaker, 3);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        pass(3_000);
        fail(breaker, 1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void itIsHalfOpenWhenItsTimeIsOverAlsoWhileNobodyCalls() {
        Breaker breaker = ofCalls(4, 4, 50);
        fail(breaker, 4);
        assertThat(breaker.opensInMs()).isBetween(10_000L, 10_001L);
        pass(9_999);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        pass(2);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.opensInMs()).isZero();
    }

    @Test
    void soManyProbesAndNoMoreDecideWhetherItCloses() {
        Breaker breaker = opened();
        int first = permit(breaker);
        int second = permit(breaker);
        assertThat(Breaker.isProbe(first)).isTrue();
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        breaker.succeeded(first, QUICK);
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        breaker.succeeded(second, QUICK);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(Breaker.isProbe(permit(breaker))).isFalse();
        assertThat(entered).containsExactly(State.OPEN, State.HALF_OPEN, State.CLOSED);
    }

    @Test
    void probesThatFailOpenItForAsLongAgain() {
        Breaker breaker = opened();
        fail(breaker, 2);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.opensInMs()).isBetween(10_000L, 10_001L);
    }

    /** Their clients went away: others may probe instead. */
    @Test
    void aPermitThatIsGivenBackIsAvailableAgain() {
        Breaker breaker = opened();
        int first = permit(breaker);
        permit(breaker);
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        breaker.release(first);
        permit(breaker);
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
    }

    @Test
    void whatWasBegunBeforeItOpenedSaysNothingAboutTheTimeAfter() {
        Breaker breaker = ofCalls(4, 4, 50);
        int old = permit(breaker);
        int older = permit(breaker);
        fail(breaker, 4);
        pass(10_001);
        int probe = permit(breaker);
        breaker.failed(old, SLOW);
        breaker.release(older);
        breaker.failed(old, SLOW);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        permit(breaker);
        assertThat(breaker.acquire()).as("the permit of old is none of these").isEqualTo(Breaker.REFUSED);
        breaker.succeeded(probe, QUICK);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    /** Probes that hang keep nobody out for longer than an open breaker would. */
    @Test
    void probesWithoutAnAnswerCountAsFailedInTheEnd() {
        Breaker breaker = opened();
        int first = permit(breaker);
        permit(breaker);
        pass(10_000);
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        pass(1);
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        pass(10_001);
        succeed(breaker, 2, QUICK);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        breaker.failed(first, SLOW);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    private Breaker opened() {
        Breaker breaker = ofCalls(4, 4, 50);
        fail(breaker, 4);
        pass(10_001);
        return breaker;
    }
}
