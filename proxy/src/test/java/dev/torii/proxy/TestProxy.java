package dev.torii.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.http.Worker;
import dev.torii.proxy.telemetry.ExchangeListeners;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.Filter;
import dev.torii.routing.HashKey;
import dev.torii.routing.HostPattern;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Mesh;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Port;
import dev.torii.routing.Protection;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.Retry;
import dev.torii.routing.RouteId;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Rule;
import dev.torii.routing.SessionPersistence;
import dev.torii.routing.Snapshot;
import dev.torii.routing.StreamTable;
import dev.torii.routing.Target;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.FreePort;
import io.vertx.core.Future;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A data plane on a free port with routes made in a few words; remembers the records. */
public final class TestProxy implements AutoCloseable {

    private static final int PORT = 80;

    private final LoopWatch watch = new LoopWatch();
    private final BlockingQueue<ExchangeRecord> records = new LinkedBlockingQueue<>();
    private final AtomicInteger mirrorsDropped = new AtomicInteger();
    private final AtomicInteger retriesRefused = new AtomicInteger();
    private final List<String> mirrored = new CopyOnWriteArrayList<>();
    private final ExchangeListener heard = new ExchangeListener() {
        @Override
        public void ended(ExchangeRecord exchange) {
            records.add(exchange);
        }

        @Override
        public void mirrored(String service, int status) {
            mirrored.add(service + " " + status);
        }

        @Override
        public void mirrorDropped() {
            mirrorsDropped.incrementAndGet();
        }

        @Override
        public void retryRefused(String service) {
            retriesRefused.incrementAndGet();
        }
    };
    private final DataPlane plane;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<String, Cluster> clusters = new LinkedHashMap<>();
    private ListenerSettings settings = ListenerSettings.DEFAULT;
    private Telemetry telemetry = Telemetry.DEFAULT;
    private Protection protection = Protection.NONE;
    private Protection backendProtection = Protection.NONE;
    private @Nullable Retry retry;
    private int version;

    public TestProxy() {
        this(1);
    }

    public TestProxy(int eventLoops) {
        this(eventLoops, exchange -> {});
    }

    /** @param also hears of exchanges */
    public TestProxy(int eventLoops, ExchangeListener also) {
        this(eventLoops, also, System::nanoTime);
    }

    /** @param nanos the clock of what has one */
    public TestProxy(int eventLoops, ExchangeListener also, LongSupplier nanos) {
        plane = await(DataPlane.start(
                watch.vertx(),
                new DataPlane.Options(
                        "gateway",
                        eventLoops,
                        "127.0.0.1",
                        port -> FreePort.find(),
                        false,
                        new ExchangeListeners(List.of(heard, also)),
                        HeaderMask.random(),
                        null,
                        nanos)));
    }

    public TestProxy settings(ListenerSettings changed) {
        settings = changed;
        return this;
    }

    /** What holds for rules made from now on, and where there is none. */
    public TestProxy telemetry(Telemetry changed) {
        telemetry = changed;
        return this;
    }

    /** What holds for rules made from now on. */
    public TestProxy protection(Protection changed) {
        protection = changed;
        return this;
    }

    /** What holds for the backends of rules made from now on. */
    public TestProxy backendProtection(Protection changed) {
        backendProtection = changed;
        return this;
    }

    /** When requests by rules made from now on are sent again. */
    public TestProxy retry(@Nullable Retry changed) {
        retry = changed;
        return this;
    }

    public TestProxy cluster(String name, int... ports) {
        return cluster(name, Cluster.Protocol.AUTO, LoadBalancing.DEFAULT, ConnectionSettings.DEFAULT, ports);
    }

    public TestProxy cluster(
            String name,
            Cluster.Protocol protocol,
            LoadBalancing balancing,
            ConnectionSettings connection,
            int... ports) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int port : ports) {
            endpoints.add(new Endpoint("127.0.0.1", port));
        }
        return cluster(new Cluster(name, "default/" + name, protocol, endpoints, balancing, connection, null, null));
    }

    public TestProxy cluster(Cluster cluster) {
        clusters.put(cluster.key(), cluster);
        return this;
    }

    public TestProxy route(String prefix, String cluster) {
        return route(prefix, cluster, Timeouts.NONE);
    }

    public TestProxy route(String prefix, String cluster, Timeouts timeouts, Filter... filters) {
        return rule(new PathMatch.Prefix(prefix), cluster, timeouts, filters);
    }

    public TestProxy rule(PathMatch path, String cluster) {
        return rule(path, cluster, Timeouts.NONE);
    }

    private TestProxy rule(PathMatch path, String cluster, Timeouts timeouts, Filter... filters) {
        Backend backend = new Backend(1, new Target.ToCluster(cluster), List.of(), telemetry, backendProtection);
        return rule(path, List.of(backend), timeouts, null, null, filters);
    }

    public TestProxy rule(
            PathMatch path,
            List<Backend> backends,
            Timeouts timeouts,
            @Nullable SessionPersistence session,
            @Nullable HashKey splitBy,
            Filter... filters) {
        rules.add(new Rule(
                new RouteId(RouteId.Kind.HTTP, "default", "r" + rules.size(), 0),
                "default/r" + rules.size() + "/0",
                0,
                List.of(HostPattern.ANY),
                List.of(new RequestMatch(path, null, List.of(), List.of())),
                List.of(filters),
                backends,
                timeouts,
                session,
                splitBy,
                0,
                telemetry,
                retry,
                protection));
        return this;
    }

    /** Forgets the routes, not the clusters. */
    public TestProxy clearRoutes() {
        rules.clear();
        return this;
    }

    /** Serves what was said so far. */
    public TestProxy apply() {
        Listener listener = new Listener(
                "default/gw/http",
                Listener.Protocol.HTTP,
                HostPattern.ANY,
                List.of(),
                settings,
                RouteTable.of(rules),
                StreamTable.EMPTY,
                telemetry);
        Snapshot snapshot = new Snapshot(
                "v" + ++version, List.of(new Port(PORT, Port.Wire.HTTP, List.of(listener))), clusters, Mesh.NONE);
        DataPlane.Applied applied = await(plane.apply(snapshot));
        if (!applied.closedPorts().isEmpty() || !applied.tlsProblems().isEmpty()) {
            throw new IllegalStateException(applied.toString());
        }
        return this;
    }

    public int port() {
        return plane.boundPort(PORT);
    }

    public DataPlane plane() {
        return plane;
    }

    /** The next exchange that ended. */
    public ExchangeRecord record() {
        try {
            ExchangeRecord record = records.poll(10, TimeUnit.SECONDS);
            if (record == null) {
                throw new AssertionError("no exchange ended within 10 s");
            }
            return record;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Copies for mirrors that are over: the Service and its status. */
    public List<String> mirrored() {
        return mirrored;
    }

    /** Copies for mirrors that were not sent or given up. */
    public int mirrorsDropped() {
        return mirrorsDropped.get();
    }

    /** Tries that a budget did not allow. */
    public int retriesRefused() {
        return retriesRefused.get();
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Waits until nothing is in flight and every client has closed its connections, closes, and fails when anything was
     * left behind: see {@link LoopWatch}.
     */
    @Override
    public void close() {
        try {
            eventually("exchanges in flight", () -> await(plane.live()), 0);
            eventually("client connections", this::connections, 0);
        } finally {
            await(plane.close());
            watch.end(plane);
        }
    }

    /** Closes the connections of clients that keep theirs and cannot be told not to. */
    public void dropClients() {
        await(plane.ask(worker -> {
            worker.closeIdle();
            return true;
        }));
    }

    /** Connections of clients that are open now. */
    public int connections() {
        return await(plane.ask(Worker::connections)).stream().mapToInt(n -> n).sum();
    }

    /** Waits up to 10 seconds until a number is what it should be. */
    public static void eventually(String what, IntSupplier number, int expected) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (number.getAsInt() != expected && System.nanoTime() < end) {
            LockSupport.parkNanos(2_000_000);
        }
        assertThat(number.getAsInt()).as(what).isEqualTo(expected);
    }

    static String stack(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
