package dev.torii.console;

import dev.torii.console.SampleTraces.Sample;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.HostAndPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/**
 * A running console with a shop's traffic to show: spans of its proxies, sent as exporters do, and the proxies' admin
 * ports. For tests, and by hand ({@link #main}).
 */
public final class SampleMesh implements AutoCloseable {

    private static final int BATCH = 64;

    private static final List<String> SERVICES =
            List.of("gateway", "web", "products", "cart", "prices", "reviews", "web");

    private final Vertx vertx;
    private final List<FakeProxy> proxies;
    private final Console console;
    private final SampleTraces traces;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ScheduledExecutorService load = Executors.newSingleThreadScheduledExecutor();

    private SampleMesh(int port, int otlp, Duration lookEvery, long seed) {
        this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        this.proxies = SERVICES.stream().map(name -> new FakeProxy(vertx, name)).toList();
        this.traces = new SampleTraces(seed);
        this.console = await(Console.start(new Console.Options(
                HostAndPort.create("127.0.0.1", port),
                HostAndPort.create("127.0.0.1", otlp),
                proxies.stream()
                        .map(proxy -> HostAndPort.create("127.0.0.1", proxy.port()))
                        .toList(),
                List.of("console.example"),
                lookEvery,
                200_000)));
    }

    /** On free ports, nothing sent yet; proxies are asked how they are ten times a second. */
    public static SampleMesh start(long seed) {
        return new SampleMesh(0, 0, Duration.ofMillis(100), seed);
    }

    /** By hand: {@code main 15080 4318} runs until it is ended; now and then the reviews fail. */
    public static void main(String[] args) throws IOException, InterruptedException {
        SampleMesh mesh =
                new SampleMesh(Integer.parseInt(args[0]), Integer.parseInt(args[1]), Duration.ofSeconds(2), 1);
        mesh.send(2_000, Duration.ofMinutes(30));
        mesh.playOn();
        System.out.println("http://127.0.0.1:" + mesh.console.port() + "/");
        mesh.load.scheduleAtFixedRate(() -> mesh.fail("reviews", true), 20, 40, TimeUnit.SECONDS);
        mesh.load.scheduleAtFixedRate(() -> mesh.fail("reviews", false), 40, 40, TimeUnit.SECONDS);
        mesh.console.stopped().toCompletionStage().toCompletableFuture().join();
    }

    public Console console() {
        return console;
    }

    /** A proxy of the shop: {@code gateway}, or that of a service. */
    public FakeProxy proxy(String service) {
        return proxies.get(SERVICES.indexOf(service));
    }

    /** A second sidecar of the web service, in front of an instance that nobody calls. */
    public FakeProxy secondWeb() {
        return proxies.get(SERVICES.lastIndexOf("web"));
    }

    /** Where the console's page is. */
    public URI page(String path) {
        return URI.create("http://127.0.0.1:" + console.port() + path);
    }

    /** A service goes wrong, or is mended, for what is played from now on. */
    public void fail(String service, boolean fails) {
        traces.fail(service, fails);
    }

    /** Sends so many requests' spans, begun evenly over the time before now, and returns when the console has them. */
    public List<Sample> send(int requests, Duration over) throws IOException, InterruptedException {
        long now = ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
        List<Sample> sent = new ArrayList<>();
        ExportTraceServiceRequest.Builder batch = ExportTraceServiceRequest.newBuilder();
        for (int i = 1; i <= requests; i++) {
            Sample sample = traces.next(now - over.toNanos() / requests * (requests - i));
            batch.addAllResourceSpans(sample.spans().getResourceSpansList());
            sample.spans().getResourceSpansList().forEach(spans -> tell(spans, sample.orderId()));
            sent.add(sample);
            if (i % BATCH == 0 || i == requests) {
                export(batch.build());
                batch.clear();
            }
        }
        return sent;
    }

    /** Twenty requests a second from now on. */
    public void playOn() {
        load.scheduleAtFixedRate(this::playOne, 0, 50, TimeUnit.MILLISECONDS);
    }

    private void playOne() {
        try {
            send(1, Duration.ZERO);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A proxy counts and logs what it receives. */
    private void tell(ResourceSpans spans, String orderId) {
        String name = spans.getResource().getAttributes(0).getValue().getStringValue();
        FakeProxy proxy = proxy(name.equals("torii-gateway") ? "gateway" : name);
        spans.getScopeSpans(0).getSpansList().stream()
                .filter(span -> span.getKind() == SpanKind.SPAN_KIND_SERVER)
                .forEach(span -> proxy.served(span, orderId));
    }

    private void export(ExportTraceServiceRequest spans) throws IOException, InterruptedException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            spans.writeTo(out);
        }
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + console.otlpPort() + "/v1/traces"))
                        .header("content-type", "application/x-protobuf")
                        .header("content-encoding", "gzip")
                        .POST(BodyPublishers.ofByteArray(packed.toByteArray()))
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        load.shutdownNow();
        await(console.close());
        await(vertx.close());
    }
}
