package dev.torii.proxy.upstream.health;

import static dev.torii.proxy.TestProxy.await;

import dev.torii.proxy.DataPlane;
import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.LoopWatch;
import dev.torii.proxy.tls.ClientTls;
import dev.torii.proxy.tls.TlsEngine;
import dev.torii.proxy.tls.UpstreamTlsOptions;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.Endpoint;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Mesh;
import dev.torii.routing.Resilience;
import dev.torii.routing.Resilience.HealthCheck;
import dev.torii.routing.Snapshot;
import dev.torii.routing.UpstreamTls;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Listening;
import io.netty.util.concurrent.ArmedTimers;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Health checks without a proxy around them, for one answer each; watches over event loops as for a proxy. */
final class Asking implements AutoCloseable {

    static final String KEY = "default/b:80";

    private final LoopWatch watch = new LoopWatch();
    private final DataPlane plane = await(DataPlane.start(
            watch.vertx(),
            new DataPlane.Options(
                    "gateway", 1, Listening.HOST, port -> FreePort.find(), false, new Answers(), HeaderMask.random())));
    private final UpstreamTlsOptions tlsOptions = new UpstreamTlsOptions(InstantSource.system(), TlsEngine::best);
    private final BlockingQueue<Boolean> answers = new LinkedBlockingQueue<>();
    private final List<HealthChecks> all = new ArrayList<>();

    private final class Answers implements ExchangeListener {

        @Override
        public void ended(ExchangeRecord exchange) {}

        @Override
        public void healthChecked(String service, boolean healthy) {
            answers.add(healthy);
        }
    }

    Vertx vertx() {
        return watch.vertx();
    }

    private @Nullable ClientTls clientTls(UpstreamTls tls) {
        return tlsOptions.built(tls) instanceof UpstreamTlsOptions.Result.Ready ready ? ready.tls() : null;
    }

    static HealthCheck http(String path, long timeoutMs) {
        return check(HealthCheck.Kind.HTTP, path, timeoutMs);
    }

    /** Asked once in a test's life. */
    static HealthCheck check(HealthCheck.Kind kind, String path, long timeoutMs) {
        return new HealthCheck(kind, path, 3_600_000, timeoutMs, 1, 1);
    }

    /** What the first answer is: {@code ""} for a good one. */
    String ask(HealthCheck how, Cluster.Protocol protocol, Endpoint endpoint, @Nullable UpstreamTls tls) {
        if (tls != null) {
            tlsOptions.of(tls);
        }
        Cluster cluster = cluster(how, protocol, List.of(endpoint), tls);
        HealthChecks checks = new HealthChecks(watch.vertx(), this::clientTls, new Answers());
        all.add(checks);
        checks.apply(new Snapshot("v", List.of(), Map.of(KEY, cluster), Mesh.NONE));
        ClusterHealth health = checks.of(cluster);
        if (health == null) {
            throw new AssertionError("nothing to check");
        }
        health.use();
        boolean good = answer();
        String reason = health.unhealthyBecause(endpoint);
        if (good != reason.isEmpty()) {
            throw new AssertionError("told " + good + ", kept " + reason);
        }
        return reason;
    }

    static Cluster cluster(
            HealthCheck how, Cluster.Protocol protocol, List<Endpoint> endpoints, @Nullable UpstreamTls tls) {
        return new Cluster(
                KEY,
                "default/b",
                protocol,
                endpoints,
                LoadBalancing.DEFAULT,
                ConnectionSettings.DEFAULT,
                tls,
                null,
                new Resilience(null, null, null, how, Resilience.RetryBudget.DEFAULT));
    }

    private boolean answer() {
        try {
            Boolean answer = answers.poll(30, TimeUnit.SECONDS);
            if (answer == null) {
                throw new AssertionError("no answer within 30 s");
            }
            return answer;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The timers of all event loops. */
    static List<String> armed(Vertx vertx) {
        List<String> armed = new ArrayList<>();
        for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            armed.addAll(loop.submit(() -> ArmedTimers.of(loop))
                    .syncUninterruptibly()
                    .getNow());
        }
        return armed;
    }

    @Override
    public void close() {
        try {
            all.forEach(checks -> await(checks.close()));
            await(plane.close());
            List<String> armed = armed(watch.vertx());
            if (!armed.isEmpty()) {
                throw new AssertionError("armed timers: " + armed);
            }
        } finally {
            watch.end(plane);
        }
    }
}
