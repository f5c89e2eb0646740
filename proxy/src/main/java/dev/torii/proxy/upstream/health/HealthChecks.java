package dev.torii.proxy.upstream.health;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.tls.ClientTls;
import dev.torii.routing.Cluster;
import dev.torii.routing.Snapshot;
import dev.torii.routing.UpstreamTls;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The health checks of a data plane. A cluster is checked from its first call on, and no more when nobody has called it for
 * 5 minutes, so that a proxy asks only those that it talks to, however many it knows.
 *
 * <p>An endpoint counts as healthy until its first answer: Kubernetes has found it ready, and a call that makes the checks
 * begin should not wait for them. That answer decides alone, later ones by the configured thresholds; the same after the
 * question was changed. Live edits, endpoints and clusters that come and go are followed with {@link #apply}.
 *
 * <p>Safe on any thread. All the work is done on one event loop, which is made with the first check.
 */
public final class HealthChecks {

    /** A gateway to a thousand endpoints asks them in a few seconds, and no network feels it. */
    private static final int AT_ONCE = 64;

    private final VertxInternal vertx;
    private final Function<UpstreamTls, @Nullable ClientTls> clientTls;
    private final ExchangeListener listener;
    private final Map<String, ClusterHealth> known = new ConcurrentHashMap<>();
    private volatile Snapshot snapshot = Snapshot.EMPTY;
    private volatile @Nullable Running running;
    private boolean closed;

    private record Running(ContextInternal context, Checker checker) {

        void run(Runnable work) {
            context.runOnContext(v -> work.run());
        }
    }

    /**
     * Asks nobody yet.
     *
     * @param clientTls what was prepared for a backend; null when that failed
     * @param listener hears of each answer, on the event loop
     */
    public HealthChecks(Vertx vertx, Function<UpstreamTls, @Nullable ClientTls> clientTls, ExchangeListener listener) {
        this.vertx = (VertxInternal) vertx;
        this.clientTls = clientTls;
        this.listener = listener;
    }

    /** What is known of a cluster, and will be; null when it wants no checks. */
    public @Nullable ClusterHealth of(Cluster cluster) {
        return Checker.wanted(cluster) == null
                ? null
                : known.computeIfAbsent(cluster.key(), key -> new ClusterHealth(() -> begin(key)));
    }

    private void begin(String key) {
        ClusterHealth health = known.get(key);
        Running checks = running();
        if (health != null && checks != null) {
            checks.run(() -> checks.checker().begin(key, health, snapshot));
        }
    }

    /** Follows a new snapshot; to be called before anybody serves by it. */
    public void apply(Snapshot newer) {
        snapshot = newer;
        known.keySet().removeIf(key -> Checker.wanted(newer.cluster(key)) == null);
        Running checks = running;
        if (checks != null) {
            checks.run(() -> checks.checker().apply(newer));
        }
    }

    private synchronized @Nullable Running running() {
        Running checks = running;
        if (checks == null && !closed) {
            ContextInternal context = vertx.createEventLoopContext();
            Checker checker = new Checker(
                    new ContextTimers(context),
                    new Probes(context, clientTls),
                    () -> ThreadLocalRandom.current().nextDouble(),
                    AT_ONCE,
                    listener);
            checks = new Running(context, checker);
            running = checks;
        }
        return closed ? null : checks;
    }

    /** Ends all checks, for good. */
    public synchronized Future<Void> close() {
        closed = true;
        Running checks = running;
        if (checks == null) {
            return Future.succeededFuture();
        }
        Promise<Void> done = Promise.promise();
        checks.run(() -> checks.checker().close().onComplete(done));
        return done.future();
    }
}
