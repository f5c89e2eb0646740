package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TestProxy;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import org.junit.jupiter.api.Test;

/** Connections that go on in another protocol (RFC 9110, 7.8). */
class UpgradeTest {

    private static final String OFFER =
            "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: first/1, second/2\r\n\r\n";

    @Test
    void theClientIsToldWhichProtocolTheBackendChoseAndThenTheBytesCross() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: second/2\r\n"
                            + "Connection: Upgrade\r\nX-Extra: kept\r\n\r\nhello");
                    connection.send(new String(connection.read(4), java.nio.charset.StandardCharsets.ISO_8859_1));
                });
                TestProxy proxy = new TestProxy()
                        .cluster("chat", backend.port())
                        .route("/", "chat")
                        .apply()) {
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send(OFFER);
                RawResponse answer = client.readResponse();
                assertThat(answer.status()).isEqualTo(101);
                assertThat(answer.header("upgrade")).isEqualTo("second/2");
                assertThat(answer.header("connection")).isEqualToIgnoringCase("upgrade");
                assertThat(answer.header("x-extra")).isEqualTo("kept");
                client.send("ping");
                assertThat(client.readToEnd()).isEqualTo("helloping");
            }
            assertThat(backend.requests().get(0)).contains("\r\nUpgrade: first/1, second/2\r\n");
            ExchangeRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(101);
            assertThat(record.fault()).isNull();
            assertThat(record.bytesIn()).isEqualTo(4);
            assertThat(record.bytesOut()).isEqualTo(9);
        }
    }

    @Test
    void aBackendThatDoesNotSwitchAnswersAsUsual() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(dev.torii.testkit.Behaviours.wellBehaved());
                TestProxy proxy = new TestProxy()
                        .cluster("chat", backend.port())
                        .route("/", "chat")
                        .apply();
                RawHttp client = RawHttp.connect(proxy.port())) {
            client.send(OFFER);
            assertThat(client.readResponse().status()).isEqualTo(200);
            client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }
}
