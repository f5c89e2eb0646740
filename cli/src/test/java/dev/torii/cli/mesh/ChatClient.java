package dev.torii.cli.mesh;

import dev.torii.testkit.GrpcEcho;
import dev.torii.testkit.GrpcEchoClient;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Clients of {@link ChatApp} that know nothing of any mesh: grpc-java, the JDK's WebSocket, a socket. Each prints what it got. */
public final class ChatClient {

    private static final String END = "end";
    private static final int LIMIT_SECONDS = 20;

    /** What a stream has brought and not yet been asked for. */
    private final BlockingQueue<String> brought = new LinkedBlockingQueue<>();

    private final String host;
    private final int port;

    private ChatClient(String host, int port) {
        this.host = host;
        this.port = port;
    }

    /** @param arguments what to do ({@code grpc}, {@code websocket} or {@code listener}), host, port, and for the last how many bytes to say */
    public static void main(String[] arguments) throws Exception {
        ChatClient client = new ChatClient(arguments[1], Integer.parseInt(arguments[2]));
        switch (arguments[0]) {
            case "grpc" -> client.grpc();
            case "websocket" -> client.webSocket();
            default -> client.sayAndListen(Integer.parseInt(arguments[3]));
        }
        System.exit(0); // whatever threads the libraries have left
    }

    private String next() throws InterruptedException {
        String next = brought.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new IllegalStateException("nothing came within " + LIMIT_SECONDS + " s");
        }
        return next;
    }

    private void grpc() throws InterruptedException {
        try (GrpcEchoClient client = GrpcEchoClient.to(host, port, host + ":" + port)) {
            GrpcEchoClient.Reply reply = client.call("Echo", Map.of("x-echo-trailer", "kept"));
            System.out.println("unary " + reply.status().getCode());
            System.out.println("trailer " + text(reply.trailers(), "x-echo-trailer"));
            System.out.println("id " + text(reply.headers(), "x-request-id"));

            int[] counted = {0};
            ClientCalls.blockingServerStreamingCall(client.channel(), GrpcEcho.count(), options(), "1000")
                    .forEachRemaining(each -> counted[0] += Integer.parseInt(each));
            System.out.println("sum " + counted[0]);

            chat(client);
            try {
                ClientCalls.blockingUnaryCall(
                        client.channel(), GrpcEcho.fail(), options(), "FAILED_PRECONDITION not so");
            } catch (StatusRuntimeException refused) {
                System.out.println("refused " + refused.getStatus().getCode() + " "
                        + refused.getStatus().getDescription());
            }
        }
    }

    /** Says something only when the last was answered: nobody on the way may keep a message back. */
    private void chat(GrpcEchoClient client) throws InterruptedException {
        StreamObserver<String> say =
                ClientCalls.asyncBidiStreamingCall(client.channel().newCall(GrpcEcho.chat(), options()), new Answers());
        StringBuilder heard = new StringBuilder("heard");
        for (String word : new String[] {"one", "two", "three"}) {
            say.onNext(word);
            heard.append(' ').append(next());
        }
        say.onCompleted();
        System.out.println(heard.append(' ').append(next()));
    }

    private static CallOptions options() {
        return CallOptions.DEFAULT.withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private static String text(Metadata metadata, String name) {
        return String.valueOf(metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
    }

    private final class Answers implements StreamObserver<String> {
        @Override
        public void onNext(String message) {
            brought.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            brought.add(failure.toString());
        }

        @Override
        public void onCompleted() {
            brought.add(END);
        }
    }

    private void webSocket() throws Exception {
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("x-request-id", "websocket-1")
                .buildAsync(URI.create("ws://" + host + ":" + port + "/ws"), new Messages())
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        for (String word : new String[] {"one", "two", "x".repeat(40_000)}) {
            socket.sendText(word, true).join();
            System.out.println("same " + word.equals(next()));
        }
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
        System.out.println(next());
    }

    private final class Messages implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                brought.add(message.toString());
                message.setLength(0);
            }
            return WebSocket.Listener.super.onText(socket, part, last);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            brought.add("closed " + code);
            return WebSocket.Listener.super.onClose(socket, code, reason);
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            brought.add(failure.toString());
        }
    }

    /** Shuts its sending side before anything was answered. */
    private void sayAndListen(int bytes) throws IOException {
        try (Socket socket = new Socket(host, port)) {
            socket.setSoTimeout(LIMIT_SECONDS * 1000);
            socket.getOutputStream().write(new byte[bytes]);
            socket.shutdownOutput();
            System.out.print(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        }
    }
}
