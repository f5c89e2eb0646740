package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The record tells what the client was sent. */
class RecordTest {

    private final Gate gate = new Gate();

    @BeforeEach
    void open() {
        gate.proxy.cluster("none").route("/none", "none").apply();
    }

    @AfterEach
    void close() {
        gate.close();
    }

    @Test
    void aFailedGrpcCallIsA200WithItsGrpcStatus() {
        try (RawHttp2 client = RawHttp2.connect(gate.proxy.port())) {
            Http2Answer answer = client.answer(
                    client.request("POST", "/none/Call", "content-type", "application/grpc", "te", "trailers"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("grpc-status")).isEqualTo("14");
        }
        ExchangeRecord record = gate.proxy.record();
        assertThat(record.status()).isEqualTo(200);
        assertThat(record.grpcStatus()).isEqualTo(14);
        assertThat(record.fault()).isEqualTo(Fault.UH);
    }

    @Test
    void aFailureOfAnOrdinaryRequestHasNoGrpcStatus() {
        try (RawHttp client = gate.connect()) {
            client.send("GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(503);
        }
        ExchangeRecord record = gate.proxy.record();
        assertThat(record.status()).isEqualTo(503);
        assertThat(record.grpcStatus()).isEqualTo(-1);
    }

    @Test
    void anHttp2HeadThatResetsItsStreamIsRecordedToo() {
        try (RawHttp2 client = RawHttp2.connect(gate.proxy.port())) {
            int stream = client.open(true, ":method", "GET", ":scheme", "http", ":authority", "a");
            assertThat(client.answer(stream).resetCode()).isEqualTo(Http2Frame.PROTOCOL_ERROR);
            assertThat(client.answer(client.request("GET", "/next")).status()).isEqualTo(200);
        }
        ExchangeRecord record = gate.proxy.record();
        assertThat(record.fault()).isEqualTo(Fault.DPE);
        assertThat(record.detail()).isEqualTo("malformed_head");
        assertThat(record.status()).isZero();
        assertThat(record.protocol()).isEqualTo("HTTP/2");
        assertThat(gate.proxy.record().path()).isEqualTo("/next");
    }

    @Test
    void aHeadThatCannotBeReadIsRecordedWithWhatIsKnown() {
        String id;
        try (RawHttp client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\n: no name\r\n\r\n");
            RawResponse answer = client.readResponse();
            assertThat(answer.status()).isEqualTo(400);
            id = answer.header("x-request-id");
        }
        ExchangeRecord record = gate.proxy.record();
        assertThat(record.status()).isEqualTo(400);
        assertThat(record.fault()).isEqualTo(Fault.DPE);
        assertThat(record.detail()).isEqualTo("malformed_head");
        assertThat(record.requestId()).isEqualTo(id);
        assertThat(record.method() + record.path() + record.authority() + record.route())
                .isEmpty();
        assertThat(record.scheme()).isEqualTo("http");
        assertThat(record.client()).isEqualTo("127.0.0.1");
    }
}
