package dev.torii.cli.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.cli.stress.MoodyApp.Mood;
import dev.torii.testkit.Await;
import dev.torii.testkit.RedisServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four services with sidecars, all of them processes, under a steady load while one part after another fails and comes
 * back: {@code stress/chaos.yaml}. Who calls the other parts must not notice, and who calls that part not for long. All
 * is compared with the same run before anything failed, for the machine is shared.
 *
 * <p>Leaves its table in {@code target/chaos.md}.
 */
@Timeout(300)
final class ChaosTest {

    private static final Map<String, Integer> PER_SECOND = Map.of("cart", 40, "stock", 60, "reviews", 30);
    private static final int THREADS = 24;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long CALM = 4 * SECOND;
    private static final long FAILING = 3 * SECOND;
    /** Within this the broken part is found out: after five errors in a row, or half a window of calls. */
    private static final long DETECTION = 3 * SECOND / 2;
    /** Within this all is as before, once the part is well: left out for a second, and longer the next time. */
    private static final Duration RECOVERY = Duration.ofSeconds(6);

    private static final double ERROR_SLACK = 0.03;
    /**
     * One try that takes too long, and what a machine makes wait that starts two JVMs of ours and builds for others. Where
     * threads run out it is as long as callers wait.
     */
    private static final long P99_SLACK_MILLIS = Flow.TIMEOUT.toMillis() / 2;

    /** Without the limits of stock it is 400 more while stock stalls: half of all calls then wait for a thread. */
    private static final long P50_SLACK_MILLIS = 150;
    /** Of {@code chaos.yaml}; a budget looks ten seconds back. */
    private static final Map<String, Budget> BUDGETS =
            Map.of("cart", new Budget(0.2, 2), "stock", new Budget(0.05, 1), "reviews", new Budget(0.2, 10));

    private static final int BUDGET_SECONDS = 10;
    private static final String STORE_UP = "torii_rate_limit_store_up";
    private static final double GROWTH_BYTES = 16 << 20;

    @TempDir
    private Path folder;

    private final Map<String, Flow> flows = new TreeMap<>();
    private final Map<String, Figures> calm = new TreeMap<>();
    private final SoftAssertions softly = new SoftAssertions();
    private final Summary summary = new Summary();
    private List<Pod> pods = List.of();

    /**
     * @param needs the flow that needs what breaks
     * @param spared whether others can do its work
     */
    private record Fault(String name, String needs, boolean spared, Runnable begin, Runnable end) {}

    private record Budget(double share, int perSecond) {

        private long most(int requestsPerSecond, double seconds) {
            return Math.round(share * requestsPerSecond * (seconds + BUDGET_SECONDS) + perSecond * (seconds + 1));
        }
    }

    @Test
    void whoDoesNotNeedItDoesNotNoticeAndTheRestRecovers() throws IOException {
        try (Mesh mesh = new Mesh(folder);
                RedisServer redis = RedisServer.start(folder)) {
            Pod web = mesh.pod("web", "web", THREADS);
            Pod first = mesh.pod("cart-1", "cart", THREADS);
            Pod second = mesh.pod("cart-2", "cart", THREADS);
            Pod third = mesh.pod("cart-3", "cart", THREADS);
            Pod stock = mesh.pod("stock", "stock", THREADS);
            mesh.pod("reviews", "reviews", THREADS);
            pods = mesh.pods();
            mesh.start(Mesh.resource("chaos.yaml").replace("@redis@", "" + redis.port()));
            PER_SECOND.forEach((name, rate) -> flows.put(name, mesh.flow(web, "/via/" + name + "/item", rate)));
            rehearseAll(List.of(
                    moody("an endpoint stalls", "cart", true, first, Mood.STALLS),
                    moody("an endpoint resets", "cart", true, second, Mood.RESETS),
                    moody("a service answers 500 at 30 %", "stock", false, stock, Mood.FAILS),
                    new Fault("an endpoint is frozen", "cart", true, third::freeze, third::thaw),
                    new Fault("an endpoint is killed", "cart", true, first::close, () -> startAgain(first)),
                    moody("a service stalls", "stock", false, stock, Mood.STALLS),
                    new Fault("Redis is frozen", "reviews", true, redis::freeze, redis::thaw),
                    new Fault("Redis is killed", "reviews", true, redis::kill, redis::startAgain)));
        } finally {
            Files.writeString(Path.of("target", "chaos.md"), summary.toString());
            System.out.println(summary);
        }
        softly.assertAll();
    }

    private static Fault moody(String name, String needs, boolean spared, Pod pod, Mood mood) {
        return new Fault(name, needs, spared, () -> pod.become(mood), () -> pod.become(Mood.WELL));
    }

    private static void startAgain(Pod pod) {
        pod.start();
        pod.awaitReady();
    }

    private Pod web() {
        return pods.get(0);
    }

    private void rehearseAll(List<Fault> faults) {
        baseline();
        double[] memory = memory();
        try (Bounds bounds = new Bounds(web(), List.copyOf(flows.keySet()))) {
            faults.forEach(this::rehearse);
            flows.keySet()
                    .forEach(name -> softly.assertThat(isHealed(name))
                            .as("%s in the end", name)
                            .isTrue());
            bounds.most()
                    .forEach((what, most) -> softly.assertThat(most.seen())
                            .as("most of %s", what)
                            .isLessThanOrEqualTo(most.limit() == 0 ? Long.MAX_VALUE : most.limit()));
            softly.assertThat(bounds.most().get("stock requests").limit()).isEqualTo(8);
            softly.assertThat(bounds.most().get("stock queue").limit()).isEqualTo(12);
        }
        double[] after = memory();
        for (int i = 0; i < memory.length; i++) {
            softly.assertThat(after[i])
                    .as("bytes of the sidecar of %s", pods.get(i).name())
                    .isLessThan(memory[i] + GROWTH_BYTES);
        }
        pods.forEach(pod -> softly.assertThat(pod.errors()).doesNotContain("Exception"));
    }

    private double[] memory() {
        return pods.stream()
                .mapToDouble(pod -> pod.metric("process_resident_memory_bytes"))
                .toArray();
    }

    private void baseline() {
        assertThat(Await.until(
                        Duration.ofSeconds(30), () -> flows.values().stream().allMatch(ChaosTest::isGood)))
                .as("all is well before")
                .isTrue();
        long from = System.nanoTime();
        waitUntil(from + CALM);
        flows.forEach((name, flow) -> {
            calm.put(name, Figures.of(flow.between(from, from + CALM)));
            summary.row("all is well", name, calm.get(name));
        });
        calm.values().forEach(figures -> assertThat(figures.errors()).isLessThan(ERROR_SLACK));
    }

    private void rehearse(Fault fault) {
        Map<Pod, Long> seen = repeats(fault.needs);
        double sent = retries(fault.needs);
        double unheard = storeErrors();
        long began = System.nanoTime();
        fault.begin.run();
        waitUntil(began + FAILING);
        boolean storeIsGone = web().metric(STORE_UP) == 0;
        long broken = System.nanoTime();
        fault.end.run();
        long well = System.nanoTime();
        softly.assertThat(Await.until(RECOVERY, () -> isHealed(fault.needs)))
                .as("%s: all is as before within %s", fault.name, RECOVERY)
                .isTrue();
        long end = System.nanoTime();
        flows.forEach((name, flow) -> {
            Figures all = Figures.of(flow.between(began, end));
            summary.row(fault.name, name, all);
            if (!name.equals(fault.needs)) {
                assertAsBefore(fault, name, all);
            }
        });
        assertFoundOut(fault, Figures.of(flows.get(fault.needs).between(began + DETECTION, broken)));
        double retried = retries(fault.needs) - sent;
        softly.assertThat(storeIsGone || retried + storeErrors() - unheard > 0)
                .as("%s: felt", fault.name)
                .isTrue();
        assertBudget(fault, retried, seen, seconds(end - began));
        summary.healed(seconds(end - well), retried);
    }

    private void assertFoundOut(Fault fault, Figures figures) {
        summary.row("… found out", fault.needs, figures);
        if (fault.spared) {
            assertAsBefore(fault, fault.needs, figures);
        } else {
            softly.assertThat(figures.p99Millis())
                    .as("%s: p99 of who needs it, %s", fault.name, figures)
                    .isLessThan(calm.get(fault.needs).p99Millis() + P99_SLACK_MILLIS);
        }
    }

    /** One that was killed has forgotten its own. */
    private void assertBudget(Fault fault, double sent, Map<Pod, Long> before, double seconds) {
        double most = BUDGETS.get(fault.needs).most(PER_SECOND.get(fault.needs), seconds);
        double seen = repeats(fault.needs).entrySet().stream()
                .mapToDouble(now -> Math.max(0, now.getValue() - before.get(now.getKey())))
                .sum();
        softly.assertThat(sent)
                .as("%s: retries that its caller has sent", fault.name)
                .isLessThanOrEqualTo(most);
        softly.assertThat(seen)
                .as("%s: retries that its apps have seen", fault.name)
                .isLessThanOrEqualTo(most);
    }

    private void assertAsBefore(Fault fault, String flow, Figures figures) {
        softly.assertThat(figures.errors())
                .as("%s: errors of %s, %s", fault.name, flow, figures)
                .isLessThanOrEqualTo(calm.get(flow).errors() + ERROR_SLACK);
        softly.assertThat(figures.p50Millis())
                .as("%s: p50 of %s, %s", fault.name, flow, figures)
                .isLessThan(calm.get(flow).p50Millis() + P50_SLACK_MILLIS);
        softly.assertThat(figures.p99Millis())
                .as("%s: p99 of %s, %s", fault.name, flow, figures)
                .isLessThan(calm.get(flow).p99Millis() + P99_SLACK_MILLIS);
    }

    private double retries(String service) {
        return web().metric("torii_retries_total", "torii_service=\"default/" + service + "\"");
    }

    private double storeErrors() {
        return web().metric("torii_rate_limit_store_errors_total");
    }

    private Map<Pod, Long> repeats(String service) {
        return pods.stream()
                .filter(pod -> pod.service().equals(service))
                .collect(Collectors.toMap(Function.identity(), Pod::repeats));
    }

    private boolean isHealed(String service) {
        JsonObject cluster = web().cluster(service);
        Set<String> good = Set.of("none", "closed", "healthy");
        return good.contains(cluster.getString("breaker"))
                && cluster.getJsonArray("endpoints").stream()
                        .map(JsonObject.class::cast)
                        .allMatch(endpoint -> good.contains(endpoint.getString("breaker"))
                                && good.contains(endpoint.getString("health")))
                && web().metric(STORE_UP) == 1
                && isGood(flows.get(service));
    }

    /** For half a second. */
    private static boolean isGood(Flow flow) {
        long now = System.nanoTime();
        Figures figures = Figures.of(flow.between(now - SECOND / 2, now));
        return figures.count() > 0 && figures.errors() == 0;
    }

    private static double seconds(long nanos) {
        return (double) nanos / SECOND;
    }

    private static void waitUntil(long time) {
        Await.until(Duration.ofMinutes(5), () -> System.nanoTime() >= time);
    }
}
