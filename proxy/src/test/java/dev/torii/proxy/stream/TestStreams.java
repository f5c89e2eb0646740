package dev.torii.proxy.stream;

import dev.torii.proxy.DataPlane;
import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.LoopWatch;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.HostPattern;
import dev.torii.routing.KeyPair;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Mesh;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Port;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.RouteId;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Rule;
import dev.torii.routing.Snapshot;
import dev.torii.routing.StreamRoute;
import dev.torii.routing.StreamTable;
import dev.torii.routing.Target;
import dev.torii.routing.Timeouts;
import dev.torii.routing.UpstreamTls;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Listening;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A data plane with one port for TCP or TLS, made in a few words; remembers the records. At its end every session must
 * have ended, and {@link LoopWatch} must have nothing to say.
 */
final class TestStreams implements AutoCloseable {

    static final int PORT = 9000;

    private final LoopWatch watch = new LoopWatch();
    private final BlockingQueue<ExchangeRecord> records = new LinkedBlockingQueue<>();
    private final AtomicInteger open = new AtomicInteger();
    private final DataPlane plane;
    private final List<Listener> listeners = new ArrayList<>();
    private final Map<String, Cluster> clusters = new LinkedHashMap<>();
    private ListenerSettings settings = ListenerSettings.DEFAULT;
    private int version;

    TestStreams() {
        this(1);
    }

    TestStreams(int eventLoops) {
        plane = TestProxy.await(DataPlane.start(
                watch.vertx(),
                new DataPlane.Options(
                        "gateway",
                        eventLoops,
                        Listening.HOST,
                        port -> FreePort.find(),
                        false,
                        new Recorder(),
                        HeaderMask.random())));
    }

    private final class Recorder implements ExchangeListener {

        @Override
        public void started() {
            open.incrementAndGet();
        }

        @Override
        public void ended(ExchangeRecord exchange) {
            open.decrementAndGet();
            records.add(exchange);
        }
    }

    Vertx vertx() {
        return watch.vertx();
    }

    DataPlane plane() {
        return plane;
    }

    /** For listeners to come. */
    TestStreams timeouts(long idleMs, long handshakeMs) {
        settings = new ListenerSettings(0, false, false, 8192, 65536, 128, 0, 0, idleMs, handshakeMs);
        return this;
    }

    /** For listeners to come. */
    TestStreams limits(int maxHeaderBytes, long headerMs) {
        settings = new ListenerSettings(0, false, false, 8192, maxHeaderBytes, 128, 0, headerMs, 0, 0);
        return this;
    }

    TestStreams cluster(String name, int... ports) {
        return cluster(name, null, ports);
    }

    TestStreams cluster(String name, @Nullable UpstreamTls tls, int... ports) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int port : ports) {
            endpoints.add(new Endpoint(Listening.HOST, port));
        }
        return cluster(new Cluster(
                name,
                "default/" + name,
                Cluster.Protocol.AUTO,
                endpoints,
                LoadBalancing.DEFAULT,
                ConnectionSettings.DEFAULT,
                tls,
                null));
    }

    TestStreams cluster(Cluster cluster) {
        clusters.put(cluster.key(), cluster);
        return this;
    }

    static Backend to(String cluster) {
        return to(1, cluster);
    }

    static Backend to(int weight, String cluster) {
        return new Backend(weight, new Target.ToCluster(cluster), List.of());
    }

    static Backend nowhere(String detail) {
        return new Backend(1, new Target.Invalid(detail), List.of());
    }

    /** A TCP listener. */
    TestStreams tcp(Backend... backends) {
        return listener(Listener.Protocol.TCP, "", List.of(), "", backends);
    }

    /** A TLS listener with one route for the same names. */
    TestStreams passthrough(String hostname, Backend... backends) {
        return listener(Listener.Protocol.TLS_PASSTHROUGH, hostname, List.of(), hostname, backends);
    }

    TestStreams terminate(String hostname, Certificates.Leaf leaf, Backend... backends) {
        KeyPair pair = new KeyPair("default/secret", leaf.certificatePem(), leaf.keyPem());
        return listener(Listener.Protocol.TLS_TERMINATE, hostname, List.of(pair), hostname, backends);
    }

    /** An HTTPS listener with one route for all. */
    TestStreams https(String hostname, Certificates.Leaf leaf, Backend... backends) {
        Rule rule = new Rule(
                new RouteId(RouteId.Kind.HTTP, "default", "http", 0),
                "default/http/0",
                0,
                List.of(HostPattern.ANY),
                List.of(new RequestMatch(new PathMatch.Prefix("/"), null, List.of(), List.of())),
                List.of(),
                List.of(backends),
                Timeouts.NONE,
                null,
                null,
                0);
        listeners.add(new Listener(
                "default/gw/https",
                Listener.Protocol.HTTPS,
                HostPattern.of(hostname),
                List.of(new KeyPair("default/secret", leaf.certificatePem(), leaf.keyPem())),
                settings,
                RouteTable.of(List.of(rule)),
                StreamTable.EMPTY));
        return this;
    }

    TestStreams listener(
            Listener.Protocol protocol,
            String hostname,
            List<KeyPair> certificates,
            String routeName,
            Backend... backends) {
        String name = "r" + listeners.size();
        StreamRoute route = new StreamRoute(
                new RouteId(RouteId.Kind.TLS, "default", name, 0),
                "default/" + name + "/0",
                List.of(HostPattern.of(routeName)),
                List.of(backends));
        listeners.add(new Listener(
                "default/gw/l" + listeners.size(),
                protocol,
                HostPattern.of(hostname),
                certificates,
                settings,
                RouteTable.EMPTY,
                StreamTable.of(List.of(route))));
        return this;
    }

    /** Serves what was said since the last time. */
    TestStreams apply() {
        boolean isTcp = listeners.get(0).protocol() == Listener.Protocol.TCP;
        Port port = new Port(PORT, isTcp ? Port.Wire.TCP : Port.Wire.TLS, listeners);
        DataPlane.Applied applied =
                TestProxy.await(plane.apply(new Snapshot("v" + ++version, List.of(port), clusters, Mesh.NONE)));
        if (!applied.equals(new DataPlane.Applied(List.of(), List.of()))) {
            throw new IllegalStateException(applied.toString());
        }
        listeners.clear();
        return this;
    }

    int port() {
        return plane.boundPort(PORT);
    }

    /** The next session that ended. */
    ExchangeRecord record() {
        try {
            ExchangeRecord record = records.poll(10, TimeUnit.SECONDS);
            if (record == null) {
                throw new AssertionError("no session ended within 10 s");
            }
            return record;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sessions that have not ended. */
    int open() {
        return open.get();
    }

    @Override
    public void close() {
        try {
            TestProxy.eventually("sessions", open::get, 0);
        } finally {
            TestProxy.await(plane.close());
            watch.end(plane);
        }
    }
}
