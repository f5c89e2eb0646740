package dev.torii.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Resilience;
import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.Concurrency;
import dev.torii.routing.Resilience.OutlierDetection;
import dev.torii.routing.Resilience.RetryBudget;
import dev.torii.testkit.Await;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** A proxy before backends that answer as they are told, with a clock that stands still. */
final class Guarded implements AutoCloseable {

    static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    static final String BAD = "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n";
    private static final LoadBalancing IN_TURN = new LoadBalancing(LoadBalancing.Algorithm.ROUND_ROBIN, null, 0);

    final AtomicLong nanos = new AtomicLong(1);
    final TestProxy proxy;
    private final List<Backend> backends = new ArrayList<>();

    /** One that can be told what to answer, and to hold its answers back. */
    final class Backend {

        private final Semaphore answers = new Semaphore(1_000_000);
        private volatile String answer = OK;
        private volatile long takesMs;
        private final MisbehavingBackend socket = MisbehavingBackend.start(connection -> {
            while (true) {
                connection.readHead();
                answers.acquireUninterruptibly();
                pass(takesMs);
                if (answer.isEmpty()) {
                    connection.reset();
                }
                connection.send(answer);
            }
        });

        Backend answers(String bytes) {
            answer = bytes;
            return this;
        }

        /** Each answer takes as long, by the clock that stands still. */
        void takes(long ms) {
            takesMs = ms;
        }

        void hold() {
            answers.drainPermits();
        }

        void release(int n) {
            answers.release(n);
        }

        int port() {
            return socket.port();
        }

        String address() {
            return "127.0.0.1:" + port();
        }

        int asked() {
            return socket.requests().size();
        }
    }

    Guarded(int eventLoops) {
        proxy = new TestProxy(eventLoops, exchange -> {}, nanos::get);
    }

    Backend backend() {
        Backend backend = new Backend();
        backends.add(backend);
        return backend;
    }

    void pass(long ms) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    /** Serves all paths by cluster {@code b} of these. */
    void serve(Resilience resilience, Backend... of) {
        serve(
                Cluster.Protocol.HTTP1,
                resilience,
                Arrays.stream(of).mapToInt(Backend::port).toArray());
    }

    void serve(Cluster.Protocol protocol, Resilience resilience, int... ports) {
        proxy.cluster(cluster(protocol, resilience, ports))
                .clearRoutes()
                .route("/", "b")
                .apply();
    }

    static Cluster cluster(Cluster.Protocol protocol, Resilience resilience, int... ports) {
        List<Endpoint> endpoints = Arrays.stream(ports)
                .mapToObj(port -> new Endpoint("127.0.0.1", port))
                .toList();
        return new Cluster(
                "b", "shop/b", protocol, endpoints, IN_TURN, ConnectionSettings.DEFAULT, null, null, resilience);
    }

    static Resilience with(Concurrency concurrency) {
        return new Resilience(concurrency, null, null, null, RetryBudget.DEFAULT);
    }

    static Resilience with(CircuitBreaking breaking) {
        return new Resilience(null, breaking, null, null, RetryBudget.DEFAULT);
    }

    static Resilience with(OutlierDetection detection) {
        return new Resilience(null, null, detection, null, RetryBudget.DEFAULT);
    }

    static CircuitBreaking lastFour(boolean perEndpoint) {
        return new CircuitBreaking(perEndpoint, CircuitBreaking.Window.CALLS, 4, 4, 50, 2_000, 80, 10_000, 2);
    }

    RawHttp connect() {
        return RawHttp.connect(proxy.port());
    }

    /** On a connection of its own, so on any event loop. */
    RawResponse get() {
        return get("");
    }

    RawResponse get(String headers) {
        try (RawHttp client = connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
            return client.readResponse();
        }
    }

    void get(int times, int status) {
        for (int i = 0; i < times; i++) {
            assertThat(get().status()).isEqualTo(status);
        }
    }

    ClusterView view() {
        return TestProxy.await(proxy.plane().clusters()).stream()
                .filter(view -> view.key().equals("b"))
                .findFirst()
                .orElseGet(() -> ClusterView.unused(
                        Objects.requireNonNull(proxy.plane().snapshot().cluster("b"))));
    }

    ClusterView.EndpointView view(Backend backend) {
        return view().endpoints().stream()
                .filter(endpoint -> endpoint.address().equals(backend.address()))
                .findFirst()
                .orElseThrow();
    }

    void eventually(String what, BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(20), condition)).as(what).isTrue();
    }

    @Override
    public void close() {
        backends.forEach(backend -> backend.release(1_000_000));
        proxy.close();
        backends.forEach(backend -> backend.socket.close());
    }
}
