package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ClusterView.Health;
import dev.torii.routing.Backend;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Resilience;
import dev.torii.routing.Resilience.OutlierDetection;
import dev.torii.routing.SessionPersistence;
import dev.torii.routing.Target;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Endpoints that are left out because of errors in a row, and what becomes of their requests. */
class EjectionTest {

    private final Guarded guarded = new Guarded(3);
    private final Guarded.Backend a = guarded.backend();
    private final Guarded.Backend b = guarded.backend();

    @AfterEach
    void close() {
        guarded.close();
    }

    private void serve(int maxPercent, Guarded.Backend... of) {
        guarded.serve(Guarded.with(new OutlierDetection(3, 30_000, maxPercent)), of);
    }

    private void ask(int times) {
        for (int i = 0; i < times; i++) {
            guarded.get();
        }
    }

    /** Asks until that is ejected; its errors come by all event loops. */
    private void ejected(Guarded.Backend bad) {
        for (int i = 0; i < 100 && guarded.view(bad).health() != Health.EJECTED; i++) {
            guarded.get();
        }
        assertThat(guarded.view(bad).health()).isEqualTo(Health.EJECTED);
    }

    @Test
    void soManyErrorsInARowEjectAnEndpointAndTheOthersDoItsWork() {
        serve(50, a.answers(Guarded.BAD), b);
        ejected(a);
        assertThat(a.asked()).isEqualTo(3);
        assertThat(guarded.view(a).ejectedMs()).isEqualTo(30_000);
        guarded.get(20, 200);
        assertThat(a.asked()).isEqualTo(3);
        assertThat(guarded.view().events().ejections()).isEqualTo(1);
    }

    @Test
    void oneSuccessBeginsTheRowAnew() {
        serve(50, a, b);
        for (int i = 0; i < 5; i++) {
            a.answers(Guarded.BAD);
            int until = a.asked() + 2;
            for (int n = 0; n < 100 && a.asked() < until; n++) {
                guarded.get();
            }
            a.answers(Guarded.OK);
            for (int n = 0; n < 100 && a.asked() == until; n++) {
                guarded.get();
            }
        }
        assertThat(guarded.view(a).health()).isEqualTo(Health.HEALTHY);
        assertThat(a.asked()).isEqualTo(15);
    }

    @Test
    void eachTimeIsLongerAndCalmMakesItShorterAgain() {
        serve(50, a.answers(Guarded.BAD), b);
        ejected(a);
        guarded.pass(29_999);
        assertThat(guarded.view(a).health()).isEqualTo(Health.EJECTED);
        guarded.pass(1);
        assertThat(guarded.view(a).health()).isEqualTo(Health.HEALTHY);
        ejected(a);
        assertThat(guarded.view(a).ejectedMs()).isEqualTo(60_000);
        guarded.pass(60_000);
        ejected(a);
        assertThat(guarded.view(a).ejectedMs()).isEqualTo(90_000);
        guarded.pass(90_000 + 2 * 30_000);
        ejected(a);
        assertThat(guarded.view(a).ejectedMs()).isEqualTo(60_000);
        guarded.pass(60_000 + 100 * 30_000);
        ejected(a);
        assertThat(guarded.view(a).ejectedMs()).isEqualTo(30_000);
    }

    @Test
    void thereIsALongestTime() {
        serve(50, a.answers(Guarded.BAD), b);
        for (int i = 1; i <= 12; i++) {
            ejected(a);
            assertThat(guarded.view(a).ejectedMs()).isEqualTo(Math.min(i * 30_000, 300_000));
            guarded.pass(guarded.view(a).ejectedMs());
        }
    }

    @Test
    void notMoreThanItsShareIsEjectedWhateverTheyDo() {
        Guarded.Backend[] four = {a, b, guarded.backend(), guarded.backend()};
        for (Guarded.Backend each : four) {
            each.answers(Guarded.BAD);
        }
        serve(50, four);
        ask(60);
        long out = Arrays.stream(four)
                .filter(each -> guarded.view(each).health() == Health.EJECTED)
                .count();
        assertThat(out).isEqualTo(2);
        assertThat(guarded.view().events().ejections()).isEqualTo(2);
        assertThat(guarded.view().events().panic()).isFalse();
    }

    @Test
    void theLastOneStays() {
        serve(100, a.answers(Guarded.BAD));
        ask(20);
        assertThat(a.asked()).isEqualTo(20);
        assertThat(guarded.view(a).health()).isEqualTo(Health.HEALTHY);
    }

    @Test
    void evenASmallShareIsOneWhileThereAreOthers() {
        serve(1, a.answers(Guarded.BAD), b);
        ejected(a);
        guarded.get(10, 200);
    }

    @Test
    void whenAllAreLeftOutAllAreUsedAndPanicIsSaid() {
        serve(100, a.answers(Guarded.BAD), b.answers(Guarded.BAD));
        ejected(a);
        ejected(b);
        assertThat(guarded.view().events().panic()).isTrue();
        int before = a.asked();
        int beforeOfB = b.asked();
        ask(40);
        assertThat(a.asked() - before).isBetween(5, 35);
        assertThat(b.asked() - beforeOfB).isBetween(5, 35);
        guarded.pass(30_000);
        assertThat(guarded.view().events().panic()).isFalse();
    }

    @Test
    void aPolicyThatGoesTakesItsVerdictsWithIt() {
        serve(50, a.answers(Guarded.BAD), b);
        ejected(a);
        guarded.serve(Resilience.NONE, a, b);
        assertThat(guarded.view(a).health()).isEqualTo(Health.HEALTHY);
    }

    @Test
    void aSessionLeavesAnEndpointThatIsEjected() {
        SessionPersistence session = new SessionPersistence(SessionPersistence.Type.COOKIE, "sid", "/", 0, false);
        serve(50, a, b);
        guarded.proxy
                .clearRoutes()
                .rule(
                        new PathMatch.Prefix("/"),
                        List.of(new Backend(1, new Target.ToCluster("b"), List.of())),
                        Timeouts.NONE,
                        session,
                        null)
                .apply();
        String cookie = java.util.Objects.requireNonNull(guarded.get().header("set-cookie"))
                .split(";")[0];
        Guarded.Backend stuck = a.asked() == 1 ? a : b;
        stuck.answers(Guarded.BAD);
        for (int i = 0; i < 3; i++) {
            assertThat(guarded.get("Cookie: " + cookie + "\r\n").status()).isEqualTo(500);
        }
        assertThat(guarded.view(stuck).health()).isEqualTo(Health.EJECTED);
        RawResponse moved = guarded.get("Cookie: " + cookie + "\r\n");
        assertThat(moved.status()).isEqualTo(200);
        assertThat(moved.header("set-cookie")).startsWith("sid=").doesNotContain(cookie);
    }

    /** Its quick refusals bring it no more of the requests: others with more in flight are asked. */
    @Test
    void whoIsBusyGetsNoMoreForBeingQuickAboutIt() {
        guarded.serve(Resilience.NONE, a, b);
        a.answers("HTTP/1.1 503 No\r\nx-torii-reason: UO queue_full\r\ncontent-length: 0\r\n\r\n");
        try (RawHttp client = guarded.connect()) {
            int refused = 0;
            for (int i = 0; i < 100; i++) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                refused += client.readResponse().status() == 503 ? 1 : 0;
            }
            assertThat(refused).isBetween(1, 25);
        }
    }
}
