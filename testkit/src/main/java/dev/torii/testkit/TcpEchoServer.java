package dev.torii.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import org.jspecify.annotations.Nullable;

/**
 * The line-by-line TCP server of the Gateway API conformance suite, in clear or over TLS. It speaks first, with
 * {@link #GREETING}; then {@code PING} gets {@code PONG}, {@code IS_TLS} gets {@code true} or {@code false},
 * {@code TEST} gets one line of JSON that tells who answered and with which SNI; any other line comes back as it is.
 */
public final class TcpEchoServer implements Listening {

    /** The first line of every connection. */
    public static final String GREETING = "Gateway API Test TCP Server";

    private final Pod pod;
    private final Journal<String> journal = new Journal<>();
    private final NetServer server;

    private TcpEchoServer(Vertx vertx, Pod pod, NetServerOptions options) {
        this.pod = pod;
        this.server = vertx.createNetServer(options.setHost(HOST).setPort(0));
        server.connectHandler(this::serve);
        server.listen().await();
    }

    public static TcpEchoServer start(Vertx vertx, Pod pod) {
        return new TcpEchoServer(vertx, pod, new NetServerOptions());
    }

    public static TcpEchoServer startTls(Vertx vertx, Pod pod, ServerTls tls) {
        NetServerOptions options =
                new NetServerOptions().setSsl(true).setSni(true).setKeyCertOptions(EchoBackend.keyCert(tls));
        return new TcpEchoServer(vertx, pod, options);
    }

    @Override
    public int port() {
        return server.actualPort();
    }

    public Pod pod() {
        return pod;
    }

    /** One entry a connection: its server name, {@code ""} without one. */
    public Journal<String> journal() {
        return journal;
    }

    @Override
    public void close() {
        server.close().await();
    }

    private void serve(NetSocket socket) {
        journal.add(serverName(socket));
        socket.write(GREETING + "\n");
        socket.handler(RecordParser.newDelimited("\n", line -> answer(socket, line)));
    }

    private void answer(NetSocket socket, Buffer line) {
        String said = EchoBackend.text(line).stripTrailing();
        String reply = switch (said) {
            case "PING" -> "PONG";
            case "IS_TLS" -> Boolean.toString(socket.isSsl());
            case "TEST" -> report(socket).encode();
            default -> said;
        };
        socket.write(reply + "\n");
    }

    private JsonObject report(NetSocket socket) {
        return new JsonObject()
                .put("namespace", pod.namespace())
                .put("service", pod.service())
                .put("pod", pod.name())
                .put("tls", socket.isSsl())
                .put("serverName", serverName(socket));
    }

    private static String serverName(NetSocket socket) {
        @Nullable String name = socket.isSsl() ? socket.indicatedServerName() : null;
        return name == null ? "" : name;
    }
}
