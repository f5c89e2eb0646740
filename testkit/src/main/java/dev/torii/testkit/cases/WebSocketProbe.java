package dev.torii.testkit.cases;

import dev.torii.testkit.Listening;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A WebSocket that sends messages and collects what comes back; {@code 0x…} is a binary message. */
final class WebSocketProbe implements Probe {

    private static final String BINARY = "0x";

    private final Vertx vertx;

    WebSocketProbe(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public Answer ask(int port, Exchange exchange) {
        WebSocketClient client = vertx.createWebSocketClient();
        try {
            WebSocket socket = client.connect(new WebSocketConnectOptions()
                            .setHost(Listening.HOST)
                            .setPort(port)
                            .setURI(exchange.target().path()))
                    .await(10, TimeUnit.SECONDS);
            return new Answer("101", List.of(), "", null, talk(socket, exchange), "");
        } catch (UpgradeRejectedException refused) {
            return Answer.failed(Integer.toString(refused.getStatus()), "no upgrade");
        } catch (Throwable e) {
            // await() throws whatever failed, checked or not.
            return Failures.answer(e);
        } finally {
            client.close().await();
        }
    }

    private static Map<String, String> talk(WebSocket socket, Exchange exchange) throws InterruptedException {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        socket.textMessageHandler(received::add);
        socket.binaryMessageHandler(bytes -> received.add(hex(bytes)));
        Map<String, String> said = new LinkedHashMap<>();
        for (Check check : exchange.checks()) {
            if (check instanceof Check.Says says) {
                send(socket, says.said());
                String answer = received.poll(10, TimeUnit.SECONDS);
                said.put(says.said(), answer == null ? "(nothing)" : answer);
            }
        }
        return said;
    }

    private static void send(WebSocket socket, String text) {
        if (text.startsWith(BINARY)) {
            socket.writeBinaryMessage(Buffer.buffer(java.util.HexFormat.of().parseHex(text, 2, text.length())));
        } else {
            socket.writeTextMessage(text);
        }
    }

    private static String hex(Buffer bytes) {
        return BINARY + java.util.HexFormat.of().formatHex(bytes.getBytes());
    }
}
