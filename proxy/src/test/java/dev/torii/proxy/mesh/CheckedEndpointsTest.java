package dev.torii.proxy.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ClusterView.EndpointView;
import dev.torii.proxy.ClusterView.Health;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.Speaks;
import dev.torii.testkit.Await;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.RawHttp;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Health checks of a sidecar: of the Services that its app calls, and of no others. */
@ExtendWith(NoLeaks.class)
class CheckedEndpointsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static HealthCheck check(HealthCheck.Kind kind) {
        return new HealthCheck(kind, "/healthz", 50, 5_000, 2, 1);
    }

    /** Answers requests with a name and questions with a status. */
    private static MisbehavingBackend pod(String name, int status) {
        return MisbehavingBackend.start(connection -> {
            while (true) {
                boolean asked = connection.readHead().contains("torii-health/");
                String line = asked ? status + " Status" : "200 OK";
                connection.send("HTTP/1.1 " + line + "\r\ncontent-length: 1\r\n\r\n" + name);
            }
        });
    }

    private static List<String> answers(TestSidecar sidecar) {
        return IntStream.range(0, 20)
                .mapToObj(i -> {
                    try (RawHttp client = RawHttp.connect(sidecar.port())) {
                        client.timeout(Duration.ofSeconds(30)).send("GET / HTTP/1.1\r\nHost: reviews\r\n\r\n");
                        String answer = client.readResponse().body();
                        assertThat(sidecar.record().service()).isEqualTo("shop/reviews");
                        return answer;
                    }
                })
                .distinct()
                .sorted()
                .toList();
    }

    private static void becomesUnhealthy(TestSidecar sidecar, String address, String reason) {
        assertThat(Await.until(
                        PATIENCE,
                        () -> sidecar.endpoints().stream()
                                .anyMatch(it -> it.address().equals(address)
                                        && it.health() == Health.UNHEALTHY
                                        && it.reason().equals(reason))))
                .as(address + " is unhealthy: " + reason)
                .isTrue();
    }

    @Test
    void callsGoToTheHealthyOnesAndWhoIsNotCalledIsNotAsked() {
        try (MisbehavingBackend good = pod("g", 200);
                MisbehavingBackend bad = pod("b", 503);
                MisbehavingBackend stranger = pod("s", 200);
                TestSidecar sidecar = TestSidecar.outbound()) {
            sidecar.checks(check(HealthCheck.Kind.HTTP))
                    .service("reviews", 80, Speaks.HTTP, good.port())
                    .endpoint("reviews", bad.port())
                    .service("stranger", 80, Speaks.HTTP, stranger.port())
                    .apply();
            assertThat(answers(sidecar)).contains("g");
            becomesUnhealthy(sidecar, bad.address(), "503");
            assertThat(answers(sidecar)).containsExactly("g");
            assertThat(sidecar.endpoints())
                    .extracting(EndpointView::health)
                    .containsExactlyInAnyOrder(Health.HEALTHY, Health.UNHEALTHY);
            assertThat(stranger.connections()).isZero();
        }
    }

    @Test
    void bytesGoToWhoTakesConnections() {
        int nobody = FreePort.find();
        try (MisbehavingBackend good = pod("g", 200);
                TestSidecar sidecar = TestSidecar.outbound()) {
            sidecar.checks(check(HealthCheck.Kind.TCP))
                    .service("reviews", 5432, Speaks.TCP, nobody)
                    .endpoint("reviews", good.port())
                    .apply();
            for (int i = 0; i < 10; i++) {
                try (RawHttp client = sidecar.connected("reviews:5432")) {
                    client.timeout(Duration.ofSeconds(30)).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                    assertThat(client.readResponse().body()).isEqualTo("g");
                }
                if (i == 0) {
                    becomesUnhealthy(sidecar, "127.0.0.1:" + nobody, "connection_refused");
                }
            }
        }
    }
}
