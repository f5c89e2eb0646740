package dev.torii.proxy.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.HashKey;
import dev.torii.routing.PathMatch;
import dev.torii.routing.RateLimit;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.RequestView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Several limits at once, edits, shadows, and a store that takes its time; without sockets. */
class RateLimitsTest {

    private static final RateLimit.Store STORE = new RateLimit.Store("redis://r", false);

    private final SlowStore store = new SlowStore();
    private final RateLimits limits = new RateLimits(limit -> store, () -> this.now);
    private final Map<String, String> headers = new HashMap<>(Map.of("x-tenant", "a"));
    private final List<Verdict> verdicts = new ArrayList<>();
    private long now = 1;
    private long generation;

    private static RateLimit limit(String name, int requests, int burst) {
        HashKey key = new HashKey(HashKey.Source.HEADER, "x-tenant");
        return new RateLimit("ns/p/" + name + "@x", name, requests, 1000, burst, key, null, false, List.of());
    }

    private static RateLimit shadow(RateLimit of) {
        return new RateLimit(
                of.id(), of.name(), of.requests(), of.perMs(), of.burst(), of.key(), of.store(), true, of.matches());
    }

    private static RateLimit stored(RateLimit of, RateLimit.Store in) {
        return new RateLimit(
                of.id(), of.name(), of.requests(), of.perMs(), of.burst(), of.key(), in, of.shadow(), of.matches());
    }

    private Limits plan(RateLimit... all) {
        return limits.of(List.of(all), ++generation);
    }

    private Asking ask(Limits plan) {
        Asking asking = plan.ask(new Someone(), Runnable::run, verdicts::add);
        asking.begin();
        return asking;
    }

    private Verdict verdict(Limits plan) {
        ask(plan);
        return verdicts.remove(verdicts.size() - 1);
    }

    private int passing(Limits plan, int requests) {
        int passed = 0;
        for (int i = 0; i < requests; i++) {
            passed += verdict(plan).refusal() == null ? 1 : 0;
        }
        return passed;
    }

    private LimitView view(String name) {
        return limits.views().stream()
                .filter(view -> view.limit().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void allMustLetARequestPassAndTheOthersGetBackWhatTheyGave() {
        Limits plan = plan(limit("wide", 100, 50), limit("narrow", 10, 5));
        assertThat(passing(plan, 200)).isEqualTo(5);
        assertThat(passing(plan(limit("wide", 100, 50)), 200)).isEqualTo(45);
        assertThat(view("wide").allowed()).isEqualTo(50);
        assertThat(view("narrow").refused()).isEqualTo(195);
    }

    @Test
    void aShadowCountsAndTellsNobody() {
        Limits plan = plan(shadow(limit("shy", 10, 5)));
        assertThat(passing(plan, 20)).isEqualTo(20);
        assertThat(verdict(plan).headers()).isEmpty();
        assertThat(view("shy").allowed()).isEqualTo(5);
        assertThat(view("shy").shadow()).isEqualTo(16);
        assertThat(view("shy").refused()).isZero();
    }

    @Test
    void anEditKeepsWhatWasUsed() {
        assertThat(passing(plan(limit("l", 100, 50)), 30)).isEqualTo(30);
        assertThat(passing(plan(limit("l", 100, 100)), 200)).isEqualTo(70);
        assertThat(passing(plan(limit("l", 10, 5)), 200)).isZero();
        now += TimeUnit.MILLISECONDS.toNanos(200);
        assertThat(passing(plan(limit("l", 10, 5)), 200)).isEqualTo(2);
        assertThat(limits.views()).hasSize(1);
    }

    @Test
    void anOlderSnapshotDoesNotUndoAnEdit() {
        RateLimit before = limit("l", 10, 5);
        plan(before);
        Limits plan = plan(limit("l", 10, 50));
        limits.of(List.of(before), 1);
        assertThat(passing(plan, 100)).isEqualTo(50);
    }

    @Test
    void whatIsGoneIsForgottenOnceNothingIsMissing() {
        passing(plan(limit("l", 10, 5)), 5);
        limits.forgetBefore(++generation);
        assertThat(limits.views()).hasSize(1);
        now += TimeUnit.SECONDS.toNanos(1);
        limits.forgetBefore(++generation);
        assertThat(limits.views()).isEmpty();
    }

    @Test
    void theStandardHeadersNameAllThatWereAsked() {
        Verdict passes = verdict(plan(limit("per-tenant", 10, 3), limit("odd \"one\"", 100, 20)));
        assertThat(passes.headers())
                .containsExactly(
                        "ratelimit-policy",
                        "\"per-tenant\";q=10;w=1, \"odd \\\"one\\\"\";q=100;w=1",
                        "ratelimit",
                        "\"per-tenant\";r=2;t=1, \"odd \\\"one\\\"\";r=19;t=1");
        RateLimit slow = new RateLimit("s", "slow", 6, 90_500, 1, null, null, false, List.of());
        Limits plan = plan(slow);
        verdict(plan);
        Verdict refused = verdict(plan);
        assertThat(refused.refusal()).isEqualTo("rate_limited");
        assertThat(refused.headers())
                .containsExactly(
                        "ratelimit-policy", "\"slow\";q=6;w=91", "ratelimit", "\"slow\";r=0;t=16", "retry-after", "16");
    }

    @Test
    void onlyRequestsThatMatchAreCounted() {
        RequestMatch match = new RequestMatch(new PathMatch.Prefix("/x"), "POST", List.of(), List.of());
        RateLimit posts = new RateLimit("p", "p", 1, 1000, 1, null, null, false, List.of(match));
        assertThat(passing(plan(posts), 10)).isEqualTo(10);
        RequestMatch gets = new RequestMatch(new PathMatch.Prefix("/x"), "GET", List.of(), List.of());
        assertThat(passing(plan(new RateLimit("g", "g", 1, 1000, 1, null, null, false, List.of(match, gets))), 10))
                .isEqualTo(1);
    }

    @Test
    void keysAreApartAndThoseWithoutOneShare() {
        Limits plan = plan(limit("l", 10, 5));
        assertThat(passing(plan, 9)).isEqualTo(5);
        headers.put("x-tenant", "b");
        assertThat(passing(plan, 9)).isEqualTo(5);
        headers.put("x-tenant", "long".repeat(1000));
        assertThat(passing(plan, 9)).isEqualTo(5);
        headers.put("x-tenant", "long".repeat(1001));
        assertThat(passing(plan, 9)).isEqualTo(5);
        headers.remove("x-tenant");
        assertThat(passing(plan, 9)).isEqualTo(5);
        headers.put("x-tenant", "");
        assertThat(passing(plan, 9)).isZero();
    }

    @Test
    void aStoreMayAnswerLaterAndIsAskedAfterThoseThatAnswerAtOnce() {
        Limits plan = plan(stored(limit("global", 10, 5), STORE), limit("local", 10, 5));
        ask(plan);
        assertThat(verdicts).isEmpty();
        assertThat(view("local").allowed()).isZero();
        store.answer(Grant.admitted(7, 0));
        assertThat(verdicts).hasSize(1);
        assertThat(verdicts.get(0).headers().get(3)).isEqualTo("\"local\";r=4;t=1, \"global\";r=7;t=0");
        ask(plan);
        store.answer(Grant.refused(0, 0));
        assertThat(verdicts.get(1).refusal()).isEqualTo("rate_limited");
        assertThat(verdicts.get(1).headers()).endsWith("retry-after", "1");
        assertThat(passing(plan(limit("local", 10, 5)), 10))
                .as("one was taken, one put back")
                .isEqualTo(4);
    }

    @Test
    void whoeverGoesWhileItWaitsCostsNothing() {
        Limits plan = plan(stored(limit("global", 10, 5), STORE), limit("local", 10, 5));
        ask(plan).gone();
        store.answer(Grant.admitted(4, 0));
        assertThat(verdicts).isEmpty();
        assertThat(store.givenBack).containsExactly("a");
        assertThat(passing(plan(limit("local", 10, 5)), 10)).isEqualTo(5);
    }

    @Test
    void aStoreThatFailsLeavesEachProxyWithTheWholeLimit() {
        Limits plan = plan(stored(limit("global", 10, 5), STORE));
        store.down = true;
        assertThat(passing(plan, 10)).isEqualTo(5);
        assertThat(view("global").errors()).isEqualTo(10);
        assertThat(store.givenBack).isEmpty();
    }

    @Test
    void orRefusesWhenItIsToldTo() {
        Limits plan = plan(stored(limit("global", 10, 5), new RateLimit.Store("redis://r", true)), limit("l", 9, 9));
        store.down = true;
        Verdict refused = verdict(plan);
        assertThat(refused.refusal()).isEqualTo("rate_limit_store_unavailable");
        assertThat(refused.headers())
                .containsExactly(
                        "ratelimit-policy",
                        "\"l\";q=9;w=1, \"global\";q=10;w=1",
                        "ratelimit",
                        "\"l\";r=8;t=1",
                        "retry-after",
                        "1");
        assertThat(passing(plan(limit("l", 9, 9)), 20)).isEqualTo(9);
    }

    @Test
    void addressesAreCountedByWhatOneSubscriberHas() {
        assertThat(KeyOf.network("10.0.0.1")).isEqualTo("10.0.0.1");
        assertThat(KeyOf.network("10.0.0.1:4711")).isEqualTo("10.0.0.1");
        assertThat(KeyOf.network("::ffff:10.0.0.1")).isEqualTo("10.0.0.1");
        assertThat(KeyOf.network("2001:db8:1:2::1"))
                .isEqualTo(KeyOf.network("[2001:DB8:1:2:ffff:0:0:9]:80"))
                .isNotEqualTo(KeyOf.network("2001:db8:1:3::1"));
        assertThat(KeyOf.network(":::")).isEqualTo(":::");
    }

    /** {@code GET /x} with {@link #headers}. */
    private final class Someone implements Asker, RequestView {
        @Override
        public RequestView request() {
            return this;
        }

        @Override
        public @Nullable String cookie(String name) {
            return null;
        }

        @Override
        public String clientAddress() {
            return "10.0.0.1";
        }

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String host() {
            return "h";
        }

        @Override
        public String path() {
            return "/x";
        }

        @Override
        public @Nullable String header(String name) {
            return headers.get(name);
        }

        @Override
        public @Nullable String query(String name) {
            return null;
        }
    }

    /** Answers when it is told to. */
    private static final class SlowStore implements Buckets {

        private final ArrayDeque<Consumer<Grant>> waiting = new ArrayDeque<>();
        private final List<String> givenBack = new ArrayList<>();
        private boolean down;

        void answer(Grant grant) {
            waiting.removeFirst().accept(grant);
        }

        @Override
        public @Nullable Grant take(String key, Consumer<Grant> later) {
            if (down) {
                return Grant.UNKNOWN;
            }
            waiting.addLast(later);
            return null;
        }

        @Override
        public void giveBack(String key) {
            givenBack.add(key);
        }

        @Override
        public void change(RateLimit limit) {}

        @Override
        public boolean isFull() {
            return true;
        }

        @Override
        public int keys() {
            return 0;
        }

        @Override
        public long crowded() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
