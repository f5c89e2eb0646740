package dev.torii.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each sin as a client sees it; also the proof that {@link RawHttp} sees it. */
class MisbehavingBackendTest {

    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void countsConnectionsAndRequests() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
                RawHttp one = RawHttp.connect(backend.port());
                RawHttp two = RawHttp.connect(backend.port())) {
            assertThat(one.send(REQUEST + REQUEST).readResponse().body()).isEqualTo("ok");
            assertThat(one.readResponse().body()).isEqualTo("ok");
            assertThat(two.send(REQUEST).readResponse().status()).isEqualTo(200);
            assertThat(backend.connections()).isEqualTo(2);
            assertThat(backend.requests())
                    .hasSize(3)
                    .allSatisfy(head -> assertThat(head).isEqualTo(REQUEST));
        }
    }

    @Test
    void stallsUntilClosed() {
        MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.stalls());
        try (RawHttp client = RawHttp.connect(backend.port()).timeout(Duration.ofMillis(50))) {
            client.send(REQUEST);
            assertThat(backend.awaitRequests(1)).isTrue();
            assertThatThrownBy(client::readResponse).hasCauseInstanceOf(SocketTimeoutException.class);
            assertThat(backend.openConnections()).isEqualTo(1);
            backend.close();
            assertThat(client.closedWithin(Duration.ofSeconds(5))).isTrue();
        }
    }

    /** A connection that slips in while the listener closes would hang for ever. */
    @Test
    void whoComesAfterTheCloseIsRefused() {
        for (int i = 0; i < 200; i++) {
            MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
            backend.close();
            assertThatThrownBy(() -> RawHttp.connect(backend.port())).hasCauseInstanceOf(ConnectException.class);
        }
    }

    @Test
    void breaksOffInTheBody() {
        assertThat(firstAnswerHead(Behaviours.stallsInBody())).contains("content-length: 10");
        assertThat(failureOf(Behaviours.resetsInBody())).isInstanceOf(SocketException.class);
        assertThat(failureOf(Behaviours.closesAfterHead())).isInstanceOf(EOFException.class);
    }

    @Test
    void breaksOffWithoutAnAnswer() {
        assertThat(failureOf(Behaviours.resets())).isInstanceOf(SocketException.class);
        assertThat(failureOf(Behaviours.closesAfterRequest())).isInstanceOf(EOFException.class);
        assertThat(failureOf(Behaviours.closesAtOnce())).isInstanceOfAny(EOFException.class, SocketException.class);
    }

    @Test
    void talksNonsense() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.garbage());
                RawHttp client = RawHttp.connect(backend.port())) {
            assertThatThrownBy(() -> client.send(REQUEST).readResponse()).hasMessageContaining("not an HTTP answer");
        }
    }

    @Test
    void dripsByteByByte() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(
                        Behaviours.drips("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 1));
                RawHttp client = RawHttp.connect(backend.port())) {
            RawResponse answer = client.send(REQUEST).readResponse();
            assertThat(answer.body()).isEqualTo("ok");
            assertThat(answer.headers()).containsExactly(Map.entry("Content-Length", "2"));
        }
    }

    @Test
    void closesIdleConnections() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.closesWhenIdle(30));
                RawHttp client = RawHttp.connect(backend.port())) {
            assertThat(client.send(REQUEST).readResponse().body()).isEqualTo("ok");
            assertThat(client.closedWithin(Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void halfClosesAndListensOn() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
                    Behaviours.halfCloses().serve(connection);
                });
                RawHttp client = RawHttp.connect(backend.port())) {
            assertThat(client.send(REQUEST).readResponse().body()).isEqualTo("until the end");
            assertThat(backend.openConnections()).isEqualTo(1);
            client.send("still heard").closeOutput();
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void readsChunksAndTrailers() {
        String chunked =
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-End: yes\r\n\r\n";
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.answers(chunked));
                RawHttp client = RawHttp.connect(backend.port())) {
            RawResponse answer = client.send(REQUEST).readResponse();
            assertThat(answer.body()).isEqualTo("abcde");
            assertThat(answer.trailers()).containsExactly(Map.entry("X-End", "yes"));
            assertThat(client.send(REQUEST).readResponse().body()).isEqualTo("abcde");
        }
    }

    @Test
    void seesAClientsReset() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            connection.readHead();
            connection.send("x".repeat(10));
            connection.stall();
        })) {
            RawHttp client = RawHttp.connect(backend.port()).send(REQUEST);
            client.read(10);
            client.reset();
            assertThat(backend.awaitRequests(1)).isTrue();
            assertThat(backend.awaitClosed()).isTrue();
        }
    }

    private static String firstAnswerHead(MisbehavingBackend.Behaviour behaviour) {
        try (MisbehavingBackend backend = MisbehavingBackend.start(behaviour);
                RawHttp client = RawHttp.connect(backend.port())) {
            return client.send(REQUEST).readUntil("\r\n\r\n");
        }
    }

    private static Throwable failureOf(MisbehavingBackend.Behaviour behaviour) {
        try (MisbehavingBackend backend = MisbehavingBackend.start(behaviour);
                RawHttp client = RawHttp.connect(backend.port())) {
            client.send(REQUEST).readResponse();
            throw new AssertionError("an answer came through");
        } catch (java.io.UncheckedIOException e) {
            return e.getCause();
        }
    }
}
