package dev.torii.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.ConfigFolder;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A TelemetryPolicy that is edited while a mesh runs: at the caller's sidecar and at the callee's own. */
class LiveTelemetryTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String SECRET = "never-to-be-seen";

    private final Vertx vertx = Vertx.vertx();
    private final EchoBackend app = EchoBackend.start(vertx, Pod.of("reviews"));
    private final ConfigFolder callerFolder = new ConfigFolder();
    private final ConfigFolder calleeFolder = new ConfigFolder();
    private TestSidecar callee;
    private TestSidecar caller;

    @BeforeEach
    void start() {
        calleeFolder.turnTo(Map.of("mesh", MeshYaml.service("reviews", app.port())));
        callee = TestSidecar.start(calleeFolder.path(), "shop", "reviews", app.port());
        callerFolder.turnTo(Map.of("mesh", MeshYaml.service("reviews", callee.inbound())));
        caller = TestSidecar.start(callerFolder.path(), "shop", "web");
    }

    @AfterEach
    void stop() {
        caller.close();
        callee.close();
        app.close();
        callerFolder.close();
        calleeFolder.close();
        TestSidecar.await(vertx.close());
    }

    private void policy(String accessLog) {
        String policy = """
                apiVersion: torii.dev/v1alpha1
                kind: TelemetryPolicy
                metadata: {name: seen, namespace: shop}
                spec:
                  targetRefs: [{group: "", kind: Service, name: reviews}]
                  accessLog: %s
                """.formatted(accessLog);
        turn(callerFolder, callee.inbound(), policy);
        turn(calleeFolder, app.port(), policy);
    }

    private static void turn(ConfigFolder folder, int pod, String policy) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("mesh", MeshYaml.service("reviews", pod));
        files.put("telemetry", policy);
        folder.turnTo(files);
    }

    private void call(String id) {
        try (RawHttp web = RawHttp.connect(caller.outbound())) {
            web.send("GET http://reviews/ HTTP/1.1\r\nHost: reviews\r\nx-request-id: " + id + "\r\nx-user: " + SECRET
                            + "\r\nx-order-id: 42\r\nauthorization: Bearer " + SECRET + "\r\n\r\n")
                    .readResponse();
        }
    }

    private static JsonObject line(TestSidecar sidecar, String id) {
        assertThat(Await.until(
                        LIMIT,
                        () -> sidecar.log().contains("\"" + id + "\"")
                                && sidecar.log().endsWith("\n")))
                .isTrue();
        return sidecar.log()
                .lines()
                .filter(line -> line.contains("\"" + id + "\""))
                .map(JsonObject::new)
                .findFirst()
                .orElseThrow();
    }

    /** Calls until both log what was asked for; in how many milliseconds. */
    private long untilBothLog(String header) {
        long start = System.nanoTime();
        for (int i = 0; System.nanoTime() - start < LIMIT.toNanos(); i++) {
            String id = header + "-" + i;
            call(id);
            if (line(caller, id).getJsonObject("headers", new JsonObject()).containsKey(header)
                    && line(callee, id)
                            .getJsonObject("headers", new JsonObject())
                            .containsKey(header)) {
                return (System.nanoTime() - start) / 1_000_000;
            }
        }
        throw new AssertionError("never logged " + header);
    }

    @Test
    void isSoonInBothLogsAndKeepsSecrets() {
        call("before");
        assertThat(line(caller, "before").containsKey("headers")).isFalse();
        policy("{requestHeaders: [{name: x-order-id}]}");
        long first = untilBothLog("x-order-id");
        policy("{requestHeaders: [{name: x-order-id}, {name: x-user, mode: Hash}, {name: authorization}]}");
        long second = untilBothLog("x-user");
        System.out.println(
                "LiveTelemetryTest: live after " + first + " and " + second + " ms, with the log's own delay");
        assertThat(Math.min(first, second)).isLessThan(300);
        call("last");
        JsonObject out = line(caller, "last").getJsonObject("headers");
        JsonObject in = line(callee, "last").getJsonObject("headers");
        assertThat(out.getString("x-order-id")).isEqualTo("42");
        assertThat(out.getString("authorization")).isEqualTo("***");
        assertThat(out.getString("x-user")).startsWith("sha256:").isEqualTo(in.getString("x-user"));
        for (TestSidecar each : List.of(caller, callee)) {
            assertThat(each.log()).doesNotContain(SECRET);
            assertThat(each.admin("GET /snapshot").body())
                    .contains("x-order-id")
                    .doesNotContain(SECRET);
        }
    }

    @Test
    void conditionsHoldForBothAndTheLiveLogIsTheSame() {
        policy("{requestHeaders: [{name: x-user, mode: Mask}, {name: x-order-id}]}");
        untilBothLog("x-user");
        try (RawHttp live = RawHttp.connect(caller.sidecar().bound().admin()).timeout(LIMIT)) {
            live.send("GET /log HTTP/1.1\r\nHost: localhost\r\n\r\n").readUntil("\r\n\r\n");
            call("seen");
            assertThat(live.readUntil("}\n")).contains("\"seen\"").doesNotContain(SECRET);
            assertThat(line(callee, "seen").getJsonObject("headers").getString("x-user"))
                    .isEqualTo("***");
        }
        policy("{when: {minStatus: 500}}");
        assertThat(Await.until(LIMIT, () -> {
                    call("on-the-way");
                    return caller.admin("GET /snapshot").body().contains("\"minStatus\":500")
                            && callee.admin("GET /snapshot").body().contains("\"minStatus\":500");
                }))
                .isTrue();
        call("quiet");
        app.close();
        call("failed");
        assertThat(line(callee, "failed").getString("flags")).isEqualTo("UF");
        assertThat(line(caller, "failed").getInteger("status")).isEqualTo(503);
        assertThat(caller.log() + callee.log()).doesNotContain("quiet");
    }
}
