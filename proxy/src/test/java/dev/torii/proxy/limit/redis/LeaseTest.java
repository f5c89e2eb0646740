package dev.torii.proxy.limit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.limit.Grant;
import dev.torii.routing.RateLimit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A lease by itself, under a clock that stands still unless told otherwise. */
final class LeaseTest {

    private final AtomicLong clock = new AtomicLong(-5_000_000);
    private final Asked budget = new Asked();
    private final StoreCounts counts = new StoreCounts();
    private final Lease lease = new Lease("k", clock::get, counts);
    private final List<Grant> heard = new ArrayList<>();

    /** Remembers what it is asked. */
    private static final class Asked implements Budget {
        final ArrayDeque<Ask> asks = new ArrayDeque<>();
        boolean answers = true;

        @Override
        public boolean answers() {
            return answers;
        }

        @Override
        public void ask(Ask ask) {
            asks.add(ask);
        }
    }

    private static Terms terms(long requests, long perMs, long burst) {
        return Terms.of(new RateLimit("id", "name", requests, perMs, burst, null, null, false, List.of()));
    }

    private @Nullable Grant take(Terms terms) {
        return lease.take(budget, terms, heard::add);
    }

    private void answer(long granted, long left) {
        Ask ask = budget.asks.remove();
        lease.answered(budget, ask, new Answer(granted, left, left > 0 ? 0 : 2_000, 1_000), clock.get());
    }

    private void pass(long ms) {
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    /** Uses the key every two ms for a while, with a budget that has plenty. */
    private int useSteadily(Terms terms, int times) {
        int waited = 0;
        for (int i = 0; i < times; i++) {
            waited += take(terms) == null ? 1 : 0;
            while (!budget.asks.isEmpty()) {
                Ask ask = budget.asks.peek();
                answer(ask.needed() + ask.extra(), 4_000);
            }
            pass(2);
        }
        return waited;
    }

    @Test
    void firstRequestOfAKeyAsksForItselfOnly() {
        Terms terms = terms(5_000, 1_000, 5_000);
        assertThat(take(terms)).isNull();
        assertThat(budget.asks.peek().needed()).isEqualTo(1);
        assertThat(budget.asks.peek().extra()).isZero();
        answer(1, 4_999);
        assertThat(heard).singleElement().satisfies(grant -> {
            assertThat(grant.answer()).isEqualTo(Grant.Answer.ADMITTED);
            assertThat(grant.left()).isEqualTo(4_999);
            assertThat(grant.fullNanos()).isEqualTo(1_000_000);
        });
    }

    @Test
    void steadyUseIsAnsweredAtOnceAndAskedForAhead() {
        Terms terms = terms(5_000, 1_000, 5_000);
        int first = useSteadily(terms, 50);
        int then = useSteadily(terms, 5_000);
        assertThat(first).as("waited while it grew").isBetween(1, 10);
        assertThat(then).as("waited in steady use").isZero();
        assertThat(counts.view("", true).lost()).isZero();
    }

    @Test
    void requestsThatComeMeanwhileShareTheQuestion() {
        Terms terms = terms(5_000, 1_000, 5_000);
        take(terms);
        take(terms);
        take(terms);
        assertThat(budget.asks).hasSize(1);
        answer(1, 10);
        assertThat(heard).hasSize(1);
        assertThat(budget.asks.peek().needed())
                .as("the two others, in one question")
                .isEqualTo(2);
        answer(2, 8);
        assertThat(heard).hasSize(3).allMatch(grant -> grant.answer() == Grant.Answer.ADMITTED);
    }

    @Test
    void anEmptyBucketRefusesAllWhoWaitAndIsNotAskedAgainTooSoon() {
        Terms terms = terms(1_000, 1_000, 1_000);
        take(terms);
        take(terms);
        answer(0, 0);
        assertThat(heard).hasSize(2).allMatch(grant -> grant.answer() == Grant.Answer.REFUSED);
        assertThat(heard.get(0).waitNanos()).isEqualTo(5_000_000);
        pass(4);
        assertThat(take(terms).answer()).isEqualTo(Grant.Answer.REFUSED);
        assertThat(budget.asks).isEmpty();
        pass(2);
        assertThat(take(terms)).as("it is worth asking again").isNull();
    }

    @Test
    void waitsForTheNextPermitWhenThatTakesLonger() {
        Terms terms = terms(1, 10_000, 1);
        take(terms);
        lease.answered(budget, budget.asks.remove(), new Answer(0, 0, 7_000_000, 7_000_000), clock.get());
        assertThat(heard.get(0).waitNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(7));
    }

    @Test
    void permitsThatNobodyUsesInTimeAreLost() {
        Terms terms = terms(5_000, 1_000, 5_000);
        useSteadily(terms, 500);
        pass(500);
        heard.clear();
        assertThat(take(terms)).as("none is left").isNull();
        assertThat(counts.view("", true).lost()).isBetween(1L, 125L);
    }

    @Test
    void holdsNoMoreThanATwentiethOfTheLimit() {
        Terms terms = terms(1_000, 1_000, 100);
        assertThat(terms.hold()).isEqualTo(5);
        useSteadily(terms, 500);
        take(terms);
        int held = 0;
        while (take(terms) != null) {
            held++;
        }
        assertThat(held).isLessThanOrEqualTo(5);
    }

    @Test
    void anAnswerTooLateAdmitsNobodyWhoHasGoneAndIsHeldWithinTheBound() {
        Terms terms = terms(1_000, 1_000, 100);
        for (int i = 0; i < 30; i++) {
            take(terms);
        }
        Ask first = budget.asks.remove();
        lease.unanswered(first);
        assertThat(heard).hasSize(30).allMatch(grant -> grant == Grant.UNKNOWN);
        lease.answered(budget, first, new Answer(30, 0, 0, 0), clock.get());
        assertThat(heard).hasSize(30);
        assertThat(counts.view("", true).lost()).isEqualTo(25);
        budget.answers = false;
        assertThat(take(terms).answer())
                .as("held permits count, whatever the store does")
                .isEqualTo(Grant.Answer.ADMITTED);
    }

    @Test
    void doesNotWaitForAStoreThatIsDown() {
        budget.answers = false;
        assertThat(take(terms(10, 1_000, 10))).isSameAs(Grant.UNKNOWN);
    }

    @Test
    void neverLetsMoreThanSomeWait() {
        Terms terms = terms(5_000, 1_000, 5_000);
        for (int i = 0; i < Lease.MAX_WAITING; i++) {
            assertThat(take(terms)).isNull();
        }
        assertThat(take(terms)).isSameAs(Grant.UNKNOWN);
    }

    @Test
    void whatIsGivenBackIsForTheNext() {
        Terms terms = terms(10, 1_000, 10);
        take(terms);
        answer(1, 9);
        lease.giveBack(terms);
        assertThat(take(terms).answer()).isEqualTo(Grant.Answer.ADMITTED);
        assertThat(take(terms)).isNull();
    }

    @Test
    void isFullWhenItsBucketIs() {
        Terms terms = terms(10, 1_000, 10);
        assertThat(lease.isFull()).isTrue();
        take(terms);
        assertThat(lease.isFull()).isFalse();
        answer(1, 9);
        assertThat(lease.isFull()).isFalse();
        pass(1);
        assertThat(lease.isFull()).isTrue();
    }
}
