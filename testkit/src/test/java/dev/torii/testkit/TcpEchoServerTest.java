package dev.torii.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import javax.net.ssl.SSLContext;
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

    @Test
    void tellsTheServerNameOverTls() {
        Vertx vertx = Vertx.vertx();
        Certificates.Leaf leaf = Certificates.selfSigned("abc.example.com");
        SSLContext trusting = TlsClients.trusting(leaf.certificatePem());
        try (TcpEchoServer server = TcpEchoServer.startTls(
                        vertx, Pod.of("tcp-backend"), ServerTls.of(leaf.certificatePem(), leaf.keyPem()));
                RawHttp client =
                        RawHttp.connectTls(Listening.HOST, server.port(), trusting, "abc.example.com", List.of())) {
            assertThat(client.readUntil("\n")).isEqualTo(TcpEchoServer.GREETING + "\n");
            assertThat(client.send("IS_TLS\n").readUntil("\n")).isEqualTo("true\n");
            assertThat(client.send("TEST\n").readUntil("\n")).contains("\"serverName\":\"abc.example.com\"");
            assertThat(server.journal().all()).containsExactly("abc.example.com");
        } finally {
            vertx.close().await();
        }
    }
}
