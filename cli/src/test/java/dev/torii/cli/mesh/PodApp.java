package dev.torii.cli.mesh;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * A service that knows nothing of any mesh, on the JDK alone: it answers each request with its name, where it came from
 * and the headers it had, and takes mail. It prints a line when all ports are open, and ends when its standard input does.
 */
public final class PodApp {

    static final int HTTP = 8080;
    /** Nobody declares these two. */
    static final int OTHER = 9090;

    static final int ANOTHER = 9091;
    /** Only for the pod itself. */
    static final int PRIVATE = 9191;

    static final int MAIL = 2525;

    private final String name;

    private PodApp(String name) {
        this.name = name;
    }

    /** @param arguments the name of the pod */
    public static void main(String[] arguments) throws IOException {
        PodApp app = new PodApp(arguments[0]);
        for (int port : new int[] {HTTP, OTHER, ANOTHER}) {
            app.serve(new InetSocketAddress(port));
        }
        app.serve(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), PRIVATE));
        Thread mail = new Thread(app.mail(), "mail");
        mail.setDaemon(true);
        mail.start();
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Only its end matters.
        }
        Runtime.getRuntime().halt(0);
    }

    private void serve(InetSocketAddress at) throws IOException {
        HttpServer server = HttpServer.create(at, 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        InetSocketAddress from = exchange.getRemoteAddress();
        StringBuilder text = new StringBuilder();
        text.append("pod ").append(name).append('\n');
        text.append("from ").append(from.getAddress().getHostAddress());
        text.append(' ').append(from.getPort()).append('\n');
        exchange.getRequestHeaders()
                .forEach((header, values) -> text.append(header)
                        .append(": ")
                        .append(String.join(",", values))
                        .append('\n'));
        exchange.getRequestBody().readAllBytes();
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** SMTP (RFC 5321), in which the server speaks first. */
    private Runnable mail() throws IOException {
        ServerSocket server = new ServerSocket(MAIL);
        return () -> {
            while (true) {
                try (Socket client = server.accept()) {
                    receive(client);
                } catch (IOException e) {
                    System.err.println("mail: " + e);
                }
            }
        };
    }

    private void receive(Socket client) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
        OutputStream out = client.getOutputStream();
        say(out, "220 " + name + " is first");
        boolean inMail = false;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (inMail) {
                inMail = !line.equals(".");
            } else if (line.equals("DATA")) {
                say(out, "354 go on");
                inMail = true;
                continue;
            }
            if (!inMail) {
                say(out, line.equals("QUIT") ? "221 bye" : "250 " + name + " got it");
            }
        }
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
