package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProxyingTest {

    private final Vertx vertx = Vertx.vertx();
    private final EchoBackend echo = EchoBackend.start(vertx, Pod.of("echo"));
    private final TestProxy proxy = new TestProxy().cluster("echo", echo.port()).route("/", "echo");

    @AfterEach
    void close() {
        proxy.close();
        echo.close();
        TestProxy.await(vertx.close());
    }

    @Test
    void aRequestGoesThroughWithItsHeadersAndComesBackWithAnId() {
        proxy.apply();
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("GET /some/path?q=1 HTTP/1.1\r\nHost: Shop.Example:80\r\nX-CamelCase: Kept\r\n\r\n");
            RawResponse answer = client.readResponse();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body())
                    .contains("/some/path?q=1")
                    .contains("X-CamelCase")
                    .contains("Shop.Example:80");
            assertThat(answer.header("x-request-id")).hasSize(36);
            assertThat(answer.body()).contains(answer.header("x-request-id"));
            // The connection is kept.
            client.send("GET /two HTTP/1.1\r\nHost: shop.example\r\n\r\n");
            assertThat(client.readResponse().body()).contains("/two");
        }
        ExchangeRecord record = proxy.record();
        assertThat(record.status()).isEqualTo(200);
        assertThat(record.route()).isEqualTo("default/r0/0");
        assertThat(record.fault()).isNull();
    }

    @Test
    void aBodyGoesThroughWithLengthAndInChunks() {
        proxy.apply();
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(client.readResponse().body()).contains("\"bodyBytes\":5");
            client.send(
                    "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
            assertThat(client.readResponse().body()).contains("\"bodyBytes\":7");
            client.send("HEAD /c HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse("HEAD").status()).isEqualTo(200);
            client.send("GET /status/204 HTTP/1.1\r\nHost: a\r\n\r\n");
            RawResponse empty = client.readResponse();
            assertThat(empty.status()).isEqualTo(204);
            assertThat(empty.header("content-length")).isNull();
            assertThat(empty.header("transfer-encoding")).isNull();
            client.send("GET /d HTTP/1.0\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void noRouteAndNoEndpointSayWhy() {
        proxy.cluster("none").route("/none", "none").cluster("refused", 1).route("/refused", "refused");
        proxy.apply();
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("GET /none HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n");
            RawResponse answer = client.readResponse();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("x-torii-reason")).isEqualTo("UH no_endpoint");
            assertThat(answer.body()).contains("\"reason\":\"UH\"");
            client.send("GET /refused HTTP/1.1\r\nHost: a\r\n\r\n");
            answer = client.readResponse();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("x-torii-reason")).isEqualTo("UF connection_refused");
        }
        assertThat(proxy.record().fault()).isEqualTo(Fault.UH);
        assertThat(proxy.record().fault()).isEqualTo(Fault.UF);
    }

    @Test
    void anIdleConnectionThatTheBackendClosesDoesNotReachTheUser() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.closesWhenIdle(50))) {
            proxy.cluster("racy", backend.port()).route("/racy", "racy").apply();
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                for (int i = 0; i < 5; i++) {
                    client.send("GET /racy HTTP/1.1\r\nHost: a\r\n\r\n");
                    assertThat(client.readResponse().status()).isEqualTo(200);
                    assertThat(backend.awaitClosed()).isTrue();
                }
            }
        }
    }

    @Test
    void brokenBackendsBecomeNamedAnswers() {
        answers(Behaviours.resets(), 502, "UC closed_before_answer");
        answers(Behaviours.closesAfterRequest(), 502, "UC closed_before_answer");
        answers(Behaviours.garbage(), 502, "UPE malformed_response");
    }

    private void answers(MisbehavingBackend.Behaviour behaviour, int status, String reason) {
        try (MisbehavingBackend backend = MisbehavingBackend.start(behaviour)) {
            TestProxy own = new TestProxy()
                    .cluster("bad", backend.port())
                    .route("/", "bad")
                    .apply();
            try (own;
                    RawHttp client = RawHttp.connect(own.port())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                RawResponse answer = client.readResponse();
                assertThat(answer.status()).isEqualTo(status);
                assertThat(answer.header("x-torii-reason")).isEqualTo(reason);
            }
        }
    }

    @Test
    void connectIsRefusedAndHeadsOverTheirLimitsAreNamed() {
        proxy.apply();
        expect("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 405, "DPE connect_refused");
        expect("GET / HTTP/1.1\r\n\r\n", 400, "DPE missing_host");
        expect("GET /a/../../b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "DPE ambiguous_path");
        expect("GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414, "TL uri_too_long");
        expect("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(70_000) + "\r\n\r\n", 431, "TL headers_too_large");
        expect(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400,
                "DPE malformed_head");
    }

    private void expect(String request, int status, String reason) {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send(request);
            RawResponse answer = client.readResponse();
            assertThat(answer.status()).as(request).isEqualTo(status);
            assertThat(answer.header("x-torii-reason")).isEqualTo(reason);
        }
    }
}
