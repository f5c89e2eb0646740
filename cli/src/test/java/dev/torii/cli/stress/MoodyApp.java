package dev.torii.cli.stress;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An app as there are many: a bounded number of threads, each busy with one request until it is answered, and calls to
 * others that block and have no timeout. {@code /own} it answers itself; {@code /via/SERVICE/…} it asks of that Service
 * through its sidecar, and gives back the status and the reason; everything else it answers by its mood. It ends when
 * its standard input does, and prints a line when it is open.
 */
public final class MoodyApp {

    /** How it takes what is asked of it. */
    enum Mood {
        WELL,
        /** Answers after ten seconds. */
        SLOW,
        /** Answers nothing until the mood is another. */
        STALLS,
        /** Of ten answers three are 500. */
        FAILS,
        /** Resets every connection. */
        RESETS
    }

    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int FAILING_PERCENT = 30;
    private static final String VIA = "/via/";

    private final InetSocketAddress at;
    private final int threads;
    private final HttpClient calls;
    private final Random random = new Random(5);
    private final AtomicLong repeats = new AtomicLong();
    private Mood mood = Mood.WELL;
    private AutoCloseable listening = () -> {};

    private MoodyApp(int port, int threads, int outbound) {
        at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.threads = threads;
        calls = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), outbound)))
                .build();
    }

    /** @param arguments the app's port, the number of its threads, the port for the mood, its sidecar's outbound port */
    public static void main(String[] arguments) {
        try {
            run(arguments);
        } catch (IOException e) {
            e.printStackTrace();
        }
        Runtime.getRuntime().halt(1); // whatever threads there are
    }

    private static void run(String[] arguments) throws IOException {
        MoodyApp app = new MoodyApp(
                Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[3]));
        app.control(Integer.parseInt(arguments[2]));
        app.serve();
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Only its end matters.
        }
    }

    private void serve() throws IOException {
        HttpServer server = HttpServer.create(at, 0);
        var pool = Executors.newFixedThreadPool(threads);
        server.setExecutor(pool);
        server.createContext("/", this::answer);
        server.createContext("/own", exchange -> reply(exchange, 200, ""));
        server.createContext(VIA, this::pass);
        server.start();
        listening = () -> {
            server.stop(0);
            pool.shutdownNow();
        };
    }

    private void reset() throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(at);
        Thread thread = new Thread(() -> resetAll(server), "resets");
        thread.setDaemon(true);
        thread.start();
        listening = () -> {
            server.close();
            thread.join(); // until then the port may still be taken
        };
    }

    private static void resetAll(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setSoTimeout(1_000);
                socket.getInputStream().read();
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // It has gone, or so have we.
            }
        }
    }

    /** On a thread of its own: {@code POST /MOOD} sets it; {@code GET /} tells how many requests were repeats. */
    private void control(int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> {
            if (exchange.getRequestMethod().equals("POST")) {
                become(Mood.valueOf(exchange.getRequestURI().getPath().substring(1)));
            }
            byte[] body = repeats.toString().getBytes(StandardCharsets.US_ASCII);
            // Or it closes just when the next one is sent.
            exchange.getResponseHeaders().set("Connection", "close");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private void become(Mood next) throws IOException {
        Mood last;
        synchronized (this) {
            last = mood;
            mood = next;
            notifyAll();
        }
        if (last != next && (last == Mood.RESETS || next == Mood.RESETS)) {
            try {
                listening.close();
            } catch (Exception e) {
                throw new IOException(e);
            }
            if (next == Mood.RESETS) {
                reset();
            } else {
                serve();
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        if (exchange.getRequestHeaders().containsKey("x-torii-attempt")) {
            repeats.incrementAndGet();
        }
        reply(exchange, statusByMood(), "");
    }

    private synchronized int statusByMood() {
        try {
            long began = System.nanoTime();
            long left = SLOW_NANOS;
            while (mood == Mood.STALLS || mood == Mood.SLOW && left > 0) {
                wait(mood == Mood.STALLS ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
                left = began + SLOW_NANOS - System.nanoTime();
            }
        } catch (InterruptedException e) {
            return 503;
        }
        return mood == Mood.FAILS && random.nextInt(100) < FAILING_PERCENT ? 500 : 200;
    }

    private void pass(HttpExchange exchange) throws IOException {
        String called = exchange.getRequestURI().getPath().substring(VIA.length());
        try {
            HttpResponse<String> answer = calls.send(
                    HttpRequest.newBuilder(URI.create("http://" + called)).build(), BodyHandlers.ofString());
            reply(
                    exchange,
                    answer.statusCode(),
                    answer.headers().firstValue("x-torii-reason").orElse(""));
        } catch (IOException e) {
            reply(exchange, 502, e.toString());
        } catch (InterruptedException e) {
            reply(exchange, 503, "interrupted");
        }
    }

    private static void reply(HttpExchange exchange, int status, String reason) throws IOException {
        try (InputStream body = exchange.getRequestBody()) {
            body.readAllBytes();
        }
        if (!reason.isEmpty()) {
            exchange.getResponseHeaders().set("x-torii-reason", reason);
        }
        byte[] text = "hello\n".getBytes(StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(status, text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }
}
