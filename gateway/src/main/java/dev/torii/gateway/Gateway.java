package dev.torii.gateway;

import dev.torii.config.live.Configuration;
import dev.torii.config.source.Source;
import dev.torii.proxy.ControlContact;
import dev.torii.proxy.DataPlane;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.admin.AdminServer;
import dev.torii.proxy.admin.AdminSources;
import dev.torii.proxy.telemetry.ExchangeListeners;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.Observation;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.proxy.telemetry.spans.TracingSettings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A running ingress gateway: follows manifests in files, serves them, writes the access log, answers on the admin
 * address. All methods may be called from any thread and none blocks.
 */
public final class Gateway {

    /**
     * @param config where the manifests come from
     * @param bindHost the address that listeners are opened on
     * @param bindPort from a listener's port to the one opened; 0 is "any free one"
     * @param sharePorts whether another gateway may listen on the same ports, as when one takes over from the other
     * @param eventLoops how many cores serve traffic
     * @param drainAccept how long a draining gateway still takes connections, so that load balancers can learn of it
     * @param drainFinish how long requests in flight may take after that
     * @param accessLog where the access log goes, one JSON object a line
     * @param mask how headers are shown in it
     * @param tracing where spans go
     */
    public record Options(
            Source config,
            String adminHost,
            int adminPort,
            String bindHost,
            IntUnaryOperator bindPort,
            boolean sharePorts,
            int eventLoops,
            Duration drainAccept,
            Duration drainFinish,
            OutputStream accessLog,
            HeaderMask mask,
            TracingSettings tracing) {}

    private static final Logger LOG = System.getLogger("dev.torii.gateway");
    private static final long RETRY_MILLIS = 1_000;

    private final Options options;
    private final Vertx vertx;
    private final Observation observation;
    private final DataPlane plane;
    private final GatewayRole role;
    private final Configuration configuration;
    private final AdminServer admin;
    // Not a future of this Vert.x: its event loops, which would have to deliver it, are the last thing to go.
    private final Promise<Void> closed = Promise.promise();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Source.Following source;
    private volatile int adminPort = -1;
    private volatile boolean draining;

    private Gateway(Options options, Logging logging, Vertx vertx, Observation observation, DataPlane plane) {
        this.options = options;
        this.vertx = vertx;
        this.observation = observation;
        this.plane = plane;
        ProxyMetrics metrics = observation.metrics();
        this.role = new GatewayRole(options.tracing().defaults(), plane, metrics);
        this.configuration = new Configuration(role, options.config().isReviewed());
        metrics.describe("gateway", () -> "", () -> notReady().isEmpty());
        metrics.limits(plane::limits, plane::limitStores);
        if (control() != null) {
            metrics.control(() -> Objects.requireNonNull(control()));
        }
        this.admin = new AdminServer(
                vertx,
                new AdminSources(
                        this::notReady,
                        plane::snapshot,
                        plane::clusters,
                        plane::limits,
                        metrics::page,
                        query -> query.explain(plane.snapshot()),
                        this::control,
                        observation.accessLog().tails(),
                        logging::verbosity,
                        logging::verbosity,
                        this::drain,
                        this::quit));
        this.source = options.config().follow(configuration::changed);
    }

    /**
     * Starts; serves as soon as a first readable configuration is there.
     *
     * @return fails with one clear line when the admin port, or a port of the first configuration, cannot be opened
     */
    public static Future<Gateway> start(Options options, Logging logging) {
        try {
            return start(
                    options, logging, Observation.start(options.eventLoops(), options.accessLog(), options.tracing()));
        } catch (RuntimeException unusable) {
            return Future.failedFuture(unusable);
        }
    }

    private static Future<Gateway> start(Options options, Logging logging, Observation observation) {
        Vertx vertx = Vertx.vertx(
                new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(options.eventLoops() + 1));
        // Loops are given in turn: this one goes to the admin pages, and traffic gets the others.
        Context adminLoop = ((VertxInternal) vertx).createEventLoopContext();
        DataPlane.Options data = new DataPlane.Options(
                "gateway",
                options.eventLoops(),
                options.bindHost(),
                options.bindPort(),
                options.sharePorts(),
                new ExchangeListeners(observation.listeners()),
                options.mask());
        // Not a future of this Vert.x: a failure is told when its event loops, which would deliver it, are closed.
        Promise<Gateway> started = Promise.promise();
        DataPlane.start(vertx, data)
                .compose(plane ->
                        vertx.executeBlocking(() -> new Gateway(options, logging, vertx, observation, plane), false))
                .onSuccess(gateway -> adminLoop.runOnContext(v -> gateway.open(started)))
                .onFailure(e -> vertx.close().onComplete(v -> started.fail(e)));
        return started.future();
    }

    private void open(Promise<Gateway> started) {
        List<String> closedPorts = role.closedPorts();
        Future<Integer> opened = closedPorts.isEmpty()
                ? admin.listen(options.adminHost(), options.adminPort())
                : Future.failedFuture(new IOException(closedPorts.get(0)));
        opened.onSuccess(port -> {
                    adminPort = port;
                    vertx.setPeriodic(RETRY_MILLIS, id -> vertx.executeBlocking(this::retryClosedPorts));
                    started.complete(this);
                })
                .onFailure(e -> close().onComplete(v -> started.fail(e)));
    }

    private Boolean retryClosedPorts() {
        if (!draining && !role.closedPorts().isEmpty()) {
            configuration.again();
        }
        return true;
    }

    private @Nullable ControlContact control() {
        Source.Contact contact = options.config().contact();
        return contact == null ? null : new ControlContact(contact.connected(), contact.heardSeconds());
    }

    private Optional<String> notReady() {
        if (draining) {
            return Optional.of("draining");
        }
        return configuration.served().isEmpty() ? Optional.of("no readable configuration yet") : Optional.empty();
    }

    /** Version of the snapshot that is served, with its ports open; {@code ""} before the first. */
    public String servedVersion() {
        return configuration.served();
    }

    /** Where a listener's port is really bound; -1 when it is not open. */
    public int boundPort(int listenerPort) {
        return plane.boundPort(listenerPort);
    }

    /** Where the admin pages are. */
    public int adminPort() {
        return adminPort;
    }

    /**
     * Leaves without failing anybody: says it is not ready, keeps accepting for {@link Options#drainAccept}, then stops
     * accepting, lets what is in flight finish within {@link Options#drainFinish}, and closes. May be called again.
     *
     * @return ends when the gateway has stopped
     */
    public Future<Void> drain() {
        return leave(options.drainAccept());
    }

    /** The same at once: nothing more is accepted. Hurries no drain that has begun. */
    public Future<Void> quit() {
        return leave(Duration.ZERO);
    }

    private Future<Void> leave(Duration accept) {
        if (!draining) {
            draining = true;
            LOG.log(Level.INFO, "draining");
            plane.drain(accept, options.drainFinish()).onComplete(v -> close());
        }
        return closed.future();
    }

    /** Ends when the gateway has stopped, whoever asked for it. */
    public Future<Void> stopped() {
        return closed.future();
    }

    /** Closes everything now. May be called again. */
    public Future<Void> close() {
        draining = true;
        if (closing.compareAndSet(false, true)) {
            vertx.<Void>executeBlocking(() -> {
                        source.close();
                        return null;
                    })
                    .compose(v -> plane.close())
                    .compose(v -> vertx.<Void>executeBlocking(() -> {
                        observation.close();
                        return null;
                    }))
                    .onComplete(v -> vertx.close().onComplete(closed));
        }
        return closed.future();
    }
}
