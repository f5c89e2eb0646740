package dev.torii.proxy.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.routing.Cluster;
import dev.torii.routing.Cluster.Protocol;
import dev.torii.routing.Endpoint;
import dev.torii.routing.Mesh;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.Snapshot;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When endpoints are asked and what the answers lead to, on a clock that the test winds and with seeded chance. */
class CheckerTest {

    private static final long INTERVAL = 5_000;
    private static final long TIMEOUT = 1_000;
    private static final Endpoint A = new Endpoint("10.0.0.1", 80);
    private static final Endpoint B = new Endpoint("10.0.0.2", 80);
    private static final HealthCheck HOW = new HealthCheck(HealthCheck.Kind.HTTP, "/healthz", INTERVAL, TIMEOUT, 3, 2);

    private final Clock clock = new Clock();
    private final Backends backends = new Backends();
    private final Random random = new Random(20261122);
    private final List<Boolean> heard = new ArrayList<>();
    private final Checker checker = new Checker(clock, backends, random::nextDouble, 4, new ExchangeListener() {
        @Override
        public void ended(ExchangeRecord exchange) {}

        @Override
        public void healthChecked(String service, boolean healthy) {
            heard.add(healthy);
        }
    });
    private final ClusterHealth health = new ClusterHealth(this::begin);
    private Snapshot snapshot = Snapshot.EMPTY;

    private void begin() {
        checker.begin(Asking.KEY, health, snapshot);
    }

    private void serve(HealthCheck how, Endpoint... endpoints) {
        Cluster cluster = Asking.cluster(how, Protocol.AUTO, List.of(endpoints), null);
        snapshot = new Snapshot("v", List.of(), Map.of(Asking.KEY, cluster), Mesh.NONE);
        checker.apply(snapshot);
    }

    private String of(Endpoint endpoint) {
        return health.unhealthyBecause(endpoint);
    }

    /** Time that moves only when told to. */
    private static final class Clock implements Timers {

        private record Due(long at, long order) {}

        private final TreeMap<Due, Runnable> due =
                new TreeMap<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
        private long millis = 1_000_000;
        private long order;

        @Override
        public long nanoTime() {
            return TimeUnit.MILLISECONDS.toNanos(millis);
        }

        @Override
        public Runnable in(long delay, Runnable work) {
            Due key = new Due(millis + delay, order++);
            due.put(key, work);
            return () -> due.remove(key);
        }

        void advance(long by) {
            long end = millis + by;
            while (!due.isEmpty() && due.firstKey().at() <= end) {
                millis = due.firstKey().at();
                due.pollFirstEntry().getValue().run();
            }
            millis = end;
        }
    }

    /** What was asked, and is answered when the test says so. */
    private static final class Backends implements Probe {

        private final class Open {
            private final Question question;
            private final Consumer<String> answer;

            Open(Question question, Consumer<String> answer) {
                this.question = question;
                this.answer = answer;
            }
        }

        private final List<Open> open = new ArrayList<>();
        private final List<Question> asked = new ArrayList<>();
        private int most;

        @Override
        public Runnable ask(Question question, Consumer<String> answer) {
            Open added = new Open(question, answer);
            open.add(added);
            asked.add(question);
            most = Math.max(most, open.size());
            return () -> open.remove(added);
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }

        void answer(Endpoint endpoint, String reason) {
            Open first = open.stream()
                    .filter(it -> it.question.endpoint().equals(endpoint))
                    .findFirst()
                    .orElseThrow();
            first.answer.accept(reason);
        }

        boolean isAsked(Endpoint endpoint) {
            return open.stream().anyMatch(it -> it.question.endpoint().equals(endpoint));
        }
    }

    /** Winds the clock until the endpoint is asked; answers; returns how long it took. */
    private long next(Endpoint endpoint, String reason) {
        long from = clock.millis;
        while (!backends.isAsked(endpoint)) {
            assertThat(clock.millis - from).as("waited for a question").isLessThan(100_000);
            health.use();
            clock.advance(1);
        }
        backends.answer(endpoint, reason);
        return clock.millis - from;
    }

    @Test
    void nobodyIsAskedBeforeTheFirstCall() {
        serve(HOW, A);
        clock.advance(10 * INTERVAL);
        assertThat(backends.asked).isEmpty();
        assertThat(of(A)).isEmpty();

        health.use();
        assertThat(backends.asked)
                .containsExactly(new Probe.Question(snapshot.clusters().get(Asking.KEY), A, HOW));
        assertThat(of(A)).as("healthy while the first answer is awaited").isEmpty();
        health.use();
        assertThat(backends.asked).hasSize(1);
    }

    @Test
    void theFirstAnswerDecidesAloneLaterOnesByThresholds() {
        serve(HOW, A);
        health.use();
        backends.answer(A, "503");
        assertThat(of(A)).isEqualTo("503");

        next(A, "");
        assertThat(of(A)).as("one good answer of two").isEqualTo("503");
        next(A, "timeout");
        assertThat(of(A)).as("the last reason").isEqualTo("timeout");
        next(A, "");
        assertThat(of(A)).as("not in a row").isEqualTo("timeout");
        next(A, "");
        assertThat(of(A)).isEmpty();

        next(A, "500");
        next(A, "500");
        assertThat(of(A)).as("two bad answers of three").isEmpty();
        next(A, "");
        next(A, "500");
        next(A, "500");
        assertThat(of(A)).as("not in a row").isEmpty();
        next(A, "not_serving");
        assertThat(of(A)).isEqualTo("not_serving");
        assertThat(heard).hasSize(11).filteredOn(good -> good).hasSize(4);
    }

    @Test
    void aGoodFirstAnswerChangesNothing() {
        serve(HOW, A);
        health.use();
        backends.answer(A, "");
        next(A, "500");
        next(A, "500");
        assertThat(of(A)).isEmpty();
        next(A, "500");
        assertThat(of(A)).isEqualTo("500");
    }

    @Test
    void noAnswerInTimeIsABadOneAndIsNotAskedTwiceMeanwhile() {
        serve(HOW, A);
        health.use();
        clock.advance(TIMEOUT - 1);
        assertThat(backends.open).hasSize(1);
        assertThat(of(A)).isEmpty();
        clock.advance(1);
        assertThat(of(A)).isEqualTo("timeout");
        assertThat(backends.open).as("hung up").isEmpty();
        assertThat(backends.most).isEqualTo(1);
    }

    @Test
    void anAnswerAfterTheTimeIsNotHeard() {
        serve(HOW, A);
        health.use();
        Backends.Open late = backends.open.get(0);
        clock.advance(TIMEOUT);
        late.answer.accept("");
        assertThat(of(A)).isEqualTo("timeout");
        assertThat(heard).containsExactly(false);
    }

    @Test
    void questionsDriftApartAndKeepTheInterval() {
        Endpoint[] many = IntStream.range(0, 40)
                .mapToObj(i -> new Endpoint("10.0.1." + i, 80))
                .toArray(Endpoint[]::new);
        serve(HOW, many);
        health.use();
        for (Endpoint endpoint : many) {
            backends.answer(endpoint, "");
        }
        List<Integer> perSecond = new ArrayList<>();
        for (int second = 0; second < INTERVAL / 1_000; second++) {
            int before = backends.asked.size();
            for (int ms = 0; ms < 1_000; ms++) {
                clock.advance(1);
                List.copyOf(backends.open).forEach(it -> it.answer.accept(""));
            }
            perSecond.add(backends.asked.size() - before);
        }
        assertThat(perSecond).as("spread over the first interval").allMatch(count -> count >= 2 && count <= 20);

        serve(HOW, many[0]);
        long took = 0;
        for (int i = 0; i < 50; i++) {
            took += next(many[0], "");
        }
        assertThat(took).isBetween(50 * INTERVAL * 95 / 100, 50 * INTERVAL * 105 / 100);
    }

    @Test
    void onlySoManyAreAskedAtOnceAndNobodyIsForgotten() {
        Endpoint[] many = IntStream.range(0, 5_000)
                .mapToObj(i -> new Endpoint("10.1." + i / 250 + "." + i % 250, 80))
                .toArray(Endpoint[]::new);
        serve(HOW, many);
        health.use();
        assertThat(backends.open).hasSize(4);
        for (Endpoint endpoint : many) {
            backends.answer(endpoint, "");
        }
        assertThat(backends.most).isEqualTo(4);
        assertThat(heard).hasSize(many.length);

        serve(HOW, many);
        clock.advance(2 * INTERVAL);
        int asked = backends.asked.size();
        serve(HOW, A); // thousands in line are gone at once
        List.copyOf(backends.open).forEach(it -> it.answer.accept(""));
        assertThat(backends.asked.subList(asked, backends.asked.size()))
                .extracting(Probe.Question::endpoint)
                .containsExactly(A);
    }

    @Test
    void endpointsThatJoinAreAskedAtOnceThoseThatLeaveNoMore() {
        serve(HOW, A);
        health.use();
        backends.answer(A, "500");
        serve(HOW, A, B);
        assertThat(backends.isAsked(B)).isTrue();
        assertThat(backends.isAsked(A)).isFalse();
        assertThat(of(B)).as("gets traffic while it is asked").isEmpty();
        backends.answer(B, "500");
        assertThat(of(B)).isEqualTo("500");

        serve(HOW, B);
        assertThat(of(A)).isEmpty();
        clock.advance(20 * INTERVAL);
        assertThat(backends.asked).filteredOn(q -> q.endpoint().equals(A)).hasSize(1);

        serve(HOW, A, B);
        assertThat(backends.isAsked(A)).isTrue();
        assertThat(of(A)).as("a new one of the same name").isEmpty();
    }

    @Test
    void anEditTakesEffectAtOnceAndItsFirstAnswerDecides() {
        serve(HOW, A);
        health.use();
        backends.answer(A, "404");
        assertThat(of(A)).isEqualTo("404");
        HealthCheck other = new HealthCheck(HealthCheck.Kind.HTTP, "/ready", 60_000, 500, 3, 2);
        serve(other, A);
        assertThat(of(A)).as("until the new question is answered").isEqualTo("404");
        assertThat(backends.asked.get(1).how()).isEqualTo(other);
        backends.answer(A, "");
        assertThat(of(A)).isEmpty();
        next(A, "");
        assertThat(next(A, "")).as("the new interval").isBetween(54_000L, 66_000L);

        health.use();
        serve(HOW, A);
        serve(other, A);
        assertThat(backends.open).as("the question before is taken back").hasSize(1);
    }

    @Test
    void withoutChecksNothingIsKnown() {
        serve(HOW, A);
        health.use();
        backends.answer(A, "500");
        snapshot = Snapshot.EMPTY;
        checker.apply(snapshot);
        assertThat(of(A)).isEmpty();
        assertThat(clock.due).isEmpty();
        health.use();
        assertThat(backends.asked).hasSize(1);

        serve(HOW, A);
        health.use();
        begin();
        assertThat(backends.isAsked(A)).isTrue();
    }

    @Test
    void aClusterThatNobodyCallsIsLeftAloneAndAskedAgainWithTheNextCall() {
        serve(HOW, A);
        health.use();
        while (!clock.due.isEmpty() && clock.millis < 2_000_000) {
            clock.advance(1);
            List.copyOf(backends.open).forEach(it -> it.answer.accept("500"));
        }
        assertThat(clock.due).isEmpty();
        assertThat(clock.millis - 1_000_000).isBetween(300_000L, 312_000L);
        assertThat(of(A)).as("what was known is old").isEmpty();
        int asked = backends.asked.size();

        health.use();
        assertThat(backends.asked).hasSize(asked + 1);
        backends.answer(A, "500");
        assertThat(of(A)).isEqualTo("500");
    }

    @Test
    void closingLeavesNothing() {
        serve(HOW, A, B);
        health.use();
        backends.answer(A, "");
        checker.close();
        assertThat(clock.due).isEmpty();
        assertThat(backends.open).isEmpty();
    }
}
