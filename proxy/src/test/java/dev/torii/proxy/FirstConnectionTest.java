package dev.torii.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.FreePort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever comes with the very bind of a port is served: {@link Channels#open}. Without it one of about 20 was reset. */
@Timeout(60)
final class FirstConnectionTest {

    private static final int PORTS = 200;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void ofANetServer() throws Exception {
        play(port -> {
            var server = vertx.createNetServer(new NetServerOptions().setReusePort(true))
                    .connectHandler(socket -> socket.end(Buffer.buffer("HTTP, or not")));
            return Channels.open(vertx, () -> server.listen(port, "127.0.0.1"));
        });
    }

    @Test
    void ofAnHttpServer() throws Exception {
        play(port -> {
            var server = vertx.createHttpServer()
                    .requestHandler(request -> request.response().end());
            return Channels.open(vertx, () -> server.listen(port, "127.0.0.1"));
        });
    }

    private void play(IntFunction<Future<?>> opening) throws Exception {
        for (int i = 0; i < PORTS; i++) {
            int port = FreePort.find();
            CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> firstAnswer(port));
            CompletableFuture<Object> open = new CompletableFuture<>();
            vertx.runOnContext(v -> opening.apply(port).onComplete(open::complete, open::completeExceptionally));
            open.get();
            assertThat(first.get()).as("port %s of %s", i, PORTS).startsWith("HTTP");
        }
    }

    /** Tries until the port is open. */
    private static String firstAnswer(int port) {
        while (true) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII);
            } catch (ConnectException notYet) {
                Thread.onSpinWait();
            } catch (IOException reset) {
                return reset.toString();
            }
        }
    }
}
