package dev.torii.console.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.console.spans.TraceStore;
import dev.torii.testkit.Await;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exporters that send more at once than there is room for. */
final class OtlpPressureTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final OtlpReceiver receiver = new OtlpReceiver(vertx, new TraceStore(1_000, 1_000_000), 10_000);
    private int port;

    @BeforeEach
    void listen() throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(receiver)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        port = server.actualPort();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void areToldToComeBackUntilThereIsRoom() {
        try (RawHttp first = RawHttp.connect(port)) {
            sendAllButOne(first);
            RawResponse second = post(2_000);
            assertThat(second.status()).isEqualTo(429);
            assertThat(second.header("retry-after")).isEqualTo("1");
            // Fields that nobody knows, which is fine.
            assertThat(first.send("x").readResponse().status()).isEqualTo(200);
        }
        assertThat(Await.until(PATIENCE, () -> post(9_000).status() == 200)).isTrue();
    }

    @Test
    void whoLeavesMidwayGivesItsRoomBack() {
        try (RawHttp first = RawHttp.connect(port)) {
            sendAllButOne(first);
            assertThat(post(2_000).status()).isEqualTo(429);
        }
        assertThat(Await.until(PATIENCE, () -> post(9_000).status() == 200)).isTrue();
    }

    /** Nobody else's bytes may come between: whoever passes the bound is told to come back. */
    private void sendAllButOne(RawHttp client) {
        client.send(head(9_000) + "x".repeat(8_999));
        assertThat(Await.until(PATIENCE, () -> receiver.pendingBytes() == 8_999))
                .isTrue();
    }

    private RawResponse post(int length) {
        try (RawHttp http = RawHttp.connect(port)) {
            return http.send(head(length) + "x".repeat(length)).readResponse();
        }
    }

    private static String head(int length) {
        return "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\ncontent-length: "
                + length + "\r\n\r\n";
    }
}
