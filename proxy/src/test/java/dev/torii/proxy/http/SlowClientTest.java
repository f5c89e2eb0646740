package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.routing.ListenerSettings;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that hold connections by doing next to nothing (slowloris), and peers that fall silent in the middle. */
class SlowClientTest {

    private final Gate gate = new Gate();

    @AfterEach
    void close() {
        gate.close();
    }

    private void limits(long headerMs, long idleMs) {
        gate.proxy
                .settings(new ListenerSettings(0, false, false, 8192, 65536, 128, 0, headerMs, idleMs, 10_000))
                .apply();
    }

    /** Sends a byte now and then until the proxy has enough of it, and returns what it said. */
    private static String drip(RawHttp client, String bytes) {
        client.timeout(Duration.ofMillis(50));
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            try {
                client.send(bytes.substring(i % bytes.length(), i % bytes.length() + 1));
                said.append(client.readToEnd());
                return said.toString();
            } catch (UncheckedIOException stillOpen) {
                if (!(stillOpen.getCause() instanceof java.net.SocketTimeoutException)) {
                    return said.toString();
                }
                // It says what it has read so far.
                String text = String.valueOf(stillOpen.getCause().getMessage());
                said.append(text.substring(text.indexOf(':') + 2));
            }
        }
        throw new AssertionError("still open after 20 seconds of dripping");
    }

    @Test
    void aHeadThatNeverEndsIsTimedOutOnTheFirstRequest() {
        limits(500, 300_000);
        try (RawHttp client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n");
            timedOut(drip(client, "X-Slow: 1\r\n"));
        }
    }

    /** The client got a 408, and the log tells of it, of which nothing is known but who it was. */
    private void timedOut(String answer) {
        ExchangeRecord record = gate.proxy.record();
        while (record.fault() == null) {
            record = gate.proxy.record();
        }
        assertThat(answer)
                .isEqualTo("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n"
                        + "x-torii-reason: SI header_timeout\r\nx-request-id: " + record.requestId() + "\r\n\r\n");
        assertThat(record.fault()).isEqualTo(Fault.SI);
        assertThat(record.detail()).isEqualTo("header_timeout");
        assertThat(record.status()).isEqualTo(408);
        assertThat(record.method() + record.authority() + record.path() + record.protocol() + record.route())
                .isEmpty();
        assertThat(record.scheme()).isEqualTo("http");
        assertThat(record.client()).isEqualTo("127.0.0.1");
        assertThat(record.requestId()).hasSize(36);
        assertThat(record.durationNanos()).isGreaterThan(500_000_000L);
    }

    @Test
    void aHeadThatNeverEndsIsTimedOutOnALaterRequest() {
        limits(500, 300_000);
        try (RawHttp client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
            timedOut(drip(client, "GET /"));
        }
    }

    @Test
    void aHeadThatBeginsBehindAnotherRequestIsTimedOutToo() {
        limits(500, 300_000);
        try (RawHttp client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /second HT");
            assertThat(client.readResponse().status()).isEqualTo(200);
            timedOut(client.readToEnd());
        }
    }

    @Test
    void anHttp2PrefaceThatNeverEndsIsTimedOut() {
        limits(500, 300_000);
        try (RawHttp client = gate.connect()) {
            client.send("PRI * HTTP/2.0\r\n\r\n");
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(gate.proxy.record().detail()).isEqualTo("header_timeout");
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() {
        limits(300_000, 500);
        try (RawHttp client = gate.connect();
                RawHttp used = gate.connect();
                RawHttp2 http2 = RawHttp2.connect(gate.proxy.port())) {
            used.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(used.readResponse().status()).isEqualTo(200);
            assertThat(client.readToEnd()).isEmpty();
            assertThat(used.readToEnd()).isEmpty();
            http2.awaitEnd();
        }
    }

    @Test
    void aBodyThatStopsIsTimedOut() {
        limits(300_000, 500);
        try (RawHttp client = gate.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
            RawResponse answer = client.readResponse();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.header("x-torii-reason")).isEqualTo("SI stream_idle");
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(gate.proxy.record().fault()).isEqualTo(Fault.SI);
    }

    @Test
    void aBodyThatDripsIsLetThrough() {
        limits(300_000, 1_500);
        try (RawHttp client = gate.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
            for (String piece : "slow".split("")) {
                assertThat(client.closedWithin(Duration.ofMillis(600))).isFalse();
                client.send(piece);
            }
            client.timeout(Duration.ofSeconds(5));
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }

    @Test
    void anHttp2StreamThatStopsIsTimedOutAndTheConnectionStays() {
        limits(300_000, 500);
        try (RawHttp2 client = RawHttp2.connect(gate.proxy.port())) {
            int stream = client.open(false, RawHttp2.head("POST", "/", "content-length", "10"));
            client.data(stream, false, "half");
            assertThat(client.answer(stream).status()).isEqualTo(408);
            assertThat(client.answer(client.request("GET", "/")).status()).isEqualTo(200);
        }
    }

    @Test
    void aBackendThatFallsSilentIsTimedOutBeforeAndWithinItsAnswer() {
        limits(300_000, 500);
        try (MisbehavingBackend silent = MisbehavingBackend.start(Behaviours.stalls());
                MisbehavingBackend half = MisbehavingBackend.start(Behaviours.stallsInBody())) {
            gate.proxy
                    .cluster("silent", silent.port())
                    .cluster("half", half.port())
                    .route("/silent", "silent")
                    .route("/half", "half")
                    .apply();
            try (RawHttp client = gate.connect()) {
                client.send("GET /silent HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse().header("x-torii-reason")).isEqualTo("SI stream_idle");
                assertThat(client.readToEnd()).isEmpty();
            }
            try (RawHttp client = gate.connect()) {
                client.send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readUntil("\r\n\r\nhalf")).startsWith("HTTP/1.1 200 OK\r\n");
                assertThat(client.readToEnd()).isEmpty();
            }
            assertThat(silent.awaitClosed()).isTrue();
            assertThat(half.awaitClosed()).isTrue();
        }
        for (int i = 0; i < 2; i++) {
            ExchangeRecord record = gate.proxy.record();
            assertThat(record.fault()).isEqualTo(Fault.SI);
            assertThat(record.detail()).isEqualTo("stream_idle");
        }
    }

    @Test
    void aConnectionThatIsUsedStaysHoweverLong() {
        limits(1_000, 1_000);
        String upgrade = "GET /0 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
        try (RawHttp2 client = RawHttp2.upgrade(gate.proxy.port(), upgrade)) {
            assertThat(client.answer(1).status()).isEqualTo(200);
            long began = System.nanoTime();
            while (System.nanoTime() - began < 3_000_000_000L) {
                assertThat(client.answer(client.request("GET", "/")).status()).isEqualTo(200);
            }
            client.send(new Http2Frame(Http2Frame.PING, 0, 0, new byte[8]));
            assertThat(client.await(Http2Frame.PING).has(Http2Frame.ACK)).isTrue();
        }
        assertThat(gate.proxy.record().path()).isEqualTo("/0");
        assertThat(gate.proxy.record().path()).as("one record for each").isEqualTo("/");
    }
}
