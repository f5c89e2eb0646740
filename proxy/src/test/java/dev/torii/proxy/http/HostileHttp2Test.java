package dev.torii.proxy.http;

import static dev.torii.testkit.Http2Frame.CANCEL;
import static dev.torii.testkit.Http2Frame.ENHANCE_YOUR_CALM;
import static dev.torii.testkit.Http2Frame.FLOW_CONTROL_ERROR;
import static dev.torii.testkit.Http2Frame.PROTOCOL_ERROR;
import static dev.torii.testkit.Http2Frame.REFUSED_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames and header blocks that no client sends with good intentions (RFC 9113, 8.1.1 and 10). */
class HostileHttp2Test {

    private final Gate gate = new Gate();

    @BeforeEach
    void open() {
        gate.proxy.apply();
    }

    @AfterEach
    void close() {
        gate.close();
    }

    private RawHttp2 connect(int... settings) {
        return RawHttp2.connect(gate.proxy.port(), settings);
    }

    /** Text of a table: {@code \r} and the like stand for themselves there. */
    private static String bytes(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\0", "\0")
                .replace("\\s", " ");
    }

    /** An ordinary head with one line replaced, or added behind when there is none of that name. */
    private static String[] with(String name, String value) {
        String[] lines = RawHttp2.head("GET", "/");
        int at = Arrays.asList(lines).indexOf(name);
        if (at < 0) {
            return RawHttp2.head("GET", "/", name, value);
        }
        lines[at + 1] = value;
        return lines;
    }

    private static String[] without(String name, String... more) {
        List<String> lines = new ArrayList<>(List.of(RawHttp2.head("GET", "/", more)));
        int at = lines.indexOf(name);
        lines.remove(at);
        lines.remove(at);
        return lines.toArray(String[]::new);
    }

    /** The stream ends so, the connection goes on, and the backend saw nothing of it. */
    private void ends(int reset, int status, String reason, String... lines) {
        try (RawHttp2 client = connect()) {
            Http2Answer answer = client.answer(client.open(true, lines));
            assertThat(answer.resetCode()).as("reset").isEqualTo(reset);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("x-torii-reason")).isEqualTo(reason);
            assertThat(client.answer(client.request("GET", "/next")).status()).isEqualTo(200);
        }
        assertThat(gate.reached()).hasSize(1).allMatch(seen -> seen.startsWith("GET /next HTTP/1.1\r\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-a | b\\r\\nx-evil: 1",
                "x-a | b\\nx-evil: 1",
                "x-a | b\\rc",
                "x-a | b\\0c",
                "x-a | \\sb",
                "X-A | b",
                "x-a\\r\\nx-evil | b",
                "x-a\\0 | b",
                "x\\sa | b",
                "x:a | b",
                "x\u00e9 | b",
                ":method | GET / HTTP/1.1\\r\\nx: y",
                ":path | / HTTP/1.1\\r\\nx: y",
                ":path | /a\\0b",
                ":authority | a\\r\\nx: y",
                ":authority | user@a",
                ":authority | a/b",
                ":authority | a\\sb",
                ":authority | a:99999",
                ":scheme | x\\r\\ny",
                ":status | 200",
                ":unknown | x",
                "host | other.example",
                "connection | close",
                "connection | x-foo",
                "keep-alive | timeout=5",
                "proxy-connection | x",
                "transfer-encoding | chunked",
                "upgrade | websocket",
                "te | gzip",
                "content-length | 5",
                "content-length | +0",
                "content-length | -1",
                "content-length | x",
            })
    void aMalformedHeadResetsItsStream(String name, String value) {
        ends(PROTOCOL_ERROR, 0, null, with(bytes(name), bytes(value)));
    }

    @Test
    void aHeadWithPartsMissingEmptyOrRepeatedResetsItsStream() {
        ends(PROTOCOL_ERROR, 0, null, without(":method"));
        gate.forget();
        ends(PROTOCOL_ERROR, 0, null, without(":path"));
        gate.forget();
        ends(PROTOCOL_ERROR, 0, null, without(":scheme"));
        gate.forget();
        ends(PROTOCOL_ERROR, 0, null, with(":path", ""));
        gate.forget();
        ends(PROTOCOL_ERROR, 0, null, with("", "x"));
        gate.forget();
        for (String pseudo : List.of(":method", ":path", ":authority", ":scheme")) {
            ends(PROTOCOL_ERROR, 0, null, RawHttp2.head("GET", "/", pseudo, "GET"));
            gate.forget();
        }
        ends(PROTOCOL_ERROR, 0, null, "x", "y", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
        gate.forget();
        ends(PROTOCOL_ERROR, 0, null, RawHttp2.head("GET", "/", "content-length", "0", "content-length", "1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ":path | /a\\sb | 400 | DPE invalid_target",
                ":path | x | 400 | DPE invalid_target",
                ":path | http://b.example/x | 400 | DPE invalid_target",
                ":path | * | 400 | DPE invalid_target",
                ":path | /a#b | 400 | DPE invalid_target",
                ":path | /../x | 400 | DPE ambiguous_path",
                ":path | /a%5cb | 400 | DPE ambiguous_path",
                ":authority | . | 400 | DPE invalid_host",
                ":authority | a..b | 400 | DPE invalid_host",
                ":authority | * | 400 | DPE invalid_host",
                "expect | magic | 417 | DPE unknown_expectation",
            })
    void whatHttp2AllowsAndHttp1WouldNotIsAnswered(String name, String value, int status, String reason) {
        ends(-1, status, reason, with(name, bytes(value)));
    }

    @Test
    void connectAndHeadsOverTheirLimitsAreAnswered() {
        ends(-1, 405, "DPE connect_refused", ":method", "CONNECT", ":authority", "a:80");
        gate.forget();
        ends(-1, 400, "DPE missing_host", without(":authority"));
        gate.forget();
        ends(-1, 414, "TL uri_too_long", with(":path", "/" + "x".repeat(9_000)));
        gate.forget();
        String[] many = new String[400];
        Arrays.setAll(many, i -> i % 2 == 0 ? "x" + i : "y");
        ends(-1, 431, "TL too_many_headers", RawHttp2.head("GET", "/", many));
    }

    /** Vert.x cannot read it at all and ends the connection, which RFC 9113, 5.4.2 allows. */
    @ParameterizedTest
    @ValueSource(strings = {"GET /x", "G@T", "G\u00e9T"})
    void aMethodThatIsNoneEndsTheConnection(String method) {
        try (RawHttp2 client = connect()) {
            client.open(true, with(":method", method));
            client.awaitEnd();
        }
        assertThat(gate.reached()).isEmpty();
    }

    @Test
    void cookiesAndHostsAreBroughtIntoTheFormOfHttp1() {
        try (RawHttp2 client = connect()) {
            client.answer(client.request("GET", "/", "cookie", "a=1", "cookie", "b=2", "te", "trailers"));
            client.answer(client.open(true, without(":authority", "host", "b.example")));
            client.answer(client.open(true, with(":authority", "[::1]:8080")));
        }
        assertThat(gate.reached().get(0))
                .contains("\r\ncookie: a=1; b=2\r\n", "\r\nTE: trailers\r\nConnection: TE\r\n");
        assertThat(gate.reached().get(1)).contains("\r\nHost: b.example\r\n");
        assertThat(gate.reached().get(2)).contains("\r\nHost: [::1]:8080\r\n");
    }

    @Test
    void aBodyThatBreaksItsPromiseNeverBecomesAWholeRequest() {
        for (String body : List.of("toolong", "shrt")) {
            try (RawHttp2 client = connect()) {
                int stream = client.open(false, RawHttp2.head("POST", "/", "content-length", "5"));
                client.data(stream, true, body);
                assertThat(client.answer(stream).resetCode()).isEqualTo(PROTOCOL_ERROR);
                assertThat(client.answer(client.request("GET", "/next")).status())
                        .isEqualTo(200);
            }
        }
        assertThat(gate.reached()).noneMatch(seen -> seen.startsWith("body"));
    }

    @Test
    void aBodyThatIsTooLargeIsAnsweredAndNotReadToItsEnd() {
        gate.limitBodies(10);
        try (RawHttp2 client = connect()) {
            int announced = client.open(false, RawHttp2.head("POST", "/", "content-length", "11"));
            Http2Answer answer = client.answer(announced);
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("x-torii-reason")).isEqualTo("TL body_too_large");
            assertThat(client.await(Http2Frame.RST_STREAM).errorCode()).isEqualTo(Http2Frame.NO_ERROR);
            int streamed = client.open(false, RawHttp2.head("POST", "/"));
            client.data(streamed, false, "0123456789");
            client.data(streamed, false, "0");
            assertThat(client.answer(streamed).status()).isEqualTo(413);
            assertThat(client.await(Http2Frame.RST_STREAM).stream()).isEqualTo(streamed);
        }
    }

    @Test
    void rapidResetsEndTheConnectionAndNeverReachTheBackend() {
        try (RawHttp2 client = connect()) {
            cutsOff(client, ENHANCE_YOUR_CALM, () -> {
                for (int i = 0; i < 300; i++) {
                    client.reset(client.request("GET", "/" + i), CANCEL);
                }
            });
        }
        assertThat(gate.reached()).hasSizeLessThan(300);
    }

    /** Streams that the server is made to reset count as well (CVE-2025-8671). */
    @Test
    void resetsThatTheServerIsTrickedIntoEndTheConnection() {
        try (RawHttp2 client = connect()) {
            cutsOff(client, ENHANCE_YOUR_CALM, () -> {
                for (int i = 0; i < 300; i++) {
                    int stream = client.request("GET", "/");
                    client.send(Http2Frame.number(Http2Frame.WINDOW_UPDATE, stream, 0));
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aHeadInCountlessTinyPiecesEndsTheConnection(int bytes) {
        try (RawHttp2 client = connect()) {
            int stream = client.newStream();
            // In one write: what still comes when the proxy has closed would reset the connection, and its reason be
            // lost.
            ByteArrayOutputStream flood = new ByteArrayOutputStream();
            flood.writeBytes(
                    new Http2Frame(Http2Frame.HEADERS, 0, stream, RawHttp2.block(RawHttp2.head("GET", "/"))).encode());
            for (int i = 0; i < 100; i++) {
                flood.writeBytes(new Http2Frame(Http2Frame.CONTINUATION, 0, stream, new byte[bytes]).encode());
            }
            client.send(flood.toByteArray());
            assertThat(client.awaitGoAway()).isEqualTo(ENHANCE_YOUR_CALM);
            client.awaitEnd();
        }
    }

    @Test
    void aHeadWithoutEndEndsTheConnection() {
        try (RawHttp2 client = connect()) {
            int stream = client.newStream();
            byte[] block = RawHttp2.block("x", "y".repeat(16_000));
            client.send(new Http2Frame(Http2Frame.HEADERS, 0, stream, RawHttp2.block(RawHttp2.head("GET", "/"))));
            cutsOff(client, PROTOCOL_ERROR, () -> {
                for (int i = 0; i < 40; i++) {
                    client.send(new Http2Frame(Http2Frame.CONTINUATION, 0, stream, block));
                }
            });
        }
    }

    @Test
    void aHeadThatGrowsWhenItIsReadIsRefused() {
        try (RawHttp2 client = connect()) {
            // One long line for the table, then a thousand references to it, one byte each (an "HPACK bomb").
            int first = client.newStream();
            byte[] line = RawHttp2.block("x-bomb", "y".repeat(3_000));
            line[0] = 0x40;
            byte[] head = RawHttp2.block(RawHttp2.head("GET", "/"));
            client.send(new Http2Frame(
                    Http2Frame.HEADERS, Http2Frame.END_HEADERS | Http2Frame.END_STREAM, first, join(head, line)));
            assertThat(client.answer(first).status()).isEqualTo(200);
            byte[] references = new byte[1_000];
            Arrays.fill(references, (byte) (0x80 | 62));
            int second = client.newStream();
            client.send(new Http2Frame(
                    Http2Frame.HEADERS,
                    Http2Frame.END_HEADERS | Http2Frame.END_STREAM,
                    second,
                    join(head, references)));
            assertThat(client.answer(second).status()).isEqualTo(431);
        }
        assertThat(gate.reached()).hasSize(1);
        assertThat(gate.proxy.record().fault()).isNull();
        ExchangeRecord refused = gate.proxy.record();
        assertThat(refused.status()).isEqualTo(431);
        assertThat(refused.fault()).isEqualTo(Fault.TL);
        assertThat(refused.detail()).isEqualTo("headers_too_large");
        assertThat(refused.protocol()).isEqualTo("HTTP/2");
        assertThat(refused.client()).isEqualTo("127.0.0.1");
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }

    /** A peer that asks for acknowledgements and never reads them would have them pile up. */
    @ParameterizedTest
    @ValueSource(ints = {Http2Frame.SETTINGS, Http2Frame.PING})
    void aFloodOfQuestionsEndsTheConnection(int type) {
        try (RawHttp2 client = RawHttp2.connectDeaf(gate.proxy.port())) {
            byte[] payload = new byte[type == Http2Frame.PING ? 8 : 0];
            sendUntilClosed(client, new Http2Frame(type, 0, 0, payload), 1_000, 2_000);
        }
    }

    @Test
    void emptyDataWithoutEndEndsTheConnection() {
        try (RawHttp2 client = connect()) {
            int stream = client.open(false, RawHttp2.head("POST", "/"));
            cutsOff(client, ENHANCE_YOUR_CALM, () -> {
                for (int i = 0; i < 100; i++) {
                    client.data(stream, false, "");
                }
            });
        }
    }

    /**
     * The flood ends the connection, with its reason where that can still be read: what is on its way when the proxy closes
     * resets the connection, and the reason may be lost with it.
     */
    private static void cutsOff(RawHttp2 client, int code, Runnable flood) {
        try {
            flood.run();
            assertThat(client.awaitGoAway()).isEqualTo(code);
            client.awaitEnd();
        } catch (UncheckedIOException reset) {
            assertThat(reset).hasCauseInstanceOf(SocketException.class);
        }
    }

    /** Sends the frame so many times at once, and that so often, if the proxy lets us. */
    private static void sendUntilClosed(RawHttp2 client, Http2Frame frame, int atOnce, int atMost) {
        byte[] one = frame.encode();
        byte[] frames = new byte[one.length * atOnce];
        for (int i = 0; i < atOnce; i++) {
            System.arraycopy(one, 0, frames, i * one.length, one.length);
        }
        try {
            for (int i = 0; i < atMost; i++) {
                client.send(frames);
            }
        } catch (UncheckedIOException closed) {
            return;
        }
        throw new AssertionError("the proxy took all");
    }

    @Test
    void windowsCannotOverflow() {
        try (RawHttp2 client = connect()) {
            int stream = client.open(false, RawHttp2.head("POST", "/"));
            client.send(Http2Frame.number(Http2Frame.WINDOW_UPDATE, stream, Integer.MAX_VALUE));
            assertThat(client.answer(stream).resetCode()).isEqualTo(FLOW_CONTROL_ERROR);
            client.send(Http2Frame.number(Http2Frame.WINDOW_UPDATE, 0, Integer.MAX_VALUE));
            assertThat(client.awaitGoAway()).isEqualTo(FLOW_CONTROL_ERROR);
            client.awaitEnd();
        }
        try (RawHttp2 client = connect()) {
            client.send(Http2Frame.number(Http2Frame.WINDOW_UPDATE, 0, 0));
            assertThat(client.awaitGoAway()).isEqualTo(PROTOCOL_ERROR);
            client.awaitEnd();
        }
    }

    @Test
    void aClientThatSendsPastTheWindowIsCutOff() {
        try (MisbehavingBackend stuck = MisbehavingBackend.start(connection -> {
            connection.readHead();
            connection.pause(60_000);
        })) {
            gate.proxy.cluster("stuck", stuck.port()).route("/stuck", "stuck").apply();
            try (RawHttp2 client = connect()) {
                int stream = client.open(false, RawHttp2.head("POST", "/stuck"));
                sendUntilClosed(client, new Http2Frame(Http2Frame.DATA, 0, stream, new byte[16_384]), 1, 4_096);
            }
        }
    }

    @Test
    void streamsBeyondTheLimitAreRefused() {
        try (MisbehavingBackend slow = MisbehavingBackend.start(Behaviours.stalls())) {
            gate.proxy.cluster("slow", slow.port()).route("/slow", "slow").apply();
            try (RawHttp2 client = connect()) {
                assertThat(client.await(Http2Frame.SETTINGS).setting(3)).isEqualTo(256);
                for (int i = 0; i < 256; i++) {
                    client.request("GET", "/slow");
                }
                assertThat(client.answer(client.request("GET", "/slow")).resetCode())
                        .isEqualTo(REFUSED_STREAM);
            }
            assertThat(slow.awaitClosed()).isTrue();
        }
    }

    @Test
    void framesWhereNoneMayBeEndTheConnection() {
        List<Http2Frame> frames = List.of(
                new Http2Frame(Http2Frame.DATA, 0, 0, new byte[1]),
                new Http2Frame(Http2Frame.DATA, 0, 7, new byte[1]),
                new Http2Frame(
                        Http2Frame.HEADERS, Http2Frame.END_HEADERS, 2, RawHttp2.block(RawHttp2.head("GET", "/"))),
                new Http2Frame(Http2Frame.SETTINGS, 0, 1, new byte[0]),
                new Http2Frame(Http2Frame.SETTINGS, 0, 0, new byte[5]),
                new Http2Frame(Http2Frame.PING, 0, 0, new byte[7]),
                new Http2Frame(Http2Frame.PUSH_PROMISE, Http2Frame.END_HEADERS, 1, new byte[4]),
                new Http2Frame(Http2Frame.CONTINUATION, Http2Frame.END_HEADERS, 1, new byte[1]),
                Http2Frame.number(Http2Frame.RST_STREAM, 5, CANCEL),
                Http2Frame.number(Http2Frame.WINDOW_UPDATE, 5, 1));
        for (Http2Frame frame : frames) {
            try (RawHttp2 client = connect()) {
                client.send(frame);
                assertThat(client.awaitGoAway()).as(frame.toString()).isIn(PROTOCOL_ERROR, 0x6, FLOW_CONTROL_ERROR);
                client.awaitEnd();
            }
        }
        try (RawHttp2 client = connect()) {
            client.send(new byte[] {0x7f, 0, 0, 0, 0, 0, 0, 0, 0});
            client.awaitEnd();
        }
    }

    @Test
    void anUnknownFrameIsPassedOver() {
        try (RawHttp2 client = connect()) {
            client.send(new Http2Frame(0x42, 0xff, 0, new byte[100]));
            client.send(new Http2Frame(Http2Frame.PRIORITY, 0, 1, new byte[5]));
            assertThat(client.answer(client.request("GET", "/")).status()).isEqualTo(200);
        }
    }
}
