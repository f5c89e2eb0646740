package dev.torii.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.ConfigFolder;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.GrpcEchoClient;
import dev.torii.testkit.GrpcEchoServer;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call as it is in a mesh: out through the caller's sidecar, in through the callee's. */
class TwoSidecarsTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final ConfigFolder callerFolder = new ConfigFolder();
    private final ConfigFolder calleeFolder = new ConfigFolder();

    @AfterEach
    void stop() {
        callerFolder.close();
        calleeFolder.close();
        TestSidecar.await(vertx.close());
    }

    /** Beside the app that {@code reviews} is. */
    private TestSidecar callee(int app, String appProtocol) {
        calleeFolder.turnTo(Map.of("mesh", MeshYaml.service("reviews", app, appProtocol)));
        return TestSidecar.start(calleeFolder.path(), "shop", "reviews", app);
    }

    /** Beside an app that calls {@code reviews}. */
    private TestSidecar caller(TestSidecar callee, String appProtocol) {
        callerFolder.turnTo(Map.of("mesh", MeshYaml.service("reviews", callee.inbound(), appProtocol)));
        return TestSidecar.start(callerFolder.path(), "shop", "web");
    }

    @Test
    void oneRequestIdInBothLogs() {
        try (EchoBackend app = EchoBackend.start(vertx, Pod.of("reviews"));
                TestSidecar in = callee(app.port(), "http");
                TestSidecar out = caller(in, "http");
                RawHttp web = RawHttp.connect(out.outbound())) {
            RawResponse answer = web.send("GET http://reviews/1 HTTP/1.1\r\nHost: reviews\r\n\r\n")
                    .readResponse();
            assertThat(answer.status()).isEqualTo(200);
            String id = answer.header("x-request-id");
            assertThat(id).isNotEmpty();
            assertThat(answer.body()).contains(id);
            assertThat(Await.until(
                            LIMIT, () -> in.log().endsWith("\n") && out.log().endsWith("\n")))
                    .isTrue();
            JsonObject inbound = new JsonObject(in.log());
            JsonObject outbound = new JsonObject(out.log());
            assertThat(inbound.getString("role")).isEqualTo("inbound");
            assertThat(outbound.getString("role")).isEqualTo("outbound");
            assertThat(inbound.getString("request_id")).isEqualTo(id);
            assertThat(outbound.getString("request_id")).isEqualTo(id);
        }
    }

    @Test
    void grpcWithItsTrailers() {
        try (GrpcEchoServer app = GrpcEchoServer.start(Pod.of("reviews"));
                TestSidecar in = callee(app.port(), "kubernetes.io/h2c");
                TestSidecar out = caller(in, "kubernetes.io/h2c");
                GrpcEchoClient web = GrpcEchoClient.to("127.0.0.1", out.outbound(), "reviews.shop")) {
            GrpcEchoClient.Reply reply = web.call("Echo", Map.of("x-echo-trailer", "kept"));
            assertThat(reply.status().getCode()).isEqualTo(Status.Code.OK);
            assertThat(reply.body().getString("host")).isEqualTo("reviews.shop");
            assertThat(reply.trailers().get(Metadata.Key.of("x-echo-trailer", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo("kept");
            assertThat(web.call("Unheard", Map.of()).status().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        }
    }

    /** Nothing declares HTTP/2: each side speaks what its client does. */
    @Test
    void grpcThatOnlyItsFirstBytesTell() {
        try (GrpcEchoServer app = GrpcEchoServer.start(Pod.of("reviews"));
                TestSidecar in = callee(app.port(), "example.com/unheard");
                TestSidecar out = caller(in, "example.com/unheard");
                GrpcEchoClient web = GrpcEchoClient.to("127.0.0.1", out.outbound(), "reviews")) {
            GrpcEchoClient.Reply reply = web.call("Echo", Map.of("x-echo-trailer", "kept"));
            assertThat(reply.status()).isEqualTo(Status.OK);
            assertThat(reply.trailers().get(Metadata.Key.of("x-echo-trailer", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo("kept");
        }
    }

    /** Of one request that passes two sidecars: as often as the policy says, not twice. */
    @Test
    void aFaultOfAServiceIsMetAtItsCallersSidecarAndNotAtItsOwn() {
        String policy = """
                ---
                apiVersion: torii.dev/v1alpha1
                kind: FaultPolicy
                metadata: {name: rehearsal, namespace: shop}
                spec:
                  targetRefs: [{group: "", kind: Service, name: reviews}]
                  faults: [{name: away, abort: {status: 503}}]
                """;
        try (EchoBackend app = EchoBackend.start(vertx, Pod.of("reviews"))) {
            calleeFolder.turnTo(Map.of("mesh", MeshYaml.service("reviews", app.port()) + policy));
            try (TestSidecar in = TestSidecar.start(calleeFolder.path(), "shop", "reviews", app.port())) {
                callerFolder.turnTo(Map.of("mesh", MeshYaml.service("reviews", in.inbound()) + policy));
                try (TestSidecar out = TestSidecar.start(callerFolder.path(), "shop", "web");
                        RawHttp web = RawHttp.connect(out.outbound());
                        RawHttp direct = RawHttp.connect(in.inbound())) {
                    RawResponse answer = web.send("GET http://reviews/1 HTTP/1.1\r\nHost: reviews\r\n\r\n")
                            .readResponse();
                    assertThat(answer.status()).isEqualTo(503);
                    assertThat(answer.header("x-torii-reason")).isEqualTo("FI injected_abort");
                    assertThat(direct.send("GET /1 HTTP/1.1\r\nHost: reviews\r\n\r\n")
                                    .readResponse()
                                    .status())
                            .isEqualTo(200);
                }
            }
        }
    }

    @Test
    void webSockets() {
        try (EchoBackend app = EchoBackend.start(vertx, Pod.of("reviews"));
                TestSidecar in = callee(app.port(), "http");
                TestSidecar out = caller(in, "http");
                RawHttp web = RawHttp.connect(out.outbound()).timeout(LIMIT)) {
            web.send("GET http://reviews/ws HTTP/1.1\r\nHost: reviews\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(web.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
            // A masked text frame "hi" comes back unmasked.
            web.send(new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'});
            assertThat(web.read(4)).containsExactly(0x81, 2, 'h', 'i');
        }
    }
}
