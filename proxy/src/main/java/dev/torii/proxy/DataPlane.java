package dev.torii.proxy;

import dev.torii.proxy.http.Checkpoints;
import dev.torii.proxy.http.Plan;
import dev.torii.proxy.http.Worker;
import dev.torii.proxy.limit.Buckets;
import dev.torii.proxy.limit.LimitView;
import dev.torii.proxy.limit.RateLimits;
import dev.torii.proxy.limit.StoreView;
import dev.torii.proxy.limit.redis.RedisBuckets;
import dev.torii.proxy.mesh.MeshEntrance;
import dev.torii.proxy.stream.StreamContext;
import dev.torii.proxy.tls.ClientTls;
import dev.torii.proxy.tls.TlsEngine;
import dev.torii.proxy.tls.UpstreamTlsOptions;
import dev.torii.proxy.trace.AppWork;
import dev.torii.proxy.upstream.Guards;
import dev.torii.proxy.upstream.RetryBudgets;
import dev.torii.proxy.upstream.Upstreams;
import dev.torii.proxy.upstream.health.HealthChecks;
import dev.torii.routing.Cluster;
import dev.torii.routing.Port;
import dev.torii.routing.RateLimit;
import dev.torii.routing.Snapshot;
import dev.torii.routing.UpstreamTls;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The whole data plane of a process: workers on their event loops, open ports, and the newest plan. Give it snapshots with
 * {@link #apply}; it keeps what serves, opens what is new, closes what is gone, and never touches a connection for a
 * route's sake.
 *
 * <p>Threads: {@link #start}, {@link #apply}, {@link #drain} and {@link #close} may be called from any thread, one at a
 * time. No method blocks.
 */
public final class DataPlane {

    /**
     * @param role as the log names it: {@code gateway}, {@code outbound}, {@code inbound}
     * @param eventLoops how many workers
     * @param bindHost the address that ports are opened on
     * @param bindPort from a configured port to the one opened; 0 for "any free one" (tests)
     * @param sharePorts whether other processes of this user may listen on the same ports ({@code SO_REUSEPORT}, as when
     *     one takes over from another); otherwise such a port is in use and stays closed
     * @param listener hears of every exchange
     * @param mask how headers are shown
     * @param work of the app behind a sidecar, one for both of its data planes; null at a gateway
     * @param nanos the clock of rate limits, breakers and ejections, as {@link System#nanoTime}
     */
    public record Options(
            String role,
            int eventLoops,
            String bindHost,
            IntUnaryOperator bindPort,
            boolean sharePorts,
            ExchangeListener listener,
            HeaderMask mask,
            @Nullable AppWork work,
            LongSupplier nanos) {

        /** With the machine's clock. */
        public Options(
                String role,
                int eventLoops,
                String bindHost,
                IntUnaryOperator bindPort,
                boolean sharePorts,
                ExchangeListener listener,
                HeaderMask mask,
                @Nullable AppWork work) {
            this(role, eventLoops, bindHost, bindPort, sharePorts, listener, mask, work, System::nanoTime);
        }

        /** Without an app. */
        public Options(
                String role,
                int eventLoops,
                String bindHost,
                IntUnaryOperator bindPort,
                boolean sharePorts,
                ExchangeListener listener,
                HeaderMask mask) {
            this(role, eventLoops, bindHost, bindPort, sharePorts, listener, mask, null);
        }
    }

    /**
     * What became of a snapshot; all is well when both are empty.
     *
     * @param closedPorts one line for each port that could not be opened
     * @param tlsProblems one line for each certificate that cannot be used
     */
    public record Applied(List<String> closedPorts, List<String> tlsProblems) {

        public Applied {
            closedPorts = List.copyOf(closedPorts);
            tlsProblems = List.copyOf(tlsProblems);
        }
    }

    private final Vertx vertx;
    private final Options options;
    private final UpstreamTlsOptions upstreamTls;
    private final Guards guards;
    private final RateLimits limits;
    private final Checkpoints checkpoints;
    private final HealthChecks checks;
    private final RetryBudgets retryBudgets = new RetryBudgets();
    private final List<ContextInternal> contexts = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();
    private final List<StreamContext> streams = new ArrayList<>();
    private final Map<Integer, OpenPort> open = new ConcurrentHashMap<>();
    private final List<OpenPort> sidecar = new CopyOnWriteArrayList<>();
    /** Null until a limit wants it: without, no class of it is loaded. */
    private volatile @Nullable RedisBuckets redis;

    private volatile Plan plan = Plan.EMPTY;
    private long generations;

    private DataPlane(Vertx vertx, Options options) {
        this.vertx = vertx;
        this.options = options;
        this.guards = new Guards(options.nanos());
        this.upstreamTls = new UpstreamTlsOptions(InstantSource.system(), TlsEngine::best);
        this.limits = new RateLimits(this::shared, options.nanos());
        this.checkpoints = new Checkpoints(limits);
        this.checks = new HealthChecks(vertx, this::clientTls, options.listener());
    }

    private synchronized Buckets shared(RateLimit limit) {
        RedisBuckets stores = redis;
        if (stores == null) {
            stores = new RedisBuckets(vertx);
            redis = stores;
        }
        return stores.open(limit);
    }

    private @Nullable ClientTls clientTls(UpstreamTls tls) {
        return upstreamTls.built(tls) instanceof UpstreamTlsOptions.Result.Ready ready ? ready.tls() : null;
    }

    /** Starts the workers; no port is open yet. */
    public static Future<DataPlane> start(Vertx vertx, Options options) {
        DataPlane plane = new DataPlane(vertx, options);
        List<Future<Worker>> starting = new ArrayList<>();
        for (int i = 0; i < options.eventLoops(); i++) {
            ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
            plane.contexts.add(context);
            Promise<Worker> ready = Promise.promise();
            context.runOnContext(v -> ready.complete(new Worker(
                    vertx,
                    context.nettyEventLoop(),
                    options.role(),
                    () -> plane.plan,
                    new Upstreams(
                            vertx,
                            context.nettyEventLoop(),
                            plane.guards,
                            plane::clientTls,
                            plane.checks,
                            plane.retryBudgets),
                    options.listener(),
                    options.mask(),
                    options.work())));
            starting.add(ready.future());
        }
        return Future.all(starting).map(all -> {
            plane.workers.addAll(all.list());
            for (int i = 0; i < plane.workers.size(); i++) {
                plane.streams.add(new StreamContext(
                        plane.contexts.get(i),
                        options.role(),
                        () -> plane.plan,
                        plane.workers.get(i).upstreams(),
                        options.listener()));
            }
            return plane;
        });
    }

    /**
     * Serves a new snapshot. Requests that began before keep the old one to their end. Reads certificates, and
     * with the first of them a native library, so not for an event loop.
     *
     * @return what could not be served; ports are tried again with the next snapshot
     */
    public Future<Applied> apply(Snapshot snapshot) {
        List<String> problems = new ArrayList<>(readUpstreamTls(snapshot));
        Plan next = Plan.of(snapshot, ++generations, checkpoints);
        limits.forgetBefore(generations);
        checks.apply(snapshot);
        plan = next;
        retryBudgets.retain(snapshot);
        guards.apply(snapshot, next.generation());
        closeWhatIsGone(next);
        List<Future<String>> opening = new ArrayList<>();
        for (Port port : snapshot.ports()) {
            OpenPort existing = open.get(port.number());
            if (existing != null && existing.canServe(port)) {
                problems.addAll(existing.update(port));
            } else {
                opening.add(open(port, problems));
            }
        }
        for (int i = 0; i < workers.size(); i++) {
            Worker worker = workers.get(i);
            contexts.get(i).runOnContext(v -> worker.upstreams().apply(snapshot, next.generation()));
        }
        return Future.join(opening)
                .map(all -> new Applied(
                        all.<String>list().stream()
                                .filter(line -> !line.isEmpty())
                                .toList(),
                        problems));
    }

    /**
     * Opens a port of a sidecar, which is there whatever the snapshot says. Connections that come before the first
     * snapshot wait for it.
     *
     * @return the port that was bound
     */
    public Future<Integer> open(MeshEntrance.Settings settings, String host, int port) {
        OpenPort opening = OpenPort.of(vertx, contexts, workers, streams, settings);
        return opening.listen(host, port, options.sharePorts()).onSuccess(bound -> sidecar.add(opening));
    }

    private List<OpenPort> openPorts() {
        List<OpenPort> all = new ArrayList<>(open.values());
        all.addAll(sidecar);
        return all;
    }

    private List<String> readUpstreamTls(Snapshot snapshot) {
        List<String> problems = new ArrayList<>();
        Set<UpstreamTls> inUse = new HashSet<>();
        for (Cluster cluster : snapshot.clusters().values()) {
            UpstreamTls tls = cluster.tls();
            if (tls != null
                    && inUse.add(tls)
                    && upstreamTls.of(tls) instanceof UpstreamTlsOptions.Result.Invalid invalid) {
                problems.add("cluster " + cluster.key() + ": " + invalid.problem());
            }
        }
        upstreamTls.retain(inUse);
        return problems;
    }

    private void closeWhatIsGone(Plan next) {
        for (Integer number : List.copyOf(open.keySet())) {
            OpenPort port = next.port(number) == null ? open.remove(number) : null;
            if (port != null) {
                leave(port);
            }
        }
    }

    /** Its connections may finish what they have in flight; nobody waits for that. */
    private static void leave(OpenPort port) {
        port.shutdown(Duration.ofHours(1));
    }

    /** Opens a port, if need be beside one of another kind that closes then: no client comes to a closed door. */
    private Future<String> open(Port port, List<String> problems) {
        OpenPort opening = OpenPort.of(vertx, contexts, workers, streams, port, TlsEngine::best);
        problems.addAll(opening.update(port));
        OpenPort before = open.remove(port.number());
        int bindPort = options.bindPort().applyAsInt(port.number());
        boolean mayShare = options.sharePorts() || before != null;
        return opening.listen(options.bindHost(), bindPort, mayShare)
                .map(bound -> {
                    open.put(port.number(), opening);
                    return "";
                })
                .otherwise(e -> {
                    opening.shutdown(Duration.ZERO); // what was opened of it on other event loops
                    return closedPort(port, e);
                })
                .onComplete(opened -> {
                    if (before != null) {
                        leave(before);
                    }
                });
    }

    private String closedPort(Port port, Throwable cause) {
        String first = port.listeners().get(0).name();
        int more = port.listeners().size() - 1;
        return "port " + port.number() + " of listener " + first + (more == 0 ? "" : " and " + more + " more")
                + " cannot be opened on " + options.bindHost() + ": " + cause.getMessage();
    }

    /** The snapshot that new requests are served by. */
    public Snapshot snapshot() {
        return plan.snapshot();
    }

    /** Where a configured port is really bound; -1 when it is not open. */
    public int boundPort(int configured) {
        OpenPort port = open.get(configured);
        return port == null ? -1 : port.boundPort();
    }

    /** Exchanges and tunnels in flight. */
    public Future<Integer> live() {
        return ask(Worker::live).map(all -> all.stream().mapToInt(n -> n).sum());
    }

    /** The rate limits that have been prepared, as they are now. */
    public List<LimitView> limits() {
        return limits.views();
    }

    /** The stores that limits are shared by. */
    public List<StoreView> limitStores() {
        RedisBuckets stores = redis;
        return stores == null ? List.of() : stores.stores();
    }

    /** The live state of the clusters in use, over all workers. */
    public Future<List<ClusterView>> clusters() {
        return ask(worker -> worker.upstreams().views()).map(ClusterView::sum).map(guards::complete);
    }

    /**
     * Asks every worker for something, on its own event loop.
     *
     * @return the answers, in the order of the workers
     */
    public <T> Future<List<T>> ask(Function<Worker, T> question) {
        List<Future<T>> answers = new ArrayList<>();
        for (int i = 0; i < workers.size(); i++) {
            Worker worker = workers.get(i);
            Promise<T> answer = Promise.promise();
            contexts.get(i).runOnContext(v -> answer.complete(question.apply(worker)));
            answers.add(answer.future());
        }
        return Future.all(answers).map(all -> all.list());
    }

    /**
     * Leaves without failing anybody: first keeps accepting while load balancers learn of it, asking every client to go
     * elsewhere with each answer; then stops accepting and waits for what is in flight.
     *
     * @param accept how long new connections are still taken
     * @param finish how long requests in flight may take after that
     */
    public Future<Void> drain(Duration accept, Duration finish) {
        return askToLeave()
                .compose(v -> timer(accept))
                .compose(v -> {
                    List<Future<Void>> closing = new ArrayList<>();
                    for (OpenPort port : openPorts()) {
                        closing.add(port.shutdown(finish));
                    }
                    return Future.join(closing).otherwiseEmpty();
                })
                .compose(v -> close());
    }

    /** From now on every answer asks its client to come by another connection. Nothing is refused. */
    public Future<Void> askToLeave() {
        return ask(worker -> {
                    worker.drain();
                    return true;
                })
                .mapEmpty();
    }

    private Future<Void> timer(Duration time) {
        Promise<Void> done = Promise.promise();
        vertx.setTimer(Math.max(1, time.toMillis()), id -> done.complete());
        return done.future();
    }

    /** Closes everything now. */
    public Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        for (OpenPort port : openPorts()) {
            closing.add(port.shutdown(Duration.ZERO));
        }
        open.clear();
        sidecar.clear();
        return Future.join(closing)
                .otherwiseEmpty()
                .compose(v -> ask(worker -> {
                    worker.close();
                    return true;
                }))
                .onComplete(closed -> limits.close())
                .compose(v -> checks.close());
    }
}
