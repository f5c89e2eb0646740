package dev.torii.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.testkit.Await;
import dev.torii.testkit.ConfigFolder;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a sidecar comes, follows its configuration, and leaves. */
class SidecarLifeTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final EchoBackend v1 = EchoBackend.start(vertx, Pod.of("v1"));
    private final EchoBackend v2 = EchoBackend.start(vertx, Pod.of("v2"));
    private final ConfigFolder folder = new ConfigFolder();

    @AfterEach
    void stop() {
        v1.close();
        v2.close();
        folder.close();
        TestSidecar.await(vertx.close());
    }

    private TestSidecar start() {
        return TestSidecar.start(folder.path(), "shop", "web", v1.port());
    }

    private void serve(String... documents) {
        folder.turnTo(Map.of("mesh", String.join("---\n", documents)));
    }

    private String web() {
        return MeshYaml.service("web", v1.port());
    }

    private static String get(String host, String path) {
        return "GET http://" + host + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    private static RawResponse call(TestSidecar sidecar, String host, String path) {
        try (RawHttp app = RawHttp.connect(sidecar.outbound())) {
            return app.send(get(host, path)).readResponse();
        }
    }

    private static void eventually(String what, BooleanSupplier condition) {
        assertThat(Await.until(LIMIT, condition)).as(what).isTrue();
    }

    @Test
    void isReadyWithAFirstSnapshotAndCallsMadeBeforeWaitForIt() {
        serve("kind: [");
        try (TestSidecar sidecar = start();
                RawHttp early = RawHttp.connect(sidecar.outbound());
                RawHttp caller = RawHttp.connect(sidecar.inbound())) {
            RawResponse notYet = sidecar.admin("GET /ready");
            assertThat(notYet.status()).isEqualTo(503);
            assertThat(notYet.body()).isEqualTo("not ready: no readable configuration yet\n");
            early.send(get("reviews", "/early"));
            caller.send(get("web", "/early"));
            assertThat(early.closedWithin(Duration.ofMillis(200))).isFalse();
            serve(web(), MeshYaml.service("reviews", v2.port()));
            assertThat(early.timeout(LIMIT).readResponse().body()).contains("\"service\":\"v2\"");
            assertThat(caller.timeout(LIMIT).readResponse().body()).contains("\"service\":\"v1\"");
            eventually("ready", () -> sidecar.admin("GET /ready").status() == 200);
        }
    }

    @Test
    void anEditOfRoutesHoldsForOpenConnections() {
        serve(web(), MeshYaml.service("reviews", v1.port()), MeshYaml.service("next", v2.port()));
        try (TestSidecar sidecar = start();
                RawHttp app = RawHttp.connect(sidecar.outbound())) {
            assertThat(app.send(get("reviews", "/")).readResponse().body()).contains("\"service\":\"v1\"");
            serve(
                    web(),
                    MeshYaml.service("reviews", v1.port()),
                    MeshYaml.service("next", v2.port()),
                    MeshYaml.route("reviews", "next"));
            eventually(
                    "the route holds",
                    () -> app.send(get("reviews", "/")).readResponse().body().contains("\"service\":\"v2\""));
        }
    }

    @Test
    void aServiceThatGoesLetsItsCallsFinish() {
        serve(web(), MeshYaml.service("reviews", v2.port()));
        try (TestSidecar sidecar = start();
                RawHttp slow = RawHttp.connect(sidecar.outbound())) {
            slow.send(get("reviews.shop", "/slow?delay=2s"));
            eventually("it arrived", () -> !v2.journal().all().isEmpty());
            serve(web());
            // Nothing of the mesh has this name any more, and outside there is none.
            eventually("it is gone", () -> call(sidecar, "reviews.shop", "/").status() != 200);
            RawResponse answer = slow.timeout(LIMIT).readResponse();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("/slow");
        }
    }

    @Test
    void inboundDrainsFirstAndTheAppMayCallOthersMeanwhile() {
        serve(web(), MeshYaml.service("reviews", v2.port()));
        try (TestSidecar sidecar = start();
                RawHttp caller = RawHttp.connect(sidecar.inbound());
                RawHttp app = RawHttp.connect(sidecar.outbound())) {
            caller.send(get("web", "/slow?delay=2s"));
            app.send(get("reviews", "/slower?delay=5s"));
            eventually(
                    "both arrived",
                    () -> v1.journal().all().size() + v2.journal().all().size() == 2);
            assertThat(sidecar.admin("POST /drain").status()).isEqualTo(202);
            assertThat(sidecar.admin("GET /ready").body()).isEqualTo("not ready: draining\n");
            RawResponse last = caller.timeout(LIMIT).readResponse();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.header("connection")).isEqualToIgnoringCase("close");
            eventually("inbound is closed", () -> refuses(sidecar.inbound()));
            assertThat(call(sidecar, "reviews", "/").status()).isEqualTo(200);
            assertThat(sidecar.sidecar().stopped().isComplete()).isFalse();
            assertThat(app.timeout(LIMIT).readResponse().status()).isEqualTo(200);
            TestSidecar.await(sidecar.sidecar().stopped());
            assertThat(refuses(sidecar.outbound())).isTrue();
        }
    }

    @Test
    void quitWaitsForNothingButWhatIsInFlight() {
        serve(web(), MeshYaml.service("reviews", v2.port()));
        try (TestSidecar sidecar = start();
                RawHttp idle = RawHttp.connect(sidecar.outbound());
                RawHttp app = RawHttp.connect(sidecar.outbound())) {
            assertThat(idle.send(get("reviews", "/")).readResponse().status()).isEqualTo(200);
            app.send(get("reviews", "/slow?delay=1s"));
            eventually("it arrived", () -> v2.journal().all().size() == 2);
            assertThat(sidecar.admin("POST /quit").status()).isEqualTo(202);
            assertThat(app.timeout(LIMIT).readResponse().status()).isEqualTo(200);
            TestSidecar.await(sidecar.sidecar().stopped());
        }
    }

    private static boolean refuses(int port) {
        try (RawHttp connection = RawHttp.connect(port)) {
            return connection.localPort() < 0;
        } catch (RuntimeException refused) {
            return true;
        }
    }

    @Test
    void isNotReadyWhileAllWorkersOfTheAppAreBusy() {
        serve(web());
        try (TestSidecar sidecar = TestSidecar.withWorkers(2, folder.path(), "shop", "web", v1.port());
                RawHttp first = RawHttp.connect(sidecar.inbound());
                RawHttp second = RawHttp.connect(sidecar.inbound())) {
            eventually("ready", () -> sidecar.admin("GET /ready").status() == 200);
            assertThat(sidecar.admin("GET /metrics").body())
                    .contains("\ntorii_app_workers 2.0\n", "\ntorii_app_workers_idle 2.0\n");
            first.send(get("web", "/?delay=4s"));
            second.send(get("web", "/?delay=4s"));
            eventually("busy", () -> sidecar.admin("GET /ready").status() == 503);
            assertThat(sidecar.admin("GET /metrics").body()).contains("\ntorii_app_workers_idle 0.0\n");
            assertThat(sidecar.admin("GET /ready").body()).isEqualTo("not ready: no idle worker: the app has 2\n");
            assertThat(first.timeout(LIMIT).readResponse().status()).isEqualTo(200);
            assertThat(second.timeout(LIMIT).readResponse().status()).isEqualTo(200);
            eventually("ready again", () -> sidecar.admin("GET /ready").status() == 200);
        }
    }

    @Test
    void aPortInUseIsOneLine() throws IOException {
        serve(web());
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Sidecar.Address at = new Sidecar.Address("127.0.0.1", taken.getLocalPort());
            assertThatThrownBy(() -> TestSidecar.startAt(at, folder.path(), "shop", "web"))
                    .rootCause()
                    .hasMessageStartingWith("cannot open the inbound port " + at + ": ")
                    .hasMessageContaining("Address already in use")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void adminPagesTellOfBothDirections() {
        serve(web(), MeshYaml.service("reviews", v2.port()), MeshYaml.route("reviews", "web"));
        try (TestSidecar sidecar = start();
                RawHttp caller = RawHttp.connect(sidecar.inbound())) {
            assertThat(caller.send(get("web", "/")).readResponse().status()).isEqualTo(200);
            assertThat(call(sidecar, "reviews", "/").status()).isEqualTo(200);
            assertThat(sidecar.admin("GET /clusters").body())
                    .contains("shop/web:" + v1.port() + "#inbound", "127.0.0.1:" + v1.port(), "\"shop/web:80\"");
            assertThat(sidecar.admin("GET /explain?url=http://reviews.shop/cart")
                            .body())
                    .contains("shop/reviews", "shop/web:80");
            assertThat(sidecar.admin("GET /snapshot").body())
                    .contains(sidecar.sidecar().servedVersion());
        }
    }
}
