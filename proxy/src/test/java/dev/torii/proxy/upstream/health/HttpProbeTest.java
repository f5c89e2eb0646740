package dev.torii.proxy.upstream.health;

import static dev.torii.proxy.upstream.health.Asking.http;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Cluster.Protocol;
import dev.torii.routing.Endpoint;
import dev.torii.routing.UpstreamTls;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.Listening;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.MisbehavingBackend.Behaviour;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.SeenRequest;
import dev.torii.testkit.ServerTls;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code GET} as a question, to all kinds of backends. */
@ExtendWith(NoLeaks.class)
class HttpProbeTest {

    private static final long PATIENT = 20_000;
    private static final long HASTY = 300;
    private static final Pod POD = new Pod("default", "b", "b-1");

    private final Asking asking = new Asking();

    @AfterEach
    void close() {
        asking.close();
    }

    private static Endpoint at(Listening backend) {
        return new Endpoint(Listening.HOST, backend.port());
    }

    private static String status(String line) {
        return "HTTP/1.1 " + line + "\r\ncontent-length: 2\r\n\r\nok";
    }

    /** What a backend does, how long it is given, and what is said of it. */
    static final List<Arguments> HTTP1 = List.of(
            Arguments.of(Behaviours.wellBehaved(), PATIENT, ""),
            Arguments.of(Behaviours.answers("HTTP/1.1 204 No Content\r\n\r\n"), PATIENT, ""),
            Arguments.of(Behaviours.answers(status("302 Found\r\nlocation: /elsewhere")), PATIENT, ""),
            Arguments.of(Behaviours.answers(status("399 Odd")), PATIENT, ""),
            Arguments.of(Behaviours.answers(status("400 Bad Request")), PATIENT, "400"),
            Arguments.of(Behaviours.answers(status("500 Oh")), PATIENT, "500"),
            Arguments.of(Behaviours.answers(status("503 Down")), PATIENT, "503"),
            Arguments.of(Behaviours.answers("HTTP/1.1 100 Continue\r\n\r\n" + status("200 OK")), PATIENT, ""),
            Arguments.of(Behaviours.stalls(), HASTY, "timeout"),
            Arguments.of(Behaviours.stallsInBody(), HASTY, "timeout"),
            Arguments.of(Behaviours.drips(status("200 OK"), 50), HASTY, "timeout"),
            Arguments.of(Behaviours.resets(), PATIENT, "closed_before_answer"),
            Arguments.of(Behaviours.resetsInBody(), PATIENT, "closed_before_answer"),
            Arguments.of(Behaviours.closesAtOnce(), PATIENT, "closed_before_answer"),
            Arguments.of(Behaviours.closesAfterRequest(), PATIENT, "closed_before_answer"),
            Arguments.of(Behaviours.closesAfterHead(), PATIENT, "closed_before_answer"),
            Arguments.of(Behaviours.garbage(), PATIENT, "protocol_error"),
            Arguments.of(
                    Behaviours.answers("HTTP/1.1 200 OK\r\nx: " + "y".repeat(1 << 20) + "\r\n\r\n"),
                    PATIENT,
                    "head_too_large"),
            Arguments.of(endlessly("HTTP/1.1 200 OK\r\n\r\n"), PATIENT, ""),
            Arguments.of(endlessly("HTTP/1.1 503 No\r\n\r\n"), PATIENT, "503"));

    /** A body without an end. */
    private static Behaviour endlessly(String head) {
        return connection -> {
            connection.readHead();
            connection.send(head);
            for (String piece = "z".repeat(1 << 16); ; ) {
                connection.send(piece);
            }
        };
    }

    @ParameterizedTest
    @FieldSource("HTTP1")
    void answers(Behaviour behaviour, long timeoutMs, String reason) {
        try (MisbehavingBackend backend = MisbehavingBackend.start(behaviour)) {
            assertThat(asking.ask(http("/healthz", timeoutMs), Protocol.AUTO, at(backend), null))
                    .isEqualTo(reason);
            assertThat(backend.awaitClosed()).as("connection closed").isTrue();
            assertThat(backend.connections()).isEqualTo(1);
        }
    }

    @Test
    void nobodyIsThere() {
        assertThat(asking.ask(http("/", PATIENT), Protocol.AUTO, new Endpoint(Listening.HOST, FreePort.find()), null))
                .isEqualTo("connection_refused");
    }

    @Test
    void asksAsKubeletDoes() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved())) {
            asking.ask(http("/healthz?full=1", PATIENT), Protocol.AS_CLIENT, at(backend), null);
            assertThat(backend.requests().get(0).toLowerCase(Locale.ROOT))
                    .startsWith("get /healthz?full=1 http/1.1\r\n")
                    .contains("\r\nhost: " + backend.address() + "\r\n")
                    .containsPattern("\r\nuser-agent: torii-health/\\S+\r\n")
                    .contains("\r\nconnection: close\r\n");
        }
    }

    @Test
    void http2WhereTheClusterSpeaksIt() {
        try (EchoBackend backend = EchoBackend.startH2c(asking.vertx(), POD)) {
            assertThat(asking.ask(http("/healthz", PATIENT), Protocol.HTTP2, at(backend), null))
                    .isEmpty();
            SeenRequest seen = backend.await(1, all -> true).get(0);
            assertThat(seen.protocol()).startsWith("HTTP/2");
            assertThat(seen.uri()).isEqualTo("/healthz");
            assertThat(seen.host()).isEqualTo(backend.address());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "silence", "status", "drip", "reset", "goaway"})
    void http2Answers(String what) {
        Behaviour behaviour = connection -> {
            switch (what) {
                case "http1" -> connection.send("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
                case "silence" -> connection.stall();
                default -> {
                    RawHttp2 http2 = connection.http2();
                    int stream = http2.awaitHeaders().stream();
                    switch (what) {
                        case "status" -> http2.headers(stream, true, ":status", "503");
                        case "drip" -> http2.headers(stream, false, ":status", "200");
                        case "reset" -> http2.reset(stream, 8);
                        default ->
                            http2.send(new Http2Frame(Http2Frame.GOAWAY, 0, 0, new byte[] {0, 0, 0, 0, 0, 0, 0, 2}));
                    }
                    connection.stall();
                }
            }
        };
        boolean hangs = what.equals("silence") || what.equals("drip");
        try (MisbehavingBackend backend = MisbehavingBackend.start(behaviour)) {
            String reason = asking.ask(http("/", hangs ? HASTY : PATIENT), Protocol.HTTP2, at(backend), null);
            assertThat(reason)
                    .isEqualTo(
                            switch (what) {
                                case "http1" -> "protocol_error";
                                case "status" -> "503";
                                case "silence", "drip" -> "timeout";
                                default -> "closed_before_answer";
                            });
            assertThat(backend.awaitClosed()).as("connection closed").isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void overTlsTheBackendIsVerifiedAndCalledByItsName(boolean http2) {
        Certificates ca = Certificates.authority("Backend CA");
        Certificates.Leaf leaf = ca.issue("b.example");
        Protocol protocol = http2 ? Protocol.HTTP2 : Protocol.AUTO;
        try (EchoBackend backend =
                EchoBackend.startTls(asking.vertx(), POD, ServerTls.of(leaf.certificatePem(), leaf.keyPem()))) {
            UpstreamTls good = new UpstreamTls("b.example", List.of(), ca.caPem(), null);
            assertThat(asking.ask(http("/", PATIENT), protocol, at(backend), good))
                    .isEmpty();
            SeenRequest seen = backend.await(1, all -> true).get(0);
            assertThat(seen.serverName()).isEqualTo("b.example");
            assertThat(seen.host()).isEqualTo("b.example:" + backend.port());
            assertThat(seen.protocol()).startsWith(http2 ? "HTTP/2" : "HTTP/1.1");

            UpstreamTls other = new UpstreamTls("c.example", List.of(), ca.caPem(), null);
            assertThat(asking.ask(http("/", PATIENT), protocol, at(backend), other))
                    .isEqualTo("tls_handshake_failed");
        }
    }

    @Test
    void tlsThatCannotBeUsedAndTlsToWhoHasNone() {
        UpstreamTls broken = new UpstreamTls("b.example", List.of(), "no certificate", null);
        UpstreamTls fine = new UpstreamTls(
                "b.example", List.of(), Certificates.authority("CA").caPem(), null);
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
                MisbehavingBackend silent = MisbehavingBackend.start(connection -> connection.stall());
                MisbehavingBackend plain = MisbehavingBackend.start(connection -> {
                    connection.read(5);
                    connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                    connection.stall();
                })) {
            assertThat(asking.ask(http("/", PATIENT), Protocol.AUTO, at(backend), broken))
                    .isEqualTo("tls_not_usable");
            assertThat(asking.ask(http("/", PATIENT), Protocol.AUTO, at(plain), fine))
                    .isEqualTo("tls_handshake_failed");
            assertThat(asking.ask(http("/", HASTY), Protocol.AUTO, at(silent), fine))
                    .isIn("timeout", "tls_handshake_failed");
            assertThat(silent.awaitClosed()).isTrue();
            assertThat(backend.connections()).isZero();
        }
    }
}
