package dev.torii.cli.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.cli.stress.MoodyApp.Mood;
import dev.torii.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A asks B, which asks C, which begins to take ten seconds for each answer. A and B have twenty threads each. What has
 * nothing to do with it, what A answers itself, must not notice: not without the policies that we recommend, and so it
 * is shown first that it does.
 *
 * <p>Leaves {@code target/cascade/*.csv}, of which {@code bench/cascade} draws the README's pictures.
 */
@Timeout(240)
final class CascadeTest {

    private static final int THREADS = 20;
    private static final int OWN_PER_SECOND = 50;
    private static final int CALLS_PER_SECOND = 40;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int CALM = Integer.getInteger("cascade.calm", 3);
    private static final int SLOW = Integer.getInteger("cascade.slow", 9);
    private static final int AFTER = Integer.getInteger("cascade.after", 0);
    /** In which nothing is asserted: all threads of A must first be taken, or the policies learn. */
    private static final int LEARNING = 3;

    /** A pause of a shared machine is not ours. */
    private static final long P99_SLACK_MILLIS = Flow.TIMEOUT.toMillis() / 2;

    private static final double ERROR_SLACK = 0.01;
    private static final Duration HEALED = Duration.ofSeconds(30);
    private static final Path RESULTS = Path.of("target", "cascade");
    private static final Path RECOMMENDED = Path.of("..", "src", "policies", "recommended.yaml");

    @TempDir
    private Path folder;

    /** What became of both flows: of A's own while C was well, and of both once it had been slow for a while. */
    private record Course(Figures calm, Figures own, Figures calls) {}

    @Test
    void withoutPoliciesTheWholeOfAFails() throws Exception {
        Course course = run("without", "");

        assertThat(course.calm.errors()).isLessThan(ERROR_SLACK);
        assertThat(course.own.errors()).as("%s", course).isGreaterThan(0.9);
    }

    @Test
    void withTheRecommendedPoliciesTheRestOfANoticesNothing() throws Exception {
        String policies = Files.readString(RECOMMENDED);
        Course course = run("with", policies.replace("reviews", "b") + "\n---\n" + policies.replace("reviews", "c"));

        assertThat(course.own.errors()).as("%s", course).isLessThanOrEqualTo(course.calm.errors() + ERROR_SLACK);
        assertThat(course.own.p99Millis()).as("%s", course).isLessThan(course.calm.p99Millis() + P99_SLACK_MILLIS);
        assertThat(course.calls.failures().keySet())
                .as("%s", course)
                .allMatch(failure -> failure.matches("50[34] (UO|UB|UT|DT) [a-z_]+"))
                .anyMatch(failure -> failure.contains(" UB "));
        assertThat(course.calls.p50Millis()).as("%s", course).isLessThan(P99_SLACK_MILLIS);
    }

    private Course run(String name, String policies) throws IOException {
        try (Mesh mesh = new Mesh(folder.resolve(name))) {
            Pod a = mesh.pod("a", "a", THREADS);
            mesh.pod("b", "b", THREADS);
            Pod c = mesh.pod("c", "c", 10 * THREADS);
            mesh.start(Mesh.resource("cascade.yaml") + "\n---\n" + policies);
            Flow own = mesh.flow(a, "/own", OWN_PER_SECOND);
            Flow calls = mesh.flow(a, "/via/b/via/c/item", CALLS_PER_SECOND);
            warmUp(own, calls);

            long start = System.nanoTime();
            sleepUntil(start + CALM * SECOND);
            c.become(Mood.SLOW);
            long slow = System.nanoTime();
            sleepUntil(slow + SLOW * SECOND);
            c.become(Mood.WELL);
            long well = System.nanoTime();
            if (!policies.isEmpty()) {
                assertHeals(calls);
            }
            sleepUntil(well + AFTER * SECOND);
            write(name, start, System.nanoTime(), own, calls);
            long judged = slow + LEARNING * SECOND;
            long last = well - Flow.TIMEOUT.toNanos();
            return new Course(
                    Figures.of(own.between(start, slow)),
                    Figures.of(own.between(judged, last)),
                    Figures.of(calls.between(judged, last)));
        }
    }

    private static void warmUp(Flow own, Flow calls) {
        long[] from = {System.nanoTime()};
        boolean warm = Await.until(Duration.ofSeconds(30), () -> {
            long now = System.nanoTime();
            if (now - from[0] < SECOND) {
                return false;
            }
            boolean good = Figures.of(own.between(from[0], now)).errors() == 0
                    && Figures.of(calls.between(from[0], now)).errors() == 0;
            from[0] = now;
            return good;
        });
        assertThat(warm).as("all is well before").isTrue();
    }

    private static void assertHeals(Flow calls) {
        assertThat(Await.until(HEALED, () -> {
                    long now = System.nanoTime();
                    return Figures.of(calls.between(now - SECOND, now)).errors() == 0;
                }))
                .as("within " + HEALED)
                .isTrue();
    }

    private static void sleepUntil(long time) {
        Await.until(Duration.ofMinutes(5), () -> System.nanoTime() >= time);
    }

    /** A line for each second. */
    private static void write(String name, long start, long end, Flow own, Flow calls) throws IOException {
        List<String> lines = new ArrayList<>(List.of("second,own_good,own_p50_ms,own_p99_ms,calls_good,calls_p99_ms"));
        for (int second = 0; start + (second + 1) * SECOND <= end; second++) {
            long from = start + second * SECOND;
            Figures mine = Figures.of(own.between(from, from + SECOND));
            Figures called = Figures.of(calls.between(from, from + SECOND));
            lines.add(String.format(
                    Locale.ROOT,
                    "%d,%d,%d,%d,%d,%d",
                    second,
                    mine.good(),
                    mine.p50Millis(),
                    mine.p99Millis(),
                    called.good(),
                    called.p99Millis()));
        }
        Files.createDirectories(RESULTS);
        Files.write(RESULTS.resolve(name + ".csv"), lines);
    }
}
