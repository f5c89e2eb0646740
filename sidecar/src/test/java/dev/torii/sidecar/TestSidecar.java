package dev.torii.sidecar;

import dev.torii.config.compile.SidecarView;
import dev.torii.config.source.Source;
import dev.torii.proxy.Discovery;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.spans.TracingSettings;
import dev.torii.sidecar.Sidecar.Address;
import dev.torii.testkit.Listening;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A sidecar in this process, on free ports, not captured, over a folder of manifests that a test edits. */
final class TestSidecar implements AutoCloseable {

    private static final HeaderMask MASK = new HeaderMask("a salt for all sidecars".getBytes(StandardCharsets.UTF_8));

    private static final Logging LOGGING = Logging.install(System.err, Logging.Format.TEXT, Logging.Verbosity.WARN);
    private static final Address ANY_PORT = new Address(Listening.HOST, 0);

    private final ByteArrayOutputStream log;
    private final Sidecar sidecar;

    private TestSidecar(Sidecar.Options options, ByteArrayOutputStream log) {
        this.log = log;
        this.sidecar = await(Sidecar.start(options, LOGGING));
    }

    /** Beside the app of a Service, which listens on these ports. */
    static TestSidecar start(Path config, String namespace, String service, Integer... appPorts) {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        return new TestSidecar(
                options(config, namespace, service, List.of(appPorts), ANY_PORT, Sidecar.Workers.UNKNOWN, log), log);
    }

    /** The same, with spans. */
    static TestSidecar tracing(
            TracingSettings tracing, Path config, String namespace, String service, Integer... appPorts) {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        List<Integer> ports = List.of(appPorts);
        return new TestSidecar(
                options(config, namespace, service, ports, ANY_PORT, Sidecar.Workers.UNKNOWN, log, tracing), log);
    }

    /** Beside an app with so many workers, of which one must be idle for it to be ready. */
    static TestSidecar withWorkers(int workers, Path config, String namespace, String service, int appPort) {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        Sidecar.Workers needed = new Sidecar.Workers(workers, true);
        return new TestSidecar(options(config, namespace, service, List.of(appPort), ANY_PORT, needed, log), log);
    }

    /** With its inbound port at an address. */
    static TestSidecar startAt(Address inbound, Path config, String namespace, String service) {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        return new TestSidecar(
                options(config, namespace, service, List.of(), inbound, Sidecar.Workers.UNKNOWN, log), log);
    }

    private static Sidecar.Options options(
            Path config,
            String namespace,
            String service,
            List<Integer> appPorts,
            Address inbound,
            Sidecar.Workers workers,
            ByteArrayOutputStream log) {
        return options(config, namespace, service, appPorts, inbound, workers, log, TracingSettings.OFF);
    }

    private static Sidecar.Options options(
            Path config,
            String namespace,
            String service,
            List<Integer> appPorts,
            Address inbound,
            Sidecar.Workers workers,
            ByteArrayOutputStream log,
            TracingSettings tracing) {
        return new Sidecar.Options(
                Source.files(List.of(config)),
                () -> new SidecarView(namespace, service, appPorts),
                Discovery.NONE,
                appPorts.isEmpty() ? 0 : appPorts.get(0),
                inbound,
                ANY_PORT,
                ANY_PORT,
                false,
                false,
                false,
                workers,
                1,
                Duration.ofMillis(500),
                Duration.ofSeconds(10),
                log,
                MASK,
                tracing);
    }

    Sidecar sidecar() {
        return sidecar;
    }

    int inbound() {
        return sidecar.bound().inbound();
    }

    int outbound() {
        return sidecar.bound().outbound();
    }

    /** What an admin page says. */
    RawResponse admin(String request) {
        try (RawHttp admin = RawHttp.connect(sidecar.bound().admin())) {
            return admin.send(request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .readResponse();
        }
    }

    /** The access log so far. */
    String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        await(sidecar.close());
    }
}
