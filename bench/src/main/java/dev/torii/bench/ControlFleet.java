package dev.torii.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Many sidecars' streams in one process, as cheap as can be: reads, acknowledges, compiles nothing. Changes the endpoint that
 * all of them use, and takes the time until each has been told. Run by {@code bench/fleet}, from its source: JDK only.
 */
public final class ControlFleet {

    private static final String COMMIT = "{\"commit\":{\"version\":\"";
    private static final int WANTS = 20;

    /** What is being waited for. */
    private static final class Round {

        final String address;
        final CountDownLatch missing;
        final long[] nanos;
        volatile long start;

        Round(String address, int streams) {
            this.address = address;
            this.missing = new CountDownLatch(streams);
            this.nanos = new long[streams];
        }
    }

    private final int streams;
    private volatile Round round;

    private ControlFleet(int streams) {
        this.streams = streams;
        this.round = new Round(COMMIT, streams);
    }

    /** @param args port, streams, services, file of the slice that changes, how often it does */
    public static void main(String[] args) throws Exception {
        ControlFleet fleet = new ControlFleet(Integer.parseInt(args[1]));
        fleet.connect(Integer.parseInt(args[0]), Integer.parseInt(args[2]));
        if (System.in.read() >= 0) {
            fleet.change(Path.of(args[3]), Integer.parseInt(args[4]));
        }
        System.exit(0);
    }

    private void connect(int port, int services) throws InterruptedException {
        HttpClient client = HttpClient.newBuilder()
                .executor(Executors.newFixedThreadPool(2))
                .build();
        URI uri = URI.create("ws://127.0.0.1:" + port + "/v1/stream");
        round.start = System.nanoTime();
        for (int i = 0; i < streams; i++) {
            client.newWebSocketBuilder()
                    .subprotocols("torii.v1")
                    .buildAsync(uri, new Ear(i, hello(i, services)))
                    .join();
        }
        await(round);
        System.out.printf(
                Locale.ROOT,
                "%d streams, each with all it uses after %.1f s%n",
                streams,
                (System.nanoTime() - round.start) / 1e9);
    }

    private static String hello(int number, int services) {
        String wants = IntStream.range(1, WANTS + 1)
                .mapToObj(i -> "\"s" + (number + i * 37) % services + ".shop\"")
                .collect(Collectors.joining(","));
        return "{\"hello\":{\"protocol\":1,\"role\":\"sidecar\",\"version\":\"bench\",\"pod\":\"shop/p" + number
                + "\",\"service\":\"shop/s" + number % services + "\",\"appPorts\":[8080],\"wants\":[\"hot.shop\"," + wants
                + "]}}";
    }

    private void change(Path file, int changes) throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        List<Double> last = new ArrayList<>();
        for (int i = 0; i < changes; i++) {
            Round next = new Round("10.99.0." + (i + 1), streams);
            Path written = file.resolveSibling("." + file.getFileName() + ".new");
            Files.writeString(written, slice(next.address), StandardCharsets.UTF_8);
            next.start = System.nanoTime();
            round = next;
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            await(next);
            double latest = 0;
            for (long nanos : next.nanos) {
                millis.add(nanos / 1e6);
                latest = Math.max(latest, nanos / 1e6);
            }
            last.add(latest);
        }
        millis.sort(null);
        last.sort(null);
        System.out.printf(
                Locale.ROOT,
                "a changed endpoint, %d times, at all %d: p50 %.0f ms, p99 %.0f ms; at the last one: p50 %.0f ms, most %.0f ms%n",
                changes,
                streams,
                millis.get(millis.size() / 2),
                millis.get(millis.size() * 99 / 100),
                last.get(last.size() / 2),
                last.get(last.size() - 1));
    }

    private static String slice(String address) {
        return "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\naddressType: IPv4\n"
                + "metadata: {name: hot-a, namespace: shop, labels: {kubernetes.io/service-name: hot}}\n"
                + "ports: [{name: http, port: 8080}]\nendpoints: [{addresses: [\"" + address + "\"]}]\n";
    }

    private static void await(Round round) throws InterruptedException {
        if (!round.missing.await(60, TimeUnit.SECONDS)) {
            System.out.println(round.missing.getCount() + " streams were told nothing in a minute");
            System.exit(1);
        }
    }

    private final class Ear implements WebSocket.Listener {

        private final int number;
        private final String hello;
        private final StringBuilder text = new StringBuilder();
        private boolean told;
        private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

        Ear(int number, String hello) {
            this.number = number;
            this.hello = hello;
        }

        @Override
        public void onOpen(WebSocket socket) {
            sent = socket.sendText(hello, true);
            socket.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                Round now = round;
                told |= text.indexOf("\"" + now.address + "\"") >= 0 || now.address.equals(COMMIT);
                if (text.indexOf(COMMIT) == 0) {
                    if (told) {
                        now.nanos[number] = System.nanoTime() - now.start;
                        now.missing.countDown();
                        told = false;
                    }
                    String version = text.substring(COMMIT.length(), text.indexOf("\"", COMMIT.length()));
                    String ack = "{\"ack\":{\"version\":\"" + version + "\",\"serving\":\"s\",\"problems\":[]}}";
                    // the answer to what was said may be here before the JDK knows that it has been sent
                    sent = sent.thenCompose(done -> socket.sendText(ack, true));
                }
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
