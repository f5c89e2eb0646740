package dev.torii.gateway;

import dev.torii.config.source.FileSource;
import dev.torii.proxy.DataPlane;
import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.telemetry.AccessLog;
import dev.torii.proxy.telemetry.ProxyMetrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * A running ingress gateway: follows manifests in files, serves them, writes the access log, answers on the admin
 * address. All methods may be called from any thread and none blocks, except where it says so.
 */
public final class Gateway {

    /**
     * @param config files and folders with manifests
     * @param bindHost the address that listeners are opened on
     * @param bindPort from a listener's port to the one opened; 0 is "any free one"
     * @param eventLoops how many cores serve traffic
     * @param drainAccept how long a draining gateway still takes connections, so that load balancers can learn of it
     * @param drainFinish how long requests in flight may take after that
     * @param accessLog where the access log goes, one JSON object a line
     */
    public record Options(
            List<Path> config,
            String adminHost,
            int adminPort,
            String bindHost,
            IntUnaryOperator bindPort,
            int eventLoops,
            Duration drainAccept,
            Duration drainFinish,
            OutputStream accessLog) {

        public Options {
            config = List.copyOf(config);
        }
    }

    private static final Logger LOG = System.getLogger("dev.torii.gateway");

    private final Options options;
    private final Vertx vertx;
    private final AccessLog accessLog;
    private final ProxyMetrics metrics;
    private final DataPlane plane;
    private final Configuration configuration;
    private final FileSource source;
    private final Promise<Void> stopped = Promise.promise();
    private volatile boolean draining;

    private Gateway(Options options, Vertx vertx, AccessLog accessLog, ProxyMetrics metrics, DataPlane plane) {
        this.options = options;
        this.vertx = vertx;
        this.accessLog = accessLog;
        this.metrics = metrics;
        this.plane = plane;
        this.configuration = new Configuration(plane, metrics);
        this.source = FileSource.watch(options.config(), configuration::changed);
    }

    /** Starts; serves as soon as a first readable configuration is there. */
    public static Future<Gateway> start(Options options) {
        Vertx vertx = Vertx.vertx(
                new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(options.eventLoops() + 1));
        AccessLog accessLog = new AccessLog(options.accessLog());
        ProxyMetrics metrics = new ProxyMetrics(
                options.eventLoops(), ProxyMetrics.DEFAULT_MAX_SERIES, accessLog::dropped, InstantSource.system());
        return DataPlane.start(
                        vertx,
                        new DataPlane.Options(
                                "gateway",
                                options.eventLoops(),
                                options.bindHost(),
                                options.bindPort(),
                                new Listeners(accessLog, metrics)))
                .compose(plane ->
                        vertx.executeBlocking(() -> new Gateway(options, vertx, accessLog, metrics, plane), false));
    }

    /** Log and metrics, each told of every exchange. */
    private record Listeners(AccessLog log, ProxyMetrics metrics) implements ExchangeListener {

        @Override
        public void started() {
            metrics.started();
        }

        @Override
        public void ended(ExchangeRecord exchange) {
            metrics.ended(exchange);
            log.ended(exchange);
        }
    }

    /** Whether a first complete snapshot is being served and the gateway is not leaving. */
    public boolean isReady() {
        return configuration.isComplete() && !draining;
    }

    /** The metrics in Prometheus' text format. */
    String metricsText() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            metrics.page("", List.of()).writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Where a listener's port is really bound; -1 when it is not open. */
    public int boundPort(int listenerPort) {
        return plane.boundPort(listenerPort);
    }

    /**
     * Leaves without failing anybody: says it is not ready, keeps accepting for {@link Options#drainAccept}, then stops
     * accepting, lets what is in flight finish within {@link Options#drainFinish}, and closes.
     */
    public Future<Void> drain() {
        if (draining) {
            return stopped.future();
        }
        draining = true;
        LOG.log(Level.INFO, "draining");
        plane.drain(options.drainAccept(), options.drainFinish())
                .otherwiseEmpty()
                .compose(v -> close())
                .onComplete(stopped);
        return stopped.future();
    }

    /** Ends when the gateway has stopped, after a {@link #drain}. */
    public Future<Void> stopped() {
        return stopped.future();
    }

    /** Closes everything now. */
    public Future<Void> close() {
        draining = true;
        // Not a future of this Vert.x: its event loops, which would have to deliver it, are the last thing to go.
        Promise<Void> closed = Promise.promise();
        vertx.<Void>executeBlocking(() -> {
                    source.close();
                    return null;
                })
                .compose(v -> plane.close())
                .compose(v -> vertx.<Void>executeBlocking(() -> {
                    accessLog.close();
                    return null;
                }))
                .onComplete(v -> vertx.close().onComplete(closed));
        return closed.future();
    }
}
