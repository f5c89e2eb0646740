package dev.torii.cli.mesh;

import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.GrpcEchoServer;
import dev.torii.testkit.Pod;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A service that is spoken with in many ways, as {@code mesh/shop.yaml} has its ports. It prints a line when all are open,
 * and ends when its standard input does.
 */
public final class ChatApp {

    /** HTTP/1.1, with WebSockets at {@code /ws}. */
    private static final int HTTP = 8080;

    private static final int H2C = 8081;
    private static final int GRPC = 8082;
    /** Both listen to the end before they answer; what they speak is declared of the second. */
    private static final int[] LISTENERS = {7000, 7001};

    private ChatApp() {}

    /** @param arguments the name of the pod */
    public static void main(String[] arguments) throws IOException {
        Vertx vertx = Vertx.vertx();
        Pod pod = new Pod("shop", "chat", arguments[0]);
        EchoBackend.start(vertx, pod, HTTP);
        EchoBackend.startH2c(vertx, pod, H2C);
        GrpcEchoServer.start(pod, GRPC);
        for (int port : LISTENERS) {
            ServerSocket server = new ServerSocket(port);
            Thread thread = new Thread(() -> listen(server), "listener " + port);
            thread.setDaemon(true);
            thread.start();
        }
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Only its end matters.
        }
        Runtime.getRuntime().halt(0);
    }

    private static void listen(ServerSocket server) {
        while (true) {
            try (Socket client = server.accept()) {
                byte[] said = client.getInputStream().readAllBytes();
                client.getOutputStream()
                        .write(("heard " + said.length + " bytes\n").getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                System.err.println("listener: " + e);
            }
        }
    }
}
