package dev.torii.proxy.stream;

import static dev.torii.proxy.stream.TestStreams.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first bytes of a connection on a TLS port: in every cut, and none or wrong ones. */
class ClientHelloTest {

    private static final int RECORD_HEADER = 5;

    private final TestStreams streams = new TestStreams();
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    private int expected;
    private final MisbehavingBackend backend =
            MisbehavingBackend.start(connection -> received.add(connection.read(expected)));

    @AfterEach
    void close() {
        streams.close();
        backend.close();
    }

    @Test
    void aByteAtATime() throws Exception {
        byte[] hello = hello("abc.example.com");
        assertArrives(hello, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5, 64, 200})
    void inManyRecords(int size) throws Exception {
        byte[] hello = inRecordsOf(size, hello("abc.example.com"));
        assertArrives(hello, hello.length);
        assertArrives(hello, 7);
    }

    @Test
    void withBytesBehindIt() throws Exception {
        byte[] hello = hello("abc.example.com");
        byte[] more = Arrays.copyOf(hello, hello.length + 20_000);
        assertArrives(more, more.length);
    }

    @Test
    void hugeButWithinBounds() throws Exception {
        assertArrives(padded(hello("abc.example.com"), 15_000), 1_000);
    }

    @Test
    void overBounds() throws Exception {
        serve();
        byte[] hello = padded(hello("abc.example.com"), 20_000);
        assertClosed(hello, Fault.TL, "client_hello_too_large");
    }

    @Test
    void garbage() {
        serve();
        assertClosed(
                "GET / HTTP/1.1\r\nHost: abc.example.com\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                Fault.DPE,
                "not_tls");
        assertClosed(new byte[100], Fault.DPE, "not_tls");
        // An alert, a handshake record without anything, a ServerHello, and a record of TLS 4.
        assertClosed(new byte[] {21, 3, 1, 0, 2, 2, 40}, Fault.DPE, "not_tls");
        assertClosed(new byte[] {22, 3, 1, 0, 0}, Fault.DPE, "not_tls");
        assertClosed(new byte[] {22, 3, 1, 0, 4, 2, 0, 0, 0}, Fault.DPE, "not_tls");
        assertClosed(new byte[] {22, 4, 1, 0, 4, 1, 0, 0, 0}, Fault.DPE, "not_tls");
    }

    @Test
    void aHelloWhoseInsideIsGarbage() throws Exception {
        serve();
        byte[] hello = hello("abc.example.com");
        Arrays.fill(hello, RECORD_HEADER + 4 + 34, hello.length, (byte) 0xff);
        assertClosed(hello, Fault.DPE, "not_tls");
    }

    @Test
    void nothingAtAll() {
        streams.timeouts(0, 200);
        serve();
        try (RawHttp silent = RawHttp.connect(streams.port())) {
            assertThat(silent.closedWithin(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(streams.record().detail()).isEqualTo("handshake_timeout");
    }

    @Test
    void halfAHelloAndThenNothing() throws Exception {
        streams.timeouts(0, 200);
        serve();
        byte[] hello = hello("abc.example.com");
        assertClosed(Arrays.copyOf(hello, hello.length / 2), Fault.SI, "handshake_timeout");
    }

    @Test
    void aHelloAndThenNothingWhereTlsEnds() throws Exception {
        streams.timeouts(0, 200).cluster("b", backend.port());
        streams.terminate("abc.example.com", Certificates.authority("CA").issue("abc.example.com"), to("b"))
                .apply();
        try (RawHttp client = RawHttp.connect(streams.port())) {
            client.send(hello("abc.example.com"));
            client.readToEnd();
        }
        assertThat(streams.record().detail()).isEqualTo("handshake_timeout");
    }

    @Test
    void goneBeforeItSaidAnythingIsNoNews() {
        serve();
        RawHttp.connect(streams.port()).close();
        RawHttp.connect(streams.port()).reset();
        RawHttp.connect(streams.port()).send("?".repeat(9)).closeOutput().close();
        assertRecord(Fault.DPE, "not_tls");
    }

    @Test
    void goneInTheMiddleOfTheHello() throws Exception {
        serve();
        byte[] hello = hello("abc.example.com");
        try (RawHttp client = RawHttp.connect(streams.port())) {
            client.send(Arrays.copyOf(hello, 100)).closeOutput();
            assertThat(client.readToEnd()).isEmpty();
        }
        assertRecord(Fault.DC, "client_closed");
    }

    private void serve() {
        streams.cluster("b", backend.port())
                .passthrough("abc.example.com", to("b"))
                .apply();
    }

    private void assertArrives(byte[] hello, int piece) throws InterruptedException {
        expected = hello.length;
        serve();
        try (RawHttp client = RawHttp.connect(streams.port())) {
            for (int at = 0; at < hello.length; at += piece) {
                client.send(Arrays.copyOfRange(hello, at, Math.min(hello.length, at + piece)));
            }
            assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo(hello);
        }
        ExchangeRecord record = streams.record();
        assertThat(record.authority()).isEqualTo("abc.example.com");
        assertThat(record.bytesIn()).isEqualTo(hello.length);
    }

    private void assertClosed(byte[] first, Fault fault, String detail) {
        try (RawHttp client = RawHttp.connect(streams.port())) {
            client.send(first);
            assertThat(client.closedWithin(Duration.ofSeconds(10))).isTrue();
        }
        assertRecord(fault, detail);
        assertThat(backend.connections()).isZero();
    }

    private void assertRecord(Fault fault, String detail) {
        ExchangeRecord record = streams.record();
        assertThat(record.fault()).isEqualTo(fault);
        assertThat(record.detail()).isEqualTo(detail);
    }

    /** A ClientHello of the JDK, in one record. */
    private static byte[] hello(String serverName) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(serverName)));
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** The same handshake message cut into records of at most that many bytes. */
    private static byte[] inRecordsOf(int size, byte[] hello) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int at = RECORD_HEADER; at < hello.length; at += size) {
            int length = Math.min(size, hello.length - at);
            records.write(hello, 0, 3);
            records.write(length >>> 8);
            records.write(length);
            records.write(hello, at, length);
        }
        return records.toByteArray();
    }

    /** Grows a hello of one record by an extension of zeros (padding, RFC 7685) to about that size. */
    private static byte[] padded(byte[] hello, int size) {
        int grow = size - hello.length;
        byte[] padded = Arrays.copyOf(hello, size);
        padded[hello.length] = 0;
        padded[hello.length + 1] = 21;
        put16(padded, hello.length + 2, grow - 4);
        int random = RECORD_HEADER + 4 + 2 + 32;
        int suites = random + 1 + hello[random];
        int compressions = suites + 2 + get16(hello, suites);
        int extensions = compressions + 1 + hello[compressions];
        put16(padded, extensions, get16(hello, extensions) + grow);
        put16(padded, RECORD_HEADER + 2, get16(hello, RECORD_HEADER + 2) + grow);
        put16(padded, 3, get16(hello, 3) + grow);
        return padded;
    }

    private static int get16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }
}
