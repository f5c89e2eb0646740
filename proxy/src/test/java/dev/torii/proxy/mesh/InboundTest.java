package dev.torii.proxy.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.routing.Speaks;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.RawHttp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is opened to the app. */
@Timeout(60)
@ExtendWith(NoLeaks.class)
final class InboundTest {

    @Test
    void theAppHearsWhoCalls() {
        try (MisbehavingBackend app = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.inbound(app.port());
                RawHttp client = RawHttp.connect(sidecar.port())) {
            sidecar.app(app.port(), Speaks.HTTP).apply();

            client.send("GET /x HTTP/1.1\r\nHost: any\r\nx-forwarded-for: 1.2.3.4\r\nx-request-id: r-1\r\n"
                    + "x-torii-attempt: 2\r\n\r\n");

            assertThat(client.readResponse().header("x-request-id")).isEqualTo("r-1");
            assertThat(app.requests().get(0))
                    .contains("x-forwarded-for: 1.2.3.4, 127.0.0.1\r\n", "x-request-id: r-1\r\n", "Host: any\r\n")
                    .as("which try of its caller's proxy it is")
                    .contains("x-torii-attempt: 2\r\n");
            ExchangeRecord record = sidecar.record();
            assertThat(record.role()).isEqualTo("inbound");
            assertThat(record.client()).isEqualTo("1.2.3.4");
            assertThat(record.peer()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void anIdIsMadeWhenThereIsNone() {
        try (MisbehavingBackend app = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.inbound(app.port());
                RawHttp client = RawHttp.connect(sidecar.port())) {
            sidecar.app(app.port(), Speaks.UNKNOWN).apply();

            client.send("GET /x HTTP/1.1\r\nHost: any\r\n\r\n");

            String id = client.readResponse().header("x-request-id");
            assertThat(app.requests().get(0)).contains("x-request-id: " + id + "\r\n");
            assertThat(sidecar.record().requestId()).isEqualTo(id);
        }
    }

    @Test
    void aPortThatNobodyDeclaredIsLookedAt() {
        try (MisbehavingBackend app = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.inbound(app.port()).apply();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            client.send("GET /x HTTP/1.1\r\nHost: any\r\nx-forwarded-for: 1.2.3.4\r\nx-request-id: r-2\r\n\r\n");

            assertThat(client.readResponse().header("x-request-id")).isEqualTo("r-2");
            assertThat(app.requests().get(0))
                    .contains("x-forwarded-for: 1.2.3.4, 127.0.0.1\r\n", "x-request-id: r-2\r\n");
            ExchangeRecord record = sidecar.record();
            assertThat(record.requestId()).isEqualTo("r-2");
            assertThat(record.client()).isEqualTo("1.2.3.4");
            assertThat(record.status()).isEqualTo(200);
            assertThat(sidecar.unknown).hasValue(0);

            sidecar.app(app.port(), Speaks.HTTP).apply();
            assertThat(client.send("GET /y HTTP/1.1\r\nHost: any\r\n\r\n")
                            .readResponse()
                            .status())
                    .isEqualTo(200);
            assertThat(sidecar.record().service()).as("declared meanwhile").isEqualTo("shop/app");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PING\r\n", "\u0016\u0000 begins like TLS", "GET no version\r\n"})
    void bytesOnAPortThatNobodyDeclaredPassAsTheyAre(String bytes) {
        int length = bytes.length() + 1;
        try (MisbehavingBackend app = MisbehavingBackend.start(
                        peer -> peer.send("<" + new String(peer.read(length), StandardCharsets.ISO_8859_1) + ">"));
                TestSidecar sidecar = TestSidecar.inbound(app.port()).apply()) {
            try (RawHttp client = RawHttp.connect(sidecar.port())) {
                assertThat(client.send(bytes + "\n").readUntil(">")).isEqualTo("<" + bytes + "\n>");
            }
            assertThat(sidecar.record().protocol()).isEqualTo("TCP");
            assertThat(sidecar.unknown).hasValue(1);
        }
    }

    @Test
    void aConnectionToNoPortIsClosed() {
        try (TestSidecar sidecar = TestSidecar.inbound(0).apply();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            assertThat(client.closedWithin(Duration.ofSeconds(10))).isTrue();
        }
    }
}
