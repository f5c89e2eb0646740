package dev.torii.proxy.http;

import static dev.torii.proxy.http.Scripted.Act.says;
import static dev.torii.proxy.http.Scripted.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Retry;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.BackendConnection;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of an answer that is asked for again, and of its connection; repeats over HTTP/2, and of gRPC calls. */
class PutAwayTest {

    private static final Retry RETRY = new Retry(3, List.of(503), 1);
    private static final String[] GRPC = {"content-type", "application/grpc", "te", "trailers"};

    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
    }

    private void serve(Cluster.Protocol protocol, Retry retry, Timeouts timeouts, int port) {
        proxy.cluster("b", protocol, LoadBalancing.DEFAULT, ConnectionSettings.DEFAULT, port)
                .retry(retry)
                .route("/", "b", timeouts)
                .apply();
    }

    private RawResponse get() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            return client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "content-length: 0\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n4\r\nbusy\r\n0\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n4\r\nbusy\r\n0\r\nx-trailer: yes\r\n\r\n"
            })
    void whatIsSmallIsReadAndItsConnectionUsedAgain(String rest) {
        try (Scripted backend = new Scripted(says("HTTP/1.1 503 So\r\n" + rest), says(OK))) {
            serve(Cluster.Protocol.HTTP1, RETRY, Timeouts.NONE, backend.port());
            assertThat(get().status()).isEqualTo(200);
            assertThat(get().status()).isEqualTo(200);
            assertThat(backend.requests()).hasSize(3);
            assertThat(proxy.record().attempts()).isEqualTo(2);
        }
    }

    /** Whether it says how long it is, or goes on for ever, or stops: nobody waits for it, and it does not stay. */
    @ParameterizedTest
    @ValueSource(strings = {"content-length: 1000000", "transfer-encoding: chunked", "content-length: 10"})
    void whatIsLargeOrDoesNotEndIsCutOff(String framing) {
        String piece = framing.startsWith("transfer") ? "1000\r\n" + "x".repeat(4096) + "\r\n" : "x";
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            connection.readHead();
            if (connection.number() > 1) {
                connection.send(OK);
                connection.stall();
            }
            connection.send("HTTP/1.1 503 So\r\n" + framing + "\r\n\r\n" + piece);
            while (framing.startsWith("transfer") && connection.pause(1)) {
                connection.send(piece);
            }
            connection.stall();
            connection.count("cut off");
        })) {
            serve(Cluster.Protocol.HTTP1, RETRY, Timeouts.NONE, backend.port());
            assertThat(get().status()).isEqualTo(200);
            ExchangeRecord record = proxy.record();
            assertThat(record.attempts()).isEqualTo(2);
            assertThat(record.durationNanos()).isLessThan(Duration.ofSeconds(10).toNanos());
            TestProxy.eventually("connections that are left", backend::openConnections, 1);
        }
    }

    /** What an HTTP/2 backend does with each of its requests, by number. */
    private interface Answer {
        void to(RawHttp2 http2, int stream, int number) throws IOException;
    }

    private static MisbehavingBackend http2(Answer answer) {
        return MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            for (int number = 1; ; number++) {
                RawHttp2.Block head = http2.awaitHeaders();
                connection.count(head.lines().toString());
                answer.to(http2, head.stream(), number);
            }
        });
    }

    private static void ok(RawHttp2 http2, int stream) {
        http2.headers(stream, true, ":status", "200");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void overHttp2AnAnswerIsPutAwayAndTheConnectionGoesOn(boolean withBody) {
        try (MisbehavingBackend backend = http2((http2, stream, number) -> {
            if (number > 2) {
                ok(http2, stream);
            } else if (withBody) {
                http2.headers(stream, false, ":status", "503").data(stream, true, "busy");
            } else {
                http2.headers(stream, true, ":status", "503");
            }
        })) {
            serve(Cluster.Protocol.HTTP2, RETRY, Timeouts.NONE, backend.port());
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                assertThat(client.answer(client.request("GET", "/")).status()).isEqualTo(200);
            }
            assertThat(proxy.record().attempts()).isEqualTo(3);
            assertThat(backend.connections()).isEqualTo(1);
            assertThat(backend.requests().get(0)).doesNotContain("x-torii-attempt");
            assertThat(backend.requests().get(2)).contains("x-torii-attempt=3");
        }
    }

    @Test
    void overHttp2WhatDoesNotEndIsReset() {
        try (MisbehavingBackend backend = http2((http2, stream, number) -> {
            if (number == 1) {
                http2.headers(stream, false, ":status", "503");
                for (int i = 0; i < 3; i++) {
                    http2.data(stream, false, "x".repeat(8_000));
                }
                assertThat(http2.await(Http2Frame.RST_STREAM).stream()).isEqualTo(stream);
            } else {
                ok(http2, stream);
            }
        })) {
            serve(Cluster.Protocol.HTTP2, RETRY, Timeouts.NONE, backend.port());
            assertThat(get().status()).isEqualTo(200);
            assertThat(proxy.record().attempts()).isEqualTo(2);
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @Test
    void overHttp2AStreamThatIsResetBeforeItsAnswerIsTriedAgain() {
        try (MisbehavingBackend backend = http2((http2, stream, number) -> {
            if (number < 3) {
                http2.reset(stream, Http2Frame.INTERNAL_ERROR);
            } else {
                ok(http2, stream);
            }
        })) {
            serve(Cluster.Protocol.HTTP2, RETRY, Timeouts.NONE, backend.port());
            assertThat(get().status()).isEqualTo(200);
            assertThat(proxy.record().attempts()).isEqualTo(3);
        }
    }

    @Test
    void aGrpcCallIsTriedAgainOnlyWhenItWasRefusedUnseen() {
        try (MisbehavingBackend backend = http2((http2, stream, number) -> {
            if (number < 3) {
                http2.reset(stream, Http2Frame.REFUSED_STREAM);
            } else {
                http2.headers(stream, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "14");
            }
        })) {
            serve(Cluster.Protocol.HTTP2, RETRY, Timeouts.NONE, backend.port());
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                Http2Answer answer = client.answer(client.request("POST", "/s/M", GRPC));
                assertThat(answer.header("grpc-status")).isEqualTo("14");
            }
            ExchangeRecord record = proxy.record();
            assertThat(record.attempts()).isEqualTo(3);
            assertThat(record.flags()).isEmpty();
            assertThat(backend.requests()).hasSize(3);
        }
    }

    private static long sentTimeout(String request) {
        Matcher found = Pattern.compile("grpc-timeout=([0-9]+)m\\b").matcher(request);
        assertThat(found.find()).as(request).isTrue();
        return Long.parseLong(found.group(1));
    }

    /** Also when the client named no time at all: then the rule's own is what the backend is told. */
    @ParameterizedTest
    @ValueSource(strings = {"", "50S"})
    void theDeadlineTravelsOnWithEachTry(String clients) {
        try (MisbehavingBackend backend = http2((http2, stream, number) -> {
            if (number < 3) {
                http2.reset(stream, Http2Frame.REFUSED_STREAM);
            } else {
                http2.headers(stream, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "0");
            }
        })) {
            Retry slow = new Retry(3, List.of(), 100);
            serve(Cluster.Protocol.HTTP2, slow, new Timeouts(60_000, 0), backend.port());
            String[] head = clients.isEmpty()
                    ? GRPC
                    : new String[] {GRPC[0], GRPC[1], GRPC[2], GRPC[3], "grpc-timeout", clients};
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                assertThat(client.answer(client.request("POST", "/s/M", head)).header("grpc-status"))
                        .isEqualTo("0");
            }
            long most = clients.isEmpty() ? 60_000 : 50_000;
            long first = sentTimeout(backend.requests().get(0));
            assertThat(first).isBetween(most - 20_000, most);
            // The second is at once, the third after the back-off.
            assertThat(sentTimeout(backend.requests().get(2))).isBetween(most - 40_000, first - 100);
            assertThat(proxy.record().attempts()).isEqualTo(3);
        }
    }

    @Test
    void aTryIsToldItsOwnTimeWhenThatIsShorter() {
        try (MisbehavingBackend backend = http2((http2, stream, number) -> http2.headers(
                stream, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "0"))) {
            serve(Cluster.Protocol.HTTP2, RETRY, new Timeouts(60_000, 30_000), backend.port());
            try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
                client.answer(client.request("POST", "/s/M", GRPC));
                client.answer(client.request("POST", "/plain"));
            }
            assertThat(sentTimeout(backend.requests().get(0))).isEqualTo(30_000);
            assertThat(backend.requests().get(1)).as("not gRPC").doesNotContain("grpc-timeout");
        }
    }

    @Test
    void anUpgradeIsAskedForAgain() {
        try (Scripted backend = new Scripted(says("HTTP/1.1 503 So\r\ncontent-length: 0\r\n\r\n"), this::upgrade)) {
            serve(Cluster.Protocol.HTTP1, RETRY, Timeouts.NONE, backend.port());
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
                assertThat(client.readUntil("hello")).startsWith("HTTP/1.1 101");
            }
            assertThat(proxy.record().attempts()).isEqualTo(2);
        }
    }

    private void upgrade(BackendConnection connection) throws IOException {
        connection.send("HTTP/1.1 101 So\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nhello");
        connection.stall();
    }
}
