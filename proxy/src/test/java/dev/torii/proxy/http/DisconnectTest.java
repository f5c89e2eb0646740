package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the client has gone nobody wants the answer: the backend is told, and the record says DC. */
class DisconnectTest {

    private final MisbehavingBackend silent = MisbehavingBackend.start(Behaviours.stalls());
    private final MisbehavingBackend half = MisbehavingBackend.start(Behaviours.stallsInBody());
    private final MisbehavingBackend good = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final TestProxy proxy = new TestProxy();

    @BeforeEach
    void open() {
        proxy.cluster("silent", silent.port())
                .cluster("half", half.port())
                .cluster("good", good.port())
                .route("/", "silent")
                .route("/half", "half")
                .route("/good", "good")
                .apply();
    }

    @AfterEach
    void close() {
        proxy.close();
        silent.close();
        half.close();
        good.close();
    }

    private void gone(MisbehavingBackend backend) {
        assertThat(backend.awaitClosed()).as("the backend's connection ends").isTrue();
        ExchangeRecord record = proxy.record();
        assertThat(record.fault()).isEqualTo(Fault.DC);
        assertThat(record.detail()).isEqualTo("client_disconnected");
        assertThat(record.status()).isEqualTo(499);
        assertThat(record.endpoint()).isEqualTo("127.0.0.1:" + backend.port());
    }

    @Test
    void beforeTheAnswer() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(silent.awaitRequests(1)).isTrue();
        }
        gone(silent);
    }

    @Test
    void withReset() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(silent.awaitRequests(1)).isTrue();
            client.reset();
        }
        gone(silent);
    }

    @Test
    void withinItsBody() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
            assertThat(silent.awaitRequests(1)).isTrue();
        }
        gone(silent);
    }

    @Test
    void withinTheAnswer() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readUntil("half")).isNotEmpty();
        }
        gone(half);
    }

    @Test
    void anHttp2ClientGivesUpOneStreamAndGoesOn() {
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            int stream = client.request("GET", "/x");
            assertThat(silent.awaitRequests(1)).isTrue();
            client.reset(stream, Http2Frame.CANCEL);
            gone(silent);
            stream = client.request("GET", "/half");
            assertThat(client.awaitHeaders().stream()).isEqualTo(stream);
            assertThat(client.await(Http2Frame.DATA).payload()).asString().isEqualTo("half");
            client.reset(stream, Http2Frame.CANCEL);
            gone(half);
            assertThat(client.answer(client.request("GET", "/good")).status()).isEqualTo(200);
        }
    }

    @Test
    void anHttp2ClientLeavesWithAllItsStreams() {
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            client.request("GET", "/x");
            client.request("GET", "/y");
            assertThat(silent.awaitRequests(2)).isTrue();
        }
        gone(silent);
        gone(silent);
    }
}
