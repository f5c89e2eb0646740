package dev.torii.sidecar;

import dev.torii.config.compile.SidecarView;
import dev.torii.config.live.Configuration;
import dev.torii.config.source.Source;
import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ControlContact;
import dev.torii.proxy.DataPlane;
import dev.torii.proxy.Discovery;
import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.admin.AdminServer;
import dev.torii.proxy.admin.AdminSources;
import dev.torii.proxy.mesh.MeshEntrance;
import dev.torii.proxy.telemetry.ExchangeListeners;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.Observation;
import dev.torii.proxy.telemetry.ProxyMetrics;
import dev.torii.proxy.telemetry.spans.TracingSettings;
import dev.torii.proxy.trace.AppWork;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A running sidecar: two data planes, one for what its app opens and one for what is opened to it, under one
 * configuration. They leave one after the other: inbound first, while the app may still need others to finish its work.
 * All methods may be called from any thread and none blocks.
 */
public final class Sidecar {

    /**
     * An address to listen on.
     *
     * @param port 0 for any free one
     */
    public record Address(String host, int port) {

        @Override
        public String toString() {
            return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
        }
    }

    /**
     * @param config where the manifests come from
     * @param view whose sidecar it is; asked with each configuration, and not before the first
     * @param discovery knows of places that the configuration does not tell
     * @param appPort where inbound connections go that were not captured; 0 for nowhere
     * @param captured whether connections come redirected by {@code torii capture}
     * @param strict whether the app may call nothing but Services
     * @param sharePorts whether another sidecar may listen on the same ports, as when one takes over from the other
     * @param workers of the app
     * @param eventLoops how many cores serve traffic, in each direction
     * @param drainAccept how long a draining sidecar still takes inbound connections
     * @param drainFinish how long requests in flight may take after that, in each direction
     * @param accessLog where the access log goes, one JSON object a line
     * @param mask how headers are shown in it
     * @param tracing where spans go
     */
    public record Options(
            Source config,
            Supplier<SidecarView> view,
            Discovery discovery,
            int appPort,
            Address inbound,
            Address outbound,
            Address admin,
            boolean captured,
            boolean strict,
            boolean sharePorts,
            Workers workers,
            int eventLoops,
            Duration drainAccept,
            Duration drainFinish,
            OutputStream accessLog,
            HeaderMask mask,
            TracingSettings tracing) {}

    /**
     * How much the app does at a time.
     *
     * @param count how many requests; 0 when that is not known
     * @param neededToBeReady whether the sidecar is ready only as long as one of them is idle
     */
    public record Workers(int count, boolean neededToBeReady) {

        public static final Workers UNKNOWN = new Workers(0, false);
    }

    private static final Logger LOG = System.getLogger("dev.torii.sidecar");
    private static final long CALLED_MILLIS = 60_000;

    private final Options options;
    private final Vertx vertx;
    private final Observation observation;
    private final DataPlane inbound;
    private final DataPlane outbound;
    private final Configuration configuration;
    private final AppWorkers workers;
    private final Departure departure;
    private final AdminServer admin;
    // Not a future of this Vert.x: its event loops, which would have to deliver it, are the last thing to go.
    private final Promise<Void> closed = Promise.promise();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Source.Following source;
    private volatile Bound bound = new Bound(-1, -1, -1);
    private volatile boolean draining;

    /** Where the ports really are; -1 before they are open. */
    public record Bound(int inbound, int outbound, int admin) {}

    private Sidecar(
            Options options,
            Logging logging,
            Vertx vertx,
            Observation observation,
            AppWorkers workers,
            List<DataPlane> planes) {
        this.options = options;
        this.vertx = vertx;
        this.observation = observation;
        this.inbound = planes.get(0);
        this.outbound = planes.get(1);
        this.workers = workers;
        this.departure = new Departure(vertx, inbound, outbound);
        Footprint footprint = new Footprint();
        vertx.setPeriodic(
                Footprint.LOOK_MILLIS,
                id -> vertx.executeBlocking(() -> {
                    footprint.settle();
                    return true;
                }));
        ProxyMetrics metrics = observation.metrics();
        this.configuration = new Configuration(
                new SidecarRole(options.tracing().defaults(), options.view(), inbound, outbound, metrics, footprint),
                options.config().isReviewed());
        metrics.describe(
                "sidecar",
                () -> options.view().get().namespace() + "/"
                        + options.view().get().service(),
                () -> notReady().isEmpty());
        metrics.limits(outbound::limits, outbound::limitStores);
        if (options.discovery() != Discovery.NONE) {
            vertx.setPeriodic(CALLED_MILLIS, id -> tellWhoIsCalled());
        }
        if (control() != null) {
            metrics.control(() -> Objects.requireNonNull(control()));
        }
        this.admin = new AdminServer(
                vertx,
                new AdminSources(
                        this::notReady,
                        outbound::snapshot,
                        this::clusters,
                        outbound::limits,
                        metrics::page,
                        query -> query.explain(outbound.snapshot()),
                        this::control,
                        observation.accessLog().tails(),
                        logging::verbosity,
                        logging::verbosity,
                        this::drain,
                        this::quit));
        this.source = options.config().follow(configuration::changed);
    }

    /**
     * Starts; ready as soon as a first readable configuration is there.
     *
     * @return fails with one clear line when a port cannot be opened
     */
    public static Future<Sidecar> start(Options options, Logging logging) {
        try {
            return start(
                    options, logging, Observation.start(options.eventLoops(), options.accessLog(), options.tracing()));
        } catch (RuntimeException unusable) {
            return Future.failedFuture(unusable);
        }
    }

    private static Future<Sidecar> start(Options options, Logging logging, Observation observation) {
        // One loop for what comes in, one for what goes out; admin pages, which are made elsewhere, share one of them.
        Vertx vertx = Vertx.vertx(
                new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(options.eventLoops() + 1));
        // Not a future of this Vert.x: a failure is told when its event loops, which would deliver it, are closed.
        Promise<Sidecar> started = Promise.promise();
        AppWorkers workers =
                new AppWorkers(options.workers(), observation.metrics().registry());
        AppWork atWork = new AppWork();
        observation.metrics().lostContexts(atWork::lost);
        List<ExchangeListener> calls = observation.listeners();
        List<ExchangeListener> work = new ArrayList<>(calls);
        work.add(0, workers);
        plane(vertx, options, "inbound", atWork, new ExchangeListeners(work))
                .compose(in -> plane(vertx, options, "outbound", atWork, new ExchangeListeners(calls))
                        .map(out -> List.of(in, out)))
                .compose(planes -> vertx.executeBlocking(
                        () -> new Sidecar(options, logging, vertx, observation, workers, planes), false))
                .onSuccess(sidecar -> sidecar.open(started))
                .onFailure(e -> vertx.close().onComplete(v -> started.fail(e)));
        return started.future();
    }

    private static Future<DataPlane> plane(
            Vertx vertx, Options options, String role, AppWork atWork, ExchangeListener listener) {
        return DataPlane.start(
                vertx,
                new DataPlane.Options(
                        role,
                        options.eventLoops(),
                        "",
                        port -> port,
                        options.sharePorts(),
                        listener,
                        options.mask(),
                        atWork));
    }

    private void open(Promise<Sidecar> started) {
        boolean captured = options.captured();
        open(
                        inbound,
                        new MeshEntrance.Settings(false, captured, false, options.appPort()),
                        options.inbound(),
                        "inbound")
                .compose(in -> open(
                                outbound,
                                new MeshEntrance.Settings(true, captured, options.strict(), 0, options.discovery()),
                                options.outbound(),
                                "outbound")
                        .compose(out -> admin.listen(
                                        options.admin().host(), options.admin().port())
                                .onSuccess(port -> bound = new Bound(in, out, port))))
                .onSuccess(port -> started.complete(this))
                .onFailure(e -> close().onComplete(v -> started.fail(e)));
    }

    private static Future<Integer> open(DataPlane plane, MeshEntrance.Settings settings, Address at, String name) {
        return plane.open(settings, at.host(), at.port())
                .recover(e -> Future.failedFuture(
                        new IOException("cannot open the " + name + " port " + at + ": " + e.getMessage())));
    }

    /** A Service that somebody has a connection to is called, though nobody asked where it is. */
    private void tellWhoIsCalled() {
        outbound.clusters()
                .onSuccess(clusters -> vertx.executeBlocking(() -> {
                    Set<String> busy = clusters.stream()
                            .filter(each -> each.requests().current() > 0)
                            .map(ClusterView::service)
                            .collect(Collectors.toSet());
                    options.discovery().called(outbound.snapshot().mesh().calledLately(busy));
                    return true;
                }));
    }

    private @Nullable ControlContact control() {
        Source.Contact contact = options.config().contact();
        return contact == null ? null : new ControlContact(contact.connected(), contact.heardSeconds());
    }

    private Optional<String> notReady() {
        if (draining) {
            return Optional.of("draining");
        }
        return configuration.served().isEmpty() ? Optional.of("no readable configuration yet") : workers.notReady();
    }

    private Future<List<ClusterView>> clusters() {
        return inbound.clusters()
                .compose(in -> outbound.clusters().map(out -> {
                    List<ClusterView> all = new ArrayList<>(in);
                    all.addAll(out);
                    return all;
                }));
    }

    /** Version of the snapshot that is served; {@code ""} before the first. */
    public String servedVersion() {
        return configuration.served();
    }

    /** Where the ports really are. */
    public Bound bound() {
        return bound;
    }

    /**
     * Leaves without failing anybody: says it is not ready; takes inbound connections for {@link Options#drainAccept} more
     * and lets them finish; then waits until the app calls nobody any more; then stops. May be called again.
     *
     * @return ends when the sidecar has stopped
     */
    public Future<Void> drain() {
        return leave(() -> departure.drain(options.drainAccept(), options.drainFinish()));
    }

    /** Leaves at once, in both directions, but for what is in flight: the app has ended. Hurries no drain. */
    public Future<Void> quit() {
        return leave(() -> departure.quit(options.drainFinish()));
    }

    private Future<Void> leave(Supplier<Future<Void>> how) {
        if (!draining) {
            draining = true;
            LOG.log(Level.INFO, "draining");
            how.get().onComplete(v -> close());
        }
        return closed.future();
    }

    /** Ends when the sidecar has stopped, whoever asked for it. */
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
                    .compose(v -> inbound.close())
                    .compose(v -> outbound.close())
                    .compose(v -> vertx.<Void>executeBlocking(() -> {
                        observation.close();
                        return null;
                    }))
                    .onComplete(v -> vertx.close().onComplete(closed));
        }
        return closed.future();
    }
}
