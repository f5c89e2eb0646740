package dev.torii.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class TcpEchoServerTest {

    @Test
    void greetsAndAnswersLineByLine() {
        Vertx vertx = Vertx.vertx();
        try (TcpEchoServer server = TcpEchoServer.start(vertx, Pod.of("tcp-backend"));
                RawHttp client = RawHttp.connect(server.port())) {
            assertThat(client.readUntil("\n")).isEqualTo(TcpEchoServer.GREETING + "\n");
            assertThat(client.send("PING\n").readUntil("\n")).isEqualTo("PONG\n");
            assertThat(client.send("IS_TLS\n").readUntil("\n")).isEqualTo("false\n");
            assertThat(client.send("hel").send("lo\r\n").readUntil("\n")).isEqualTo("hello\n");
            JsonObject report = new JsonObject(client.send("TEST\n").readUntil("\n"));
            assertThat(report.getString("service")).isEqualTo("tcp-backend");
            assertThat(report.getBoolean("tls")).isFalse();
            assertThat(server.journal().all()).containsExactly("");
        } finally {
            vertx.close().await();
        }
    }
}
