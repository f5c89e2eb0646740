package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.TestProxy;
import dev.torii.testkit.Await;
import dev.torii.testkit.BackendConnection;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** WebSockets, and whatever else is spoken after an upgrade: the proxy only moves the bytes. */
class WebSocketTest {

    private static final String UPGRADE = "GET /raw HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n";
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n";

    private static final int MUCH = 40 << 20;

    /** What the sockets' buffers of the kernel take in on the way; our own part is a few hundred kilobytes. */
    private static final long ON_THE_WAY = 20 << 20;

    private static final String CHUNK = "x".repeat(64 << 10);

    private final Vertx vertx = Vertx.vertx();
    private final Promise<ServerWebSocket> accepted = Promise.promise();
    private final HttpServer backend = TestProxy.await(vertx.createHttpServer()
            .webSocketHandler(socket -> {
                socket.textMessageHandler(socket::writeTextMessage);
                accepted.complete(socket);
            })
            .listen(0, "127.0.0.1"));
    private final TestProxy proxy =
            new TestProxy().cluster("ws", backend.actualPort()).route("/", "ws").apply();
    private final WebSocketClient client = vertx.createWebSocketClient();
    private final AtomicLong flooded = new AtomicLong();
    private @Nullable MisbehavingBackend raw;

    @AfterEach
    void close() {
        TestProxy.await(client.close());
        proxy.close();
        if (raw != null) {
            raw.close();
        }
        TestProxy.await(vertx.close());
    }

    private WebSocket connect() {
        return TestProxy.await(client.connect(proxy.port(), "127.0.0.1", "/"));
    }

    @Test
    void manyMessagesComeBackInTheirOrder() throws Exception {
        WebSocket socket = connect();
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        socket.textMessageHandler(received::add);
        for (int i = 0; i < 2_000; i++) {
            socket.writeTextMessage("message " + i);
        }
        for (int i = 0; i < 2_000; i++) {
            assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("message " + i);
        }
        TestProxy.await(socket.close());
    }

    @Test
    void theClientsCloseCodeReachesTheBackend() {
        WebSocket socket = connect();
        ServerWebSocket seen = TestProxy.await(accepted.future());
        Promise<Void> closed = Promise.promise();
        seen.closeHandler(v -> closed.complete());
        TestProxy.await(socket.close((short) 4001, "enough"));
        TestProxy.await(closed.future());
        assertThat(seen.closeStatusCode()).isEqualTo((short) 4001);
        assertThat(seen.closeReason()).isEqualTo("enough");
        assertThat(proxy.record().status()).isEqualTo(101);
    }

    @Test
    void theBackendsCloseCodeReachesTheClient() {
        WebSocket socket = connect();
        Promise<Void> closed = Promise.promise();
        socket.closeHandler(v -> closed.complete());
        TestProxy.await(TestProxy.await(accepted.future()).close((short) 1012, "restart"));
        TestProxy.await(closed.future());
        assertThat(socket.closeStatusCode()).isEqualTo((short) 1012);
        assertThat(socket.closeReason()).isEqualTo("restart");
        ExchangeRecord record = proxy.record();
        assertThat(record.fault()).isNull();
        assertThat(record.bytesOut()).isPositive();
    }

    /** A client that has switched to a protocol of its own with a backend that now does this. */
    private RawHttp upgraded(MisbehavingBackend.Behaviour after) {
        raw = MisbehavingBackend.start(connection -> {
            connection.readHead();
            connection.send(SWITCH);
            after.serve(connection);
        });
        proxy.clearRoutes().cluster("raw", raw.port()).route("/raw", "raw").apply();
        RawHttp socket = RawHttp.connect(proxy.port()).send(UPGRADE);
        assertThat(socket.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
        return socket;
    }

    @Test
    void theBackendIsToldThatTheClientIsGone() {
        upgraded(BackendConnection::stall).reset();
        assertThat(raw.awaitClosed()).isTrue();
    }

    @Test
    void theClientIsToldThatTheBackendIsGone() {
        try (RawHttp socket = upgraded(connection -> connection.send("last words"))) {
            assertThat(socket.readToEnd()).isEqualTo("last words");
        }
    }

    @Test
    void aClientThatHalfClosesIsHeardToItsEnd() {
        try (RawHttp socket = upgraded(connection -> connection.count("heard " + connection.readToEnd()))) {
            socket.send(CHUNK.repeat(16)).closeOutput();
            assertThat(raw.awaitRequests(2)).isTrue();
            assertThat(raw.requests().get(1)).isEqualTo("heard " + 16 * CHUNK.length());
            assertThat(socket.readToEnd()).isEmpty();
        }
    }

    @Test
    void aBackendThatHalfClosesIsHeardToItsEnd() {
        try (RawHttp socket = upgraded(connection -> {
            connection.send(CHUNK.repeat(16)).halfClose();
            connection.stall();
        })) {
            assertThat(socket.readToEnd()).hasSize(16 * CHUNK.length());
            assertThat(raw.awaitClosed()).isTrue();
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsTheBackendBack() {
        try (RawHttp socket = upgraded(connection -> {
            for (; flooded.get() < MUCH; flooded.addAndGet(CHUNK.length())) {
                connection.send(CHUNK);
            }
        })) {
            assertThat(Await.settled(flooded::get)).isBetween(1L, ON_THE_WAY);
            assertThat(socket.readToEnd()).hasSize(MUCH);
        }
    }

    @Test
    void aBackendThatDoesNotReadHoldsTheClientBack() throws Exception {
        CountDownLatch listens = new CountDownLatch(1);
        try (RawHttp socket = upgraded(connection -> {
            connection.pauseUntil(listens);
            connection.count("heard " + connection.readToEnd());
        })) {
            Thread sender = new Thread(() -> {
                for (; flooded.get() < MUCH; flooded.addAndGet(CHUNK.length())) {
                    socket.send(CHUNK);
                }
                socket.closeOutput();
            });
            sender.start();
            assertThat(Await.settled(flooded::get)).isBetween(1L, ON_THE_WAY);
            listens.countDown();
            sender.join();
            assertThat(raw.awaitRequests(2)).isTrue();
            assertThat(raw.requests().get(1)).isEqualTo("heard " + MUCH);
        }
    }
}
