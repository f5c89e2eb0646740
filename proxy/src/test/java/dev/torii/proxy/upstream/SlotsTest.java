package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlotsTest {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<String> order = new ArrayList<>();

    private Slots.Ticket queue(Slots slots, String name) {
        Slots.Ticket ticket = slots.queue(tasks::add, () -> order.add(name));
        assertThat(ticket).as(name).isNotNull();
        return java.util.Objects.requireNonNull(ticket);
    }

    private void runAll() {
        for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
            next.run();
        }
    }

    @Test
    void soManyAndNoMoreAreLetInAndSoManyAndNoMoreMayWait() {
        Slots slots = new Slots(2, 1);
        assertThat(slots.enter()).isTrue();
        assertThat(slots.enter()).isTrue();
        assertThat(slots.enter()).isFalse();
        queue(slots, "a");
        assertThat(slots.queue(tasks::add, () -> {})).isNull();
        assertThat(slots.inFlight()).isEqualTo(2);
        assertThat(slots.waiting()).isEqualTo(1);
    }

    @Test
    void whoHasWaitedLongestComesNextAndNobodyOvertakes() {
        Slots slots = new Slots(1, 10);
        assertThat(slots.enter()).isTrue();
        queue(slots, "a");
        queue(slots, "b");
        queue(slots, "c");
        slots.leave();
        assertThat(slots.enter()).as("newcomer").isFalse();
        runAll();
        assertThat(order).containsExactly("a");
        slots.leave();
        slots.leave();
        runAll();
        assertThat(order).containsExactly("a", "b", "c");
        assertThat(slots.waiting()).isZero();
        slots.leave();
        assertThat(slots.inFlight()).isZero();
        assertThat(slots.enter()).isTrue();
    }

    @Test
    void whoGivesUpIsPassedOverAndLeavesNothingBehind() {
        Slots slots = new Slots(1, 2);
        assertThat(slots.enter()).isTrue();
        Slots.Ticket gone = queue(slots, "gone");
        queue(slots, "stays");
        assertThat(slots.withdraw(gone)).isTrue();
        assertThat(slots.withdraw(gone)).isFalse();
        assertThat(slots.waiting()).isEqualTo(1);
        slots.leave();
        runAll();
        assertThat(order).containsExactly("stays");
    }

    @Test
    void aSlotThatIsOnItsWayCannotBeGivenUp() {
        Slots slots = new Slots(1, 1);
        assertThat(slots.enter()).isTrue();
        Slots.Ticket ticket = queue(slots, "a");
        slots.leave();
        assertThat(slots.withdraw(ticket)).isFalse();
        assertThat(slots.inFlight()).isEqualTo(1);
    }

    @Test
    void newLimitsKeepTheCounts() {
        Slots slots = new Slots(3, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(slots.enter()).isTrue();
        }
        slots.limit(1, 5);
        queue(slots, "a");
        slots.leave();
        slots.leave();
        runAll();
        assertThat(order).as("still one in flight").isEmpty();
        queue(slots, "b");
        slots.limit(3, 0);
        runAll();
        assertThat(order).containsExactly("a", "b");
        assertThat(slots.inFlight()).isEqualTo(3);
    }

    /**
     * Several event loops at once, seeded: the limit holds at every moment, every waiter is let in or gives up, and in the
     * end all is free. A lost wake-up would leave a waiter that nobody ends.
     */
    @Test
    void noWakeUpIsLostAndTheLimitHoldsOverManyLoops() throws InterruptedException {
        int loops = 4;
        int each = 20_000;
        Slots slots = new Slots(3, 64);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(loops * each);
        List<ScheduledExecutorService> all = new ArrayList<>();
        for (int l = 0; l < loops; l++) {
            ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
            all.add(loop);
            Random random = new Random(42 + l);
            Runnable work = () -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                served.incrementAndGet();
                loop.execute(() -> {
                    now.decrementAndGet();
                    slots.leave();
                    done.countDown();
                });
            };
            for (int i = 0; i < each; i++) {
                loop.execute(() -> tryOnce(slots, loop, random.nextInt(8) == 0, work, refused, done));
            }
        }
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        all.forEach(ExecutorService::shutdownNow);
        assertThat(most.get()).isLessThanOrEqualTo(3);
        assertThat(slots.inFlight()).isZero();
        assertThat(slots.waiting()).isZero();
        assertThat(served.get()).isPositive();
        assertThat(refused.get()).isPositive();
    }

    private static void tryOnce(
            Slots slots,
            ScheduledExecutorService loop,
            boolean impatient,
            Runnable work,
            AtomicInteger refused,
            CountDownLatch done) {
        if (slots.enter()) {
            work.run();
            return;
        }
        Slots.Ticket ticket = slots.queue(loop, work);
        if (ticket == null) {
            refused.incrementAndGet();
            done.countDown();
        } else if (impatient) {
            loop.execute(() -> {
                if (slots.withdraw(ticket)) {
                    refused.incrementAndGet();
                    done.countDown();
                }
            });
        }
    }

    /** One loop always has someone waiting; another's single waiter gets its turn nevertheless. */
    @Test
    void aLoopThatIsNeverIdleDoesNotStarveAnother() {
        Slots slots = new Slots(1, 10);
        assertThat(slots.enter()).isTrue();
        queue(slots, "busy 1");
        queue(slots, "quiet");
        for (int i = 2; i < 6; i++) {
            queue(slots, "busy " + i);
            slots.leave();
            runAll();
        }
        assertThat(order).startsWith("busy 1", "quiet", "busy 2");
    }
}
