package dev.torii.proxy.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.routing.Speaks;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.RawHttp;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

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

            client.send("GET /x HTTP/1.1\r\nHost: any\r\nx-forwarded-for: 1.2.3.4\r\nx-request-id: r-1\r\n\r\n");

            assertThat(client.readResponse().header("x-request-id")).isEqualTo("r-1");
            assertThat(app.requests().get(0))
                    .contains("x-forwarded-for: 1.2.3.4, 127.0.0.1\r\n", "x-request-id: r-1\r\n", "Host: any\r\n");
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
    void aPortThatNobodyDeclaredPassesAsBytes() {
        try (MisbehavingBackend app = MisbehavingBackend.start(Behaviours.wellBehaved());
                TestSidecar sidecar = TestSidecar.inbound(app.port()).apply();
                RawHttp client = RawHttp.connect(sidecar.port())) {
            client.send("GET /x HTTP/1.1\r\nHost: any\r\n\r\n");

            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(app.requests().get(0)).isEqualTo("GET /x HTTP/1.1\r\nHost: any\r\n\r\n");
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
