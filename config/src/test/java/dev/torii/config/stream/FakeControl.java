package dev.torii.config.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.FromProxy;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.Put;
import dev.torii.testkit.Certificates;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A control that does what the test says, step by step, well or badly. */
final class FakeControl implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 15;

    private final Vertx vertx = Vertx.vertx();
    private final HttpServerOptions options;
    private final BlockingQueue<Talk> talks = new LinkedBlockingQueue<>();
    /** The authorization of each attempt; {@code ""} for none. */
    final BlockingQueue<String> attempts = new LinkedBlockingQueue<>();

    private volatile int refusal;
    private HttpServer server;
    private int port;

    private FakeControl(HttpServerOptions options) {
        this.options =
                options.setHost("127.0.0.1").setMaxWebSocketFrameSize(16 << 20).setWebSocketClosingTimeout(0);
        start(0);
    }

    static FakeControl plain() {
        return new FakeControl(new HttpServerOptions().addWebSocketSubProtocol(Message.SUBPROTOCOL));
    }

    static FakeControl speaking(String subprotocol) {
        return new FakeControl(new HttpServerOptions().addWebSocketSubProtocol(subprotocol));
    }

    static FakeControl encrypted(Certificates.Leaf identity) {
        return new FakeControl(new HttpServerOptions()
                .addWebSocketSubProtocol(Message.SUBPROTOCOL)
                .setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(identity.certificatePem()))
                        .addKeyValue(Buffer.buffer(identity.keyPem()))));
    }

    private void start(int at) {
        server = vertx.createHttpServer(new HttpServerOptions(options).setPort(at))
                .webSocketHandshakeHandler(this::shake)
                .webSocketHandler(this::accept);
        port = server.listen().await().actualPort();
    }

    private void shake(ServerWebSocketHandshake handshake) {
        attempts.add(String.valueOf(handshake.headers().get("authorization")));
        if (refusal == 0) {
            handshake.accept();
        } else {
            handshake.reject(refusal);
        }
    }

    private void accept(ServerWebSocket socket) {
        Talk talk = new Talk(socket);
        socket.textMessageHandler(talk.said::add);
        socket.closeHandler(
                v -> talk.closed.add(socket.closeStatusCode() == null ? 1006 : (int) socket.closeStatusCode()));
        talks.add(talk);
    }

    int port() {
        return port;
    }

    /** @param status 0 for welcome */
    void refuse(int status) {
        refusal = status;
    }

    /** The next connection. */
    Talk talk() throws InterruptedException {
        return taken(talks, "a connection");
    }

    void stop() {
        server.close().await();
    }

    /** On the same port. */
    void startAgain() {
        start(port);
    }

    @Override
    public void close() {
        server.shutdown(Duration.ZERO).await();
        vertx.close().await();
    }

    static <T> T taken(BlockingQueue<T> queue, String what) throws InterruptedException {
        @Nullable T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as(what).isNotNull();
        return next;
    }

    /** One connection. */
    static final class Talk {

        private final ServerWebSocket socket;
        private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
        private final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();

        private Talk(ServerWebSocket socket) {
            this.socket = socket;
        }

        FromProxy hears() throws InterruptedException, MalformedMessage {
            return Message.fromProxy(taken(said, "a message of the proxy"));
        }

        Hello hearsHello() throws InterruptedException, MalformedMessage {
            return (Hello) hears();
        }

        Ack hearsAck() throws InterruptedException, MalformedMessage {
            return (Ack) hears();
        }

        boolean hasHeard() {
            return !said.isEmpty();
        }

        void says(Message... messages) {
            for (Message each : messages) {
                says(each.text());
            }
        }

        void says(String text) {
            socket.writeTextMessage(text);
        }

        void saysBytes(byte[] bytes) {
            socket.writeBinaryMessage(Buffer.buffer(bytes));
        }

        /** Puts, commits, and hears that it was taken. */
        Ack commits(String version, List<String> answered, Put... puts) throws Exception {
            says(puts);
            says(new Commit(version, answered));
            return hearsAck();
        }

        /** And is answered. */
        void pings() {
            Promise<Void> answered = Promise.promise();
            socket.pongHandler(pong -> answered.complete());
            socket.writePing(Buffer.buffer("well?"));
            answered.future().await();
        }

        void cuts() {
            socket.close((short) 1012, "restarting");
        }

        /** The code that the proxy, or the cut, has ended it with. */
        int ends() throws InterruptedException {
            return taken(closed, "the end of a connection");
        }
    }
}
