package dev.torii.control;

import dev.torii.config.stream.MalformedMessage;
import dev.torii.config.stream.Message;
import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.FromControl;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.Role;
import dev.torii.config.stream.Message.Want;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The client's end of a stream: says what it is told to, and shows what it hears. */
public final class TestProxy implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final long PATIENCE_SECONDS = 20;

    private final BlockingQueue<FromControl> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    private TestProxy(URI control, HttpClient client, UnaryOperator<WebSocket.Builder> settings, boolean reads) {
        WebSocket.Builder builder = client.newWebSocketBuilder().subprotocols(Message.SUBPROTOCOL);
        socket = settings.apply(builder).buildAsync(control, new Ear(reads)).join();
    }

    public static TestProxy to(Control control) {
        return new TestProxy(uri(control), CLIENT, builder -> builder, true);
    }

    public static TestProxy to(Control control, String token) {
        return new TestProxy(uri(control), CLIENT, builder -> builder.header("authorization", "Bearer " + token), true);
    }

    public static TestProxy over(HttpClient client, URI control) {
        return new TestProxy(control, client, builder -> builder, true);
    }

    public static TestProxy over(HttpClient client, URI control, String token) {
        return new TestProxy(control, client, builder -> builder.header("authorization", "Bearer " + token), true);
    }

    /** One that never reads. */
    public static TestProxy deafTo(Control control) {
        return new TestProxy(uri(control), CLIENT, builder -> builder, false);
    }

    public static URI uri(Control control) {
        return URI.create("ws://127.0.0.1:" + control.port() + Message.PATH);
    }

    public static Hello sidecar(String service, String... wants) {
        return new Hello(1, Role.SIDECAR, "test", "", "", service, List.of(8080), List.of(wants), "");
    }

    public static Hello sidecarOf(String pod, String... wants) {
        return new Hello(1, Role.SIDECAR, "test", pod, "", "", List.of(8080), List.of(wants), "");
    }

    public static Hello gateway(String pod, String gateway) {
        return new Hello(1, Role.GATEWAY, "test", pod, gateway, "", List.of(), List.of(), "");
    }

    public static Hello having(Hello hello, String version) {
        return new Hello(
                hello.protocol(),
                hello.role(),
                hello.version(),
                hello.pod(),
                hello.gateway(),
                hello.service(),
                hello.appPorts(),
                hello.wants(),
                version);
    }

    public TestProxy say(Message message) {
        return say(message.text());
    }

    public TestProxy say(String text) {
        socket.sendText(text, true).join();
        return this;
    }

    /** Of a message that never ends. */
    public TestProxy sayPart(String text) {
        socket.sendText(text, false).join();
        return this;
    }

    public void sayBytes(byte[] bytes) {
        socket.sendBinary(java.nio.ByteBuffer.wrap(bytes), true).join();
    }

    public void want(String... places) {
        say(new Want(List.of(places)));
    }

    public void ack(Commit commit, String... problems) {
        say(new Ack(commit.version(), "s1", List.of(problems)));
    }

    /** Everything up to the next commit, and that. */
    public List<FromControl> next() {
        List<FromControl> all = new ArrayList<>();
        do {
            all.add(one());
        } while (!(all.get(all.size() - 1) instanceof Commit));
        return all;
    }

    /** The commit that ends what comes next. */
    public Commit commit() {
        List<FromControl> all = next();
        return (Commit) all.get(all.size() - 1);
    }

    /** The same, acknowledged. */
    public Commit taken() {
        Commit commit = commit();
        ack(commit);
        return commit;
    }

    private FromControl one() {
        try {
            return Objects.requireNonNull(heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "nothing was said");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether nothing is there that was not asked for. */
    public boolean heardNothing() {
        return heard.isEmpty();
    }

    /** The code it was closed with; 1006 when without one. */
    public int closed() {
        return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        socket.abort();
    }

    private final class Ear implements WebSocket.Listener {

        private final boolean reads;
        private final StringBuilder text = new StringBuilder();

        Ear(boolean reads) {
            this.reads = reads;
        }

        @Override
        public void onOpen(WebSocket opened) {
            if (reads) {
                opened.request(1);
            }
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    heard.add(Message.fromControl(text.toString()));
                } catch (MalformedMessage e) {
                    closed.completeExceptionally(e);
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.complete(1006);
        }
    }
}
