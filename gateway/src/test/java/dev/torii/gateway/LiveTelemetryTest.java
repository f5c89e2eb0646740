package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.Yaml;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A TelemetryPolicy that is edited while a gateway runs. */
class LiveTelemetryTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String SECRET = "never-to-be-seen";

    private final Vertx vertx = Vertx.vertx();
    private final EchoBackend web = EchoBackend.start(vertx, Pod.of("web"));

    @TempDir
    Path folder;

    private TestGateway gateway;
    private int calls;

    @BeforeEach
    void start() {
        TestGateway.write(folder, "gateway.yaml", Yaml.gateway(80));
        TestGateway.write(
                folder, "web.yaml", Yaml.all(Yaml.service("web", web.port()), Yaml.route("web", "/web", "web")));
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() {
        gateway.close();
        web.close();
        TestGateway.await(vertx.close());
    }

    private void policy(String accessLog) {
        gateway.write("telemetry.yaml", """
                apiVersion: torii.dev/v1alpha1
                kind: TelemetryPolicy
                metadata: {name: everything}
                spec: {accessLog: %s}
                """.formatted(accessLog));
    }

    /** A request, and its line of the log. */
    private JsonObject call() {
        String path = "/web/" + ++calls;
        try (RawHttp client = RawHttp.connect(gateway.port(80))) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\nx-user: " + SECRET
                            + "\r\nx-order-id: 42\r\nCookie: sid=" + SECRET + "\r\n\r\n")
                    .readResponse();
        }
        String mark = "\"" + path + "\"";
        assertThat(Await.until(
                        LIMIT,
                        () -> gateway.log().contains(mark) && gateway.log().endsWith("\n")))
                .isTrue();
        return gateway.log()
                .lines()
                .filter(line -> line.contains(mark))
                .map(JsonObject::new)
                .findFirst()
                .orElseThrow();
    }

    private long untilLogged(String header) {
        long start = System.nanoTime();
        assertThat(Await.until(
                        LIMIT,
                        () -> call().getJsonObject("headers", new JsonObject()).containsKey(header)))
                .isTrue();
        return (System.nanoTime() - start) / 1_000_000;
    }

    @Test
    void anEditIsSoonInTheLogAndSecretsNever() {
        assertThat(call().containsKey("headers")).isFalse();
        List<Long> liveAfter = new ArrayList<>();
        policy("{requestHeaders: [{name: x-order-id}]}");
        liveAfter.add(untilLogged("x-order-id"));
        policy("{requestHeaders: [{name: x-order-id}, {name: x-user, mode: Hash}]}");
        liveAfter.add(untilLogged("x-user"));
        policy("{requestHeaders: [{name: x-order-id}, {name: x-user, mode: Mask}, {name: cookie}]}");
        liveAfter.add(untilLogged("cookie"));
        System.out.println("a policy was live, and its line written, after (ms) " + liveAfter);
        assertThat(liveAfter.stream().min(Long::compare).orElseThrow()).isLessThan(300);
        JsonObject headers = call().getJsonObject("headers");
        assertThat(headers)
                .isEqualTo(new JsonObject()
                        .put("x-order-id", "42")
                        .put("x-user", "***")
                        .put("cookie", "***"));
        assertThat(gateway.log()).doesNotContain(SECRET);
        try (RawHttp admin = RawHttp.connect(gateway.gateway().adminPort())) {
            assertThat(admin.send("GET /snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .readResponse()
                            .body())
                    .contains("\"x-order-id\"")
                    .doesNotContain(SECRET);
        }
    }
}
