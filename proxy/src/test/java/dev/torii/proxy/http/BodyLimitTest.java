package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.ListenerSettings;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies that turn out longer than allowed: 413, and the backend never has a whole request. */
class BodyLimitTest {

    private static final int LIMIT = 50_000;

    private final MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.stalls());
    private final TestProxy proxy = new TestProxy();

    @BeforeEach
    void open() {
        ListenerSettings d = ListenerSettings.DEFAULT;
        proxy.settings(new ListenerSettings(
                        0, false, false, 8192, 65536, 128, LIMIT, d.headerTimeoutMs(), d.idleTimeoutMs(), 10_000))
                .cluster("backend", backend.port())
                .route("/", "backend")
                .apply();
    }

    @AfterEach
    void close() {
        proxy.close();
        backend.close();
    }

    private void recorded() {
        ExchangeRecord record = proxy.record();
        assertThat(record.fault()).isEqualTo(Fault.TL);
        assertThat(record.detail()).isEqualTo("body_too_large");
        assertThat(record.status()).isEqualTo(413);
        assertThat(record.bytesIn()).isGreaterThan(LIMIT);
        assertThat(backend.awaitClosed()).isTrue();
    }

    @Test
    void midwayInHttp1() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("c350\r\n" + "x".repeat(LIMIT) + "\r\n");
            assertThat(backend.awaitRequests(1)).isTrue();
            client.send("1\r\ny\r\n");
            RawResponse answer = client.readResponse();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("x-torii-reason")).isEqualTo("TL body_too_large");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.closedWithin(Duration.ofSeconds(5))).isTrue();
        }
        recorded();
    }

    @Test
    void midwayInHttp2() {
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            int stream = client.open(false, RawHttp2.head("POST", "/"));
            for (int i = 0; i < 10; i++) {
                client.data(stream, false, "x".repeat(LIMIT / 10));
            }
            assertThat(backend.awaitRequests(1)).isTrue();
            client.data(stream, false, "y");
            refused(client, stream);
        }
        recorded();
    }

    private static void refused(RawHttp2 client, int stream) {
        Http2Answer answer = client.answer(stream);
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.header("x-torii-reason")).isEqualTo("TL body_too_large");
        if (answer.resetCode() < 0) {
            assertThat(client.await(Http2Frame.RST_STREAM).errorCode()).isEqualTo(Http2Frame.NO_ERROR);
        }
    }

    @Test
    void aBodyThatComesWithItsHeadIsMeasuredToo() {
        proxy.settings(new ListenerSettings(0, false, false, 8192, 65536, 128, 10, 10_000, 300_000, 10_000))
                .apply();
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            // In one segment: the body is there before it is known which limit counts.
            int stream = client.newStream();
            byte[] head = new Http2Frame(
                            Http2Frame.HEADERS,
                            Http2Frame.END_HEADERS,
                            stream,
                            RawHttp2.block(RawHttp2.head("POST", "/")))
                    .encode();
            byte[] data = new Http2Frame(Http2Frame.DATA, Http2Frame.END_STREAM, stream, new byte[11]).encode();
            byte[] both = java.util.Arrays.copyOf(head, head.length + data.length);
            System.arraycopy(data, 0, both, head.length, data.length);
            client.send(both);
            assertThat(client.answer(stream).status()).isEqualTo(413);
        }
        assertThat(proxy.record().fault()).isEqualTo(Fault.TL);
        assertThat(backend.requests()).isEmpty();
    }
}
