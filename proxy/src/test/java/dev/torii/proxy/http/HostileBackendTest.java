package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends whose answers have two readings, no end, or are meant for somebody else. */
class HostileBackendTest {

    private static final ConnectionSettings ONE_CONNECTION = new ConnectionSettings(1_000, 4_000, 1);

    private final TestProxy proxy = new TestProxy();

    @AfterEach
    void close() {
        proxy.close();
    }

    private MisbehavingBackend behind(MisbehavingBackend.Behaviour behaviour) {
        MisbehavingBackend backend = MisbehavingBackend.start(behaviour);
        proxy.cluster("b", Cluster.Protocol.HTTP1, LoadBalancing.DEFAULT, ONE_CONNECTION, backend.port())
                .route("/", "b")
                .apply();
        return backend;
    }

    private RawResponse get() {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            return client.readResponse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\nok",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
                "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: evil=1\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nX: a\u0000b\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nnocolon\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 -200 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
            })
    void anAnswerThatHasTwoReadingsIsNotPassedOn(String answer) {
        try (MisbehavingBackend backend = behind(Behaviours.answers(answer))) {
            RawResponse got = get();
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.header("x-torii-reason")).isEqualTo("UPE malformed_response");
            assertThat(got.body()).doesNotContain("evil");
            assertThat(backend.awaitClosed()).isTrue();
        }
        assertThat(proxy.record().fault()).isEqualTo(Fault.UPE);
    }

    @Test
    void aHeadWithoutEndIsCutOff() {
        try (MisbehavingBackend backend = behind(connection -> {
            connection.readHead();
            connection.send("HTTP/1.1 200 OK\r\n");
            while (true) {
                connection.send("X: " + "y".repeat(8_000) + "\r\n");
            }
        })) {
            assertThat(get().header("x-torii-reason")).isEqualTo("UPE malformed_response");
            assertThat(backend.awaitClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
            })
    void aSwitchThatNobodyAskedForIsAnError(String answer) {
        try (MisbehavingBackend backend = behind(Behaviours.answers(answer))) {
            RawResponse got = get();
            assertThat(got.status()).isEqualTo(502);
            assertThat(got.header("x-torii-reason")).isEqualTo("UPE unexpected_upgrade");
            assertThat(backend.awaitClosed()).isTrue();
        }
    }

    /** What comes behind an answer was asked for by nobody: it must not become the next client's answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil",
                "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nx: ",
                "x"
            })
    void bytesBehindAnAnswerReachNobody(String extra) {
        String answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        try (MisbehavingBackend backend = behind(connection -> {
                    while (true) {
                        connection.readHead();
                        connection.send(answer + extra);
                    }
                });
                RawHttp one = RawHttp.connect(proxy.port());
                RawHttp two = RawHttp.connect(proxy.port())) {
            // There is one connection to the backend: the second request waits for it.
            one.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
            two.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
            for (RawHttp client : List.of(one, two, one, two)) {
                assertThat(client.readResponse().body()).isEqualTo("ok");
            }
            assertThat(backend.requests()).hasSize(4);
            assertThat(backend.connections()).isEqualTo(4);
        }
    }

    @Test
    void emptyLinesBehindAnAnswerAreForgiven() {
        String answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok\r\n";
        try (MisbehavingBackend backend = behind(Behaviours.answers(answer));
                RawHttp client = RawHttp.connect(proxy.port())) {
            for (int i = 0; i < 3; i++) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse().body()).isEqualTo("ok");
            }
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @Test
    void anAnswerBeforeTheQuestionReachesNobody() {
        try (MisbehavingBackend backend = behind(connection -> {
            connection.readHead();
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            connection.pause(50);
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil");
            connection.stall();
        })) {
            assertThat(get().body()).isEqualTo("ok");
            assertThat(backend.awaitClosed()).isTrue();
            assertThat(get().body()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @CsvSource({"HEAD, 200", "GET, 204", "GET, 304"})
    void aBodyWhereNoneMayBeReachesNobody(String method, int status) {
        String answer =
                "HTTP/1.1 " + status + " X\r\ncontent-length: 40\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n??";
        try (MisbehavingBackend backend = behind(Behaviours.answers(answer));
                RawHttp client = RawHttp.connect(proxy.port())) {
            for (int i = 0; i < 3; i++) {
                client.send(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse(method).status()).isEqualTo(status);
            }
            assertThat(backend.connections()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\nok\r\n0\r\n\r\n",
                "-1\r\nok\r\n0\r\n\r\n",
                "2\r\nokXX0\r\n\r\n",
                "80000000\r\nok\r\n",
                "2\r\nok\r\n0\r\nbad\r\n\r\n"
            })
    void aBrokenChunkBreaksTheAnswerOff(String chunks) {
        String head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n";
        try (MisbehavingBackend backend = behind(connection -> {
                    connection.readHead();
                    connection.send(head);
                    connection.pause(50);
                    connection.send(chunks);
                    connection.stall();
                });
                RawHttp client = RawHttp.connect(proxy.port());
                RawHttp2 http2 = RawHttp2.connect(proxy.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            String got = client.readToEnd();
            assertThat(got).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n2\r\nok\r\n");
            Http2Answer answer = http2.answer(http2.request("GET", "/"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.resetCode()).isEqualTo(Http2Frame.INTERNAL_ERROR);
            assertThat(backend.awaitClosed()).isTrue();
        }
        ExchangeRecord record = proxy.record();
        assertThat(record.fault()).isEqualTo(Fault.UPE);
        assertThat(record.detail()).isEqualTo("malformed_body");
        assertThat(record.status()).isEqualTo(200);
    }

    @Test
    void anAnswerThatEndsEarlyIsNeverTakenForWhole() {
        try (MisbehavingBackend backend = behind(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
                });
                RawHttp client = RawHttp.connect(proxy.port());
                RawHttp2 http2 = RawHttp2.connect(proxy.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readToEnd()).endsWith("\r\n\r\nhalf");
            Http2Answer answer = http2.answer(http2.request("GET", "/"));
            assertThat(answer.body()).isEqualTo("half");
            assertThat(answer.resetCode()).isEqualTo(Http2Frame.INTERNAL_ERROR);
            assertThat(backend.requests()).hasSize(2);
        }
        assertThat(proxy.record().detail()).isEqualTo("closed_midway");
    }

    @Test
    void anAnswerThatEndsRightAfterItsHeadIsReplacedOrBrokenOff() {
        try (MisbehavingBackend backend = behind(Behaviours.closesAfterHead())) {
            try (RawHttp client = RawHttp.connect(proxy.port())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                String got = client.readToEnd();
                assertThat(got).doesNotContain("half").matches("(?s)(HTTP/1.1 502 .*|HTTP/1.1 200 .*\r\n\r\n)");
            }
            assertThat(backend.requests()).hasSize(1);
        }
        assertThat(proxy.record().fault()).isEqualTo(Fault.UC);
    }

    @Test
    void interimAnswersWithoutEndAreBoundedByTheIdleTimeout() {
        try (MisbehavingBackend backend = behind(connection -> {
                    connection.readHead();
                    while (connection.pause(20)) {
                        connection.send("HTTP/1.1 102 Processing\r\n\r\n");
                    }
                });
                RawHttp client = RawHttp.connect(proxy.port())) {
            proxy.settings(new dev.torii.routing.ListenerSettings(
                            0, false, false, 8192, 65536, 128, 0, 10_000, 700, 10_000))
                    .apply();
            client.timeout(Duration.ofSeconds(10)).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            RawResponse got = client.readResponse();
            while (got.status() == 102) {
                got = client.readResponse();
            }
            assertThat(got.header("x-torii-reason")).isEqualTo("SI stream_idle");
            assertThat(backend.awaitClosed()).isTrue();
        }
    }
}
