package dev.torii.proxy.upstream.health;

import static dev.torii.proxy.TestProxy.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ClusterView.EndpointView;
import dev.torii.proxy.ClusterView.Health;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Resilience;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.testkit.Await;
import dev.torii.testkit.Listening;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.RawHttp;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What health checks do to the traffic of a proxy with two event loops. */
@ExtendWith(NoLeaks.class)
class HealthTrafficTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HealthCheck HOW = check("/healthz");

    private final TestProxy proxy = new TestProxy(2);
    private final Pod a = new Pod("a");
    private final Pod b = new Pod("b");

    @AfterEach
    void close() {
        proxy.close();
        a.backend.close();
        b.backend.close();
    }

    /** Answers requests with its name, and questions with a status that the test sets. */
    private static final class Pod {

        private final AtomicInteger status = new AtomicInteger(200);
        private final AtomicInteger questions = new AtomicInteger();
        private final MisbehavingBackend backend;

        Pod(String name) {
            backend = MisbehavingBackend.start(connection -> {
                while (true) {
                    String head = connection.readHead();
                    boolean asked = head.contains("torii-health/");
                    if (asked) {
                        questions.incrementAndGet();
                    }
                    String line = asked ? status + " Status" : "200 OK";
                    connection.send("HTTP/1.1 " + line + "\r\ncontent-length: 1\r\n\r\n" + name);
                }
            });
        }
    }

    private static HealthCheck check(String path) {
        return new HealthCheck(HealthCheck.Kind.HTTP, path, 50, 5_000, 2, 1);
    }

    private void serve(@Nullable HealthCheck how, Pod... pods) {
        List<Endpoint> endpoints = Arrays.stream(pods)
                .map(pod -> new Endpoint(Listening.HOST, pod.backend.port()))
                .toList();
        proxy.cluster(new Cluster(
                        "b",
                        "default/b",
                        Cluster.Protocol.AUTO,
                        endpoints,
                        LoadBalancing.DEFAULT,
                        ConnectionSettings.DEFAULT,
                        null,
                        null,
                        new Resilience(null, null, null, how, Resilience.RetryBudget.DEFAULT)))
                .clearRoutes()
                .route("/", "b")
                .apply();
    }

    private String get() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.timeout(Duration.ofSeconds(30)).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            return client.readResponse().body();
        }
    }

    private List<String> someAnswers() {
        return Stream.generate(this::get).limit(30).distinct().sorted().toList();
    }

    private EndpointView view(Pod pod) {
        return await(proxy.plane().clusters()).get(0).endpoints().stream()
                .filter(endpoint -> endpoint.address().equals(pod.backend.address()))
                .findFirst()
                .orElseThrow();
    }

    private static void eventually(String what, BooleanSupplier condition) {
        assertThat(Await.until(PATIENCE, condition)).as(what).isTrue();
    }

    private void eventually(Pod pod, Health health, String reason) {
        eventually(pod.backend.address() + " is " + health + " " + reason, () -> {
            EndpointView view = view(pod);
            return view.health() == health && view.reason().equals(reason);
        });
    }

    @Test
    void trafficLeavesAnUnhealthyEndpointAndComesBack() {
        serve(HOW, a, b);
        assertThat(someAnswers()).containsExactly("a", "b");

        a.status.set(503);
        eventually(a, Health.UNHEALTHY, "503");
        assertThat(someAnswers()).containsExactly("b");
        assertThat(view(b).health()).isEqualTo(Health.HEALTHY);

        a.status.set(200);
        eventually(a, Health.HEALTHY, "");
        assertThat(someAnswers()).containsExactly("a", "b");
        for (int i = 0; i < 90; i++) {
            assertThat(proxy.record().status()).isEqualTo(200); // questions are nobody's requests
        }
    }

    @Test
    void whenAllAreUnhealthyAllAreUsed() {
        serve(HOW, a, b);
        get();
        a.status.set(500);
        b.status.set(404);
        eventually(a, Health.UNHEALTHY, "500");
        eventually(b, Health.UNHEALTHY, "404");
        assertThat(await(proxy.plane().clusters()).get(0).events().panic()).isTrue();
        assertThat(someAnswers()).containsExactly("a", "b");
    }

    @Test
    void onlyWhoIsCalledIsAskedAndOnceForAllEventLoops() {
        serve(new HealthCheck(HealthCheck.Kind.HTTP, "/healthz", 3_600_000, 5_000, 2, 1), a, b);
        assertThat(a.questions.get() + b.questions.get()).isZero();
        someAnswers();
        eventually("asked", () -> a.questions.get() + b.questions.get() == 2);
        someAnswers();
        assertThat(a.questions.get()).isEqualTo(1);
    }

    @Test
    void editsAreFollowed() {
        serve(null, a);
        assertThat(get()).isEqualTo("a");
        assertThat(a.questions.get()).isZero();

        a.status.set(503);
        serve(HOW, a, b);
        eventually("called", () -> get().equals("b"));
        eventually(a, Health.UNHEALTHY, "503");
        eventually(
                "asked for /healthz",
                () -> a.backend.requests().stream().anyMatch(head -> head.startsWith("GET /healthz ")));

        serve(check("/ready"), a, b);
        eventually(
                "asked for /ready",
                () -> a.backend.requests().stream().anyMatch(head -> head.startsWith("GET /ready ")));

        serve(null, a, b);
        eventually(a, Health.HEALTHY, "");
        int asked = a.questions.get();
        assertThat(someAnswers()).containsExactly("a", "b");
        assertThat(a.questions.get()).isLessThanOrEqualTo(asked + 1); // one may have been on its way

        proxy.clearRoutes();
    }

    @Test
    void closingEndsAllQuestions() {
        serve(HOW, a, b);
        get();
        eventually("asked", () -> a.questions.get() > 1);
        await(proxy.plane().close());
        assertThat(a.backend.awaitClosed()).isTrue();
        int asked = a.questions.get();
        assertThat(Await.until(Duration.ofMillis(300), () -> a.questions.get() > asked))
                .as("asked again")
                .isFalse();
    }
}
