package dev.torii.proxy.stream;

import static dev.torii.proxy.stream.TestStreams.to;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Target;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Tracing;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Listening;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.TcpEchoServer;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How bytes flow through a TCP port, and how connections end. */
class StreamFlowTest {

    private static final int MIB = 1024 * 1024;

    /** Eight builds may share two cores. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration BLOCKED = Duration.ofSeconds(1);

    private final TestStreams streams = new TestStreams();
    private final List<MisbehavingBackend> backends = new ArrayList<>();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        streams.close();
        backends.forEach(MisbehavingBackend::close);
    }

    @Test
    void theServerMaySpeakFirst() {
        TcpEchoServer echo = TcpEchoServer.start(streams.vertx(), Pod.of("tcp"));
        streams.cluster("b", echo.port()).tcp(to("b")).apply();
        try (RawHttp client = connect()) {
            assertThat(client.readUntil("\n")).isEqualTo(TcpEchoServer.GREETING + "\n");
            assertThat(client.send("PING\n").readUntil("\n")).isEqualTo("PONG\n");
            assertThat(client.send("IS_TLS\n").readUntil("\n")).isEqualTo("false\n");
        }
        ExchangeRecord record = streams.record();
        assertThat(record.fault()).isNull();
        assertThat(record.protocol()).isEqualTo("TCP");
        assertThat(record.bytesIn()).isEqualTo("PING\nIS_TLS\n".length());
        assertThat(record.bytesOut()).isEqualTo((TcpEchoServer.GREETING + "\nPONG\nfalse\n").length());
        assertThat(record.authority()).isEmpty();
        assertThat(record.service()).isEqualTo("default/b");
    }

    /** They have no status: a sample, how long they took, and failure are what they can be written for. */
    @Test
    void conditionsOfTheLogHoldForConnectionsToo() throws Exception {
        TcpEchoServer echo = TcpEchoServer.start(streams.vertx(), Pod.of("tcp"));
        streams.cluster("b", echo.port()).tcp(loggedWhen(400, 0, "b")).apply();
        assertThat(visit().logged()).isFalse();
        streams.tcp(loggedWhen(400, 100, "b")).apply();
        assertThat(visit().logged()).isTrue();
        streams.cluster("dead", FreePort.find()).tcp(loggedWhen(400, 0, "dead")).apply();
        try (RawHttp client = RawHttp.connect(streams.port())) {
            client.readToEnd();
        }
        ExchangeRecord failed = streams.record();
        assertThat(failed.fault()).isEqualTo(Fault.UF);
        assertThat(failed.logged()).isTrue();
    }

    private static Backend loggedWhen(int minStatus, double samplePercent, String cluster) {
        AccessLogging log = new AccessLogging(List.of(), List.of(), minStatus, 0, samplePercent);
        return new Backend(1, new Target.ToCluster(cluster), List.of(), new Telemetry(Tracing.DEFAULT, log));
    }

    private ExchangeRecord visit() {
        try (RawHttp client = RawHttp.connect(streams.port())) {
            client.readUntil("\n");
            client.closeOutput().readToEnd();
        }
        return streams.record();
    }

    @Test
    void theClientMayEndFirstAndStillGetsALargeAnswer() {
        String answer = text(24 * MIB);
        serve(connection -> {
            seen.add("got " + connection.readToEnd());
            connection.send(answer);
        });
        try (RawHttp client = connect()) {
            client.send("question").closeOutput();
            // Let the answer pile up first: then the rest has to be written by a channel that has nothing else to wait
            // for.
            assertThat(next()).isEqualTo("got 8");
            assertThat(client.timeout(Duration.ofSeconds(30)).readToEnd()).isEqualTo(answer);
        }
        assertOrderly(8, answer.length());
    }

    @Test
    void theBackendMayEndFirstAndStillGetsALargeUpload() {
        CountDownLatch ended = new CountDownLatch(1);
        serve(connection -> {
            connection.send("bye");
            connection.halfClose();
            await(ended);
            seen.add("got " + connection.readToEnd());
        });
        String upload = text(8 * MIB);
        try (RawHttp client = connect()) {
            assertThat(client.readToEnd()).isEqualTo("bye");
            ended.countDown();
            client.send(upload).closeOutput();
            assertThat(next()).isEqualTo("got " + upload.length());
        }
        assertOrderly(upload.length(), 3);
    }

    @Test
    void theClientMayEndBeforeTheBackendIsConnected() {
        serve(connection -> connection.send("got " + connection.readToEnd()));
        try (RawHttp client = connect()) {
            client.closeOutput();
            assertThat(client.readToEnd()).isEqualTo("got 0");
        }
        assertOrderly(0, 5);
    }

    @Test
    void aGreatDealArrivesAsItWasBothWaysAtOnce() throws Exception {
        byte[] up = text(32 * MIB).getBytes(ISO_8859_1);
        String down = new StringBuilder(new String(up, ISO_8859_1)).reverse().toString();
        BlockingQueue<byte[]> uploads = new LinkedBlockingQueue<>();
        CountDownLatch sent = new CountDownLatch(1);
        MisbehavingBackend backend = serve(connection -> {
            Thread reader = new Thread(() -> {
                try {
                    uploads.add(connection.read(up.length));
                } catch (IOException e) {
                    uploads.add(new byte[0]);
                }
            });
            reader.start();
            connection.send(down);
            connection.halfClose();
            await(sent);
        });
        try (RawHttp client = connect()) {
            Thread writer = new Thread(() -> client.send(up).closeOutput());
            writer.start();
            assertThat(client.timeout(Duration.ofSeconds(60)).readToEnd().equals(down))
                    .isTrue();
            assertThat(uploads.poll(60, TimeUnit.SECONDS)).isEqualTo(up);
            sent.countDown();
            assertThat(backend.awaitClosed()).isTrue();
        }
        assertOrderly(up.length, down.length());
    }

    @Test
    void aBackendThatDoesNotReadHoldsTheClientBack() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        serve(connection -> {
            await(read);
            seen.add("got " + connection.readToEnd());
        });
        TestMemory memory = new TestMemory();
        try (SocketChannel client = open()) {
            long taken = pushUntilBlocked(client);
            assertThat(memory.grown()).isLessThan(MIB);
            read.countDown();
            client.shutdownOutput();
            assertThat(next()).isEqualTo("got " + taken);
        }
        assertThat(streams.record().fault()).isNull();
    }

    @Test
    void aClientThatDoesNotReadHoldsTheBackendBack() throws Exception {
        String answer = text(48 * MIB);
        serve(connection -> connection.send(answer));
        TestMemory memory = new TestMemory();
        try (RawHttp client = connect()) {
            assertThat(memory.grownWithin(Duration.ofMillis(1_000))).isLessThan(MIB);
            assertThat(client.timeout(Duration.ofSeconds(30)).readToEnd().length())
                    .isEqualTo(answer.length());
        }
        assertOrderly(0, answer.length());
    }

    @Test
    void aResetOfTheBackendResetsTheClient() {
        serve(connection -> {
            connection.read(4);
            connection.reset();
        });
        try (RawHttp client = connect()) {
            client.send("ping");
            assertReset(client);
        }
        assertRecord(Fault.UC, "upstream_reset");
    }

    @Test
    void aResetOfTheClientResetsTheBackend() {
        serve(connection -> {
            connection.send("hello");
            try {
                connection.readToEnd();
                seen.add("end");
            } catch (SocketException e) {
                seen.add("reset");
            }
        });
        RawHttp client = connect();
        assertThat(new String(client.read(5), ISO_8859_1)).isEqualTo("hello");
        client.reset();
        assertThat(next()).isEqualTo("reset");
        assertRecord(Fault.DC, "client_reset");
    }

    @Test
    void aResetIsNoticedWhileTheOtherSideDoesNotRead() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        serve(connection -> await(never));
        try (SocketChannel client = open()) {
            pushUntilBlocked(client);
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        assertRecord(Fault.DC, "client_reset");
        never.countDown();
    }

    @Test
    void aSilentConnectionIsClosedAfterItsTime() {
        streams.timeouts(300, 0);
        serve(connection -> connection.readToEnd());
        try (RawHttp client = connect()) {
            client.send("x");
            assertThat(client.closedWithin(Duration.ofSeconds(10))).isTrue();
        }
        assertRecord(Fault.SI, "idle_timeout");
    }

    /**
     * With little room of its own, and at a steady pace, however slow the machine: the kernel has megabytes of room for the
     * proxy, which hears of progress only when a third of that is free.
     */
    @Test
    void aReaderThatTakesItsTimeIsNotSilent() throws Exception {
        streams.timeouts(1_000, 0);
        String answer = text(24 * MIB);
        serve(connection -> connection.send(answer));
        try (Socket client = new Socket()) {
            client.setReceiveBufferSize(64 * 1024);
            client.setSoTimeout((int) PATIENCE.toMillis());
            client.connect(new InetSocketAddress(Listening.HOST, streams.port()));
            InputStream in = client.getInputStream();
            int got = 0;
            long start = System.nanoTime();
            for (long at = 0; at < 3_000; at = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)) {
                got += in.readNBytes((int) (6 * MIB * at / 1_000) - got).length;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            assertThat(got + in.readAllBytes().length).isEqualTo(answer.length());
        }
        assertOrderly(0, answer.length());
    }

    @Test
    void anEndpointThatRefusesIsReplacedByAnother() throws Exception {
        TcpEchoServer echo = TcpEchoServer.start(streams.vertx(), Pod.of("tcp"));
        streams.cluster("b", FreePort.find(), echo.port()).tcp(to("b")).apply();
        int attempts = 0;
        for (int i = 0; i < 20; i++) {
            try (RawHttp client = connect()) {
                assertThat(client.readUntil("\n")).contains(TcpEchoServer.GREETING);
            }
            attempts += streams.record().attempts();
        }
        assertThat(attempts).isGreaterThan(20);
    }

    @Test
    void whenAllRefuseTheClientIsClosed() throws Exception {
        streams.cluster("b", FreePort.find(), FreePort.find(), FreePort.find())
                .tcp(to("b"))
                .apply();
        try (RawHttp client = connect()) {
            assertThat(client.readToEnd()).isEmpty();
        }
        ExchangeRecord record = streams.record();
        assertThat(record.fault()).isEqualTo(Fault.UF);
        assertThat(record.detail()).isEqualTo("connection_refused");
        assertThat(record.attempts()).isEqualTo(2);
    }

    @Test
    void anEndpointTakesNoMoreThanItsLimit() {
        TcpEchoServer echo = TcpEchoServer.start(streams.vertx(), Pod.of("tcp"));
        streams.cluster(new Cluster(
                        "b",
                        "default/b",
                        Cluster.Protocol.AUTO,
                        List.of(new Endpoint(Listening.HOST, echo.port())),
                        LoadBalancing.DEFAULT,
                        new ConnectionSettings(1_000, 4_000, 1),
                        null,
                        null))
                .tcp(to("b"))
                .apply();
        try (RawHttp first = connect()) {
            first.readUntil("\n");
            try (RawHttp second = connect()) {
                assertThat(second.readToEnd()).isEmpty();
            }
            assertRecord(Fault.UO, "endpoint_connection_limit");
            assertThat(first.send("PING\n").readUntil("\n")).isEqualTo("PONG\n");
        }
        assertThat(streams.record().fault()).isNull();
        try (RawHttp third = connect()) {
            assertThat(third.readUntil("\n")).isNotEmpty();
        }
    }

    @Test
    void backendsShareByWeight() {
        AtomicInteger light = new AtomicInteger();
        AtomicInteger none = new AtomicInteger();
        int all = 400;
        MisbehavingBackend heavyBackend = backend(connection -> connection.send("heavy"));
        MisbehavingBackend lightBackend = backend(connection -> {
            light.incrementAndGet();
            connection.send("light");
        });
        MisbehavingBackend noneBackend = backend(connection -> none.incrementAndGet());
        streams.cluster("heavy", heavyBackend.port())
                .cluster("light", lightBackend.port())
                .cluster("none", noneBackend.port())
                .tcp(to(3, "heavy"), to(1, "light"), to(0, "none"))
                .apply();
        for (int i = 0; i < all; i++) {
            try (RawHttp client = connect()) {
                assertThat(client.readToEnd()).isIn("heavy", "light");
            }
        }
        // 100 expected, with a standard deviation of 8.7.
        assertThat(light.get()).isBetween(56, 144);
        assertThat(none.get()).isZero();
    }

    @Test
    void drainLetsConnectionsFinish() {
        TcpEchoServer echo = TcpEchoServer.start(streams.vertx(), Pod.of("tcp"));
        streams.cluster("b", echo.port()).tcp(to("b")).apply();
        int port = streams.port();
        Future<Void> drained;
        try (RawHttp client = connect()) {
            client.readUntil("\n");
            drained = streams.plane().drain(Duration.ofMillis(1), Duration.ofSeconds(60));
            awaitRefused(port);
            assertThat(client.send("PING\n").readUntil("\n")).isEqualTo("PONG\n");
            assertThat(drained.isComplete()).isFalse();
        }
        TestProxy.await(drained);
        assertThat(streams.record().fault()).isNull();
    }

    @Test
    void drainEndsAtItsDeadlineEvenForAClientThatDoesNotRead() {
        serve(connection -> connection.send(text(48 * MIB)));
        try (RawHttp client = connect()) {
            client.read(1);
            TestProxy.await(streams.plane().drain(Duration.ofMillis(1), Duration.ofMillis(300)));
            assertThat(streams.record().detail()).isEqualTo("drain_timeout");
        }
    }

    private MisbehavingBackend backend(MisbehavingBackend.Behaviour behaviour) {
        MisbehavingBackend backend = MisbehavingBackend.start(behaviour);
        backends.add(backend);
        return backend;
    }

    private MisbehavingBackend serve(MisbehavingBackend.Behaviour behaviour) {
        MisbehavingBackend backend = backend(behaviour);
        streams.cluster("b", backend.port()).tcp(to("b")).apply();
        return backend;
    }

    private RawHttp connect() {
        return RawHttp.connect(streams.port());
    }

    /** What a backend told next. */
    private String next() {
        try {
            String told = seen.poll(30, TimeUnit.SECONDS);
            return told == null ? "nothing" : told;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertOrderly(long in, long out) {
        ExchangeRecord record = streams.record();
        assertThat(record.fault()).as(record.detail()).isNull();
        assertThat(record.bytesIn()).isEqualTo(in);
        assertThat(record.bytesOut()).isEqualTo(out);
    }

    private void assertRecord(Fault fault, String detail) {
        ExchangeRecord record = streams.record();
        assertThat(record.fault()).isEqualTo(fault);
        assertThat(record.detail()).isEqualTo(detail);
    }

    private static void assertReset(RawHttp client) {
        try {
            client.read(1);
            throw new AssertionError("no reset");
        } catch (UncheckedIOException e) {
            assertThat(e.getCause()).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        }
    }

    /** A client with hardly any room of its own. */
    private SocketChannel open() throws IOException {
        SocketChannel client = SocketChannel.open();
        client.setOption(StandardSocketOptions.SO_SNDBUF, 16 * 1024);
        client.connect(new InetSocketAddress(Listening.HOST, streams.port()));
        client.configureBlocking(false);
        return client;
    }

    /** Writes until nothing more is taken for a second; returns how much was. */
    private static long pushUntilBlocked(SocketChannel client) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(64 * 1024);
        long taken = 0;
        long lastTaken = System.nanoTime();
        while (System.nanoTime() - lastTaken < (taken < MIB ? PATIENCE : BLOCKED).toNanos()) {
            chunk.clear();
            int n = client.write(chunk);
            if (n > 0) {
                taken += n;
                lastTaken = System.nanoTime();
            } else {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(taken).as("bytes taken from the sender").isLessThan(256L * MIB);
        }
        assertThat(taken).isGreaterThan(MIB);
        return taken;
    }

    private static void awaitRefused(int port) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < end) {
            try {
                RawHttp.connect(port).close();
            } catch (UncheckedIOException refused) {
                return;
            }
            LockSupport.parkNanos(5_000_000);
        }
        throw new AssertionError("still accepting");
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static String text(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return new String(bytes, ISO_8859_1);
    }
}
