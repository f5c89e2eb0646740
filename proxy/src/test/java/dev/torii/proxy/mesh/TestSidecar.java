package dev.torii.proxy.mesh;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.DataPlane;
import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.LoopWatch;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Backend;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Destination;
import dev.torii.routing.Endpoint;
import dev.torii.routing.HostPattern;
import dev.torii.routing.InboundPort;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Mesh;
import dev.torii.routing.PathMatch;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.Resilience;
import dev.torii.routing.RouteId;
import dev.torii.routing.RouteTable;
import dev.torii.routing.Rule;
import dev.torii.routing.Snapshot;
import dev.torii.routing.Speaks;
import dev.torii.routing.StreamRoute;
import dev.torii.routing.StreamTable;
import dev.torii.routing.Target;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.Listening;
import dev.torii.testkit.RawHttp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One direction of a sidecar on a free port, its Services made in a few words; remembers the records. */
final class TestSidecar implements AutoCloseable {

    static final String NAMESPACE = "shop";

    private final LoopWatch watch = new LoopWatch();
    private final BlockingQueue<ExchangeRecord> records = new LinkedBlockingQueue<>();
    final AtomicInteger silent = new AtomicInteger();
    final AtomicInteger unknown = new AtomicInteger();
    private final DataPlane plane;
    private final int port;
    private final List<Destination> destinations = new ArrayList<>();
    private final List<InboundPort> inbound = new ArrayList<>();
    private final Map<String, Cluster> clusters = new LinkedHashMap<>();
    private Resilience resilience = Resilience.NONE;
    private List<String> addresses = List.of();
    private int version;

    TestSidecar(MeshEntrance.Settings settings) {
        String role = settings.outbound() ? "outbound" : "inbound";
        plane = TestProxy.await(DataPlane.start(
                watch.vertx(),
                new DataPlane.Options(
                        role, 1, Listening.HOST, port -> port, false, new Recorder(), HeaderMask.random())));
        port = TestProxy.await(plane.open(settings, Listening.HOST, 0));
    }

    static TestSidecar outbound() {
        return new TestSidecar(new MeshEntrance.Settings(true, false, false, 0));
    }

    static TestSidecar strict() {
        return new TestSidecar(new MeshEntrance.Settings(true, false, true, 0));
    }

    static TestSidecar inbound(int appPort) {
        return new TestSidecar(new MeshEntrance.Settings(false, false, false, appPort));
    }

    private final class Recorder implements ExchangeListener {

        @Override
        public void unrecognised(boolean wasSilent) {
            (wasSilent ? silent : unknown).incrementAndGet();
        }

        @Override
        public void ended(ExchangeRecord exchange) {
            records.add(exchange);
        }
    }

    /** A Service of one port whose only endpoint is there; requests must be for a path. */
    TestSidecar service(String name, int servicePort, Speaks speaks, int endpointPort, String path) {
        destinations.add(
                new Destination(NAMESPACE, name, addresses, servicePort, speaks, listener(name, endpointPort, path)));
        return this;
    }

    /** Where Services that are made from now on are. */
    TestSidecar at(String... these) {
        addresses = List.of(these);
        return this;
    }

    /** How Services that are made from now on are checked. */
    TestSidecar checks(Resilience.HealthCheck how) {
        resilience = new Resilience(null, null, null, how, Resilience.RetryBudget.DEFAULT);
        return this;
    }

    /** One more endpoint of a Service. */
    TestSidecar endpoint(String name, int endpointPort) {
        Cluster before = clusters.get(name);
        List<Endpoint> endpoints = new ArrayList<>(before.endpoints());
        endpoints.add(new Endpoint(Listening.HOST, endpointPort));
        clusters.put(name, cluster(name, endpoints, before.resilience()));
        return this;
    }

    private static Cluster cluster(String name, List<Endpoint> endpoints, Resilience resilience) {
        return new Cluster(
                name,
                NAMESPACE + "/" + name,
                Cluster.Protocol.AS_CLIENT,
                endpoints,
                LoadBalancing.DEFAULT,
                ConnectionSettings.DEFAULT,
                null,
                null,
                resilience);
    }

    TestSidecar service(String name, int servicePort, Speaks speaks, int endpointPort) {
        return service(name, servicePort, speaks, endpointPort, "/");
    }

    TestSidecar app(int appPort, Speaks speaks) {
        inbound.add(new InboundPort(appPort, speaks, listener("app", appPort, "/")));
        return this;
    }

    private Listener listener(String name, int endpointPort, String path) {
        RouteId id = new RouteId(RouteId.Kind.NONE, NAMESPACE, name, 0);
        List<Backend> backends = List.of(new Backend(1, new Target.ToCluster(name), List.of()));
        clusters.put(name, cluster(name, List.of(new Endpoint(Listening.HOST, endpointPort)), resilience));
        Rule rule = new Rule(
                id,
                id.path() + "/-",
                0,
                List.of(HostPattern.ANY),
                List.of(new RequestMatch(new PathMatch.Prefix(path), null, List.of(), List.of())),
                List.of(),
                backends,
                Timeouts.NONE,
                null,
                null,
                0);
        return new Listener(
                id.path(),
                Listener.Protocol.HTTP,
                HostPattern.ANY,
                List.of(),
                ListenerSettings.MESH,
                RouteTable.of(List.of(rule)),
                StreamTable.of(List.of(new StreamRoute(id, id.path() + "/-", List.of(HostPattern.ANY), backends))));
    }

    TestSidecar apply() {
        TestProxy.await(plane.apply(
                new Snapshot("v" + ++version, List.of(), clusters, Mesh.of(NAMESPACE, destinations, inbound))));
        return this;
    }

    int port() {
        return port;
    }

    /** A connection to a place through this sidecar, as it would be captured: by CONNECT. */
    RawHttp connected(String place) {
        RawHttp client = RawHttp.connect(port).send("CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n\r\n");
        String answer = client.readUntil("\r\n\r\n");
        if (!answer.startsWith("HTTP/1.1 200 ")) {
            throw new AssertionError(answer);
        }
        record();
        return client;
    }

    /** What is known of the endpoints of the only cluster in use. */
    List<ClusterView.EndpointView> endpoints() {
        return TestProxy.await(plane.clusters()).get(0).endpoints();
    }

    /** How many clusters have live state. */
    int clusters() {
        return TestProxy.await(plane.clusters()).size();
    }

    ExchangeRecord record() {
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

    @Override
    public void close() {
        try {
            TestProxy.eventually("exchanges in flight", () -> TestProxy.await(plane.live()), 0);
        } finally {
            TestProxy.await(plane.close());
            watch.end(plane);
        }
    }
}
