package dev.torii.proxy.upstream;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ClusterView.EndpointView;
import dev.torii.proxy.ClusterView.Health;
import dev.torii.proxy.ClusterView.Usage;
import dev.torii.proxy.upstream.engine.Breaker;
import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import dev.torii.routing.Resilience;
import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.Concurrency;
import dev.torii.routing.Resilience.OutlierDetection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What all event loops know together of one cluster: how many requests are in flight and wait, its breaker, and its
 * endpoints' {@link EndpointGuard}s. Outlives snapshots: new limits keep the counts; only a breaker whose settings changed
 * begins anew. Safe on any thread; locks only to change settings and to eject.
 */
final class Guard {

    private final LongSupplier nanos;
    private final Map<Endpoint, EndpointGuard> endpoints = new ConcurrentHashMap<>();
    private final AtomicLong ejections = new AtomicLong();
    /** How often a breaker has come to a state. */
    private final Map<Breaker.State, LongAdder> entered = new EnumMap<>(Breaker.State.class);

    private long generation;
    private volatile Resilience settings = Resilience.NONE;
    private volatile @Nullable Slots slots;
    private volatile @Nullable Breaker breaker;

    Guard(Cluster cluster, long generation, LongSupplier nanos) {
        this.nanos = nanos;
        this.generation = generation;
        for (Breaker.State state : Breaker.State.values()) {
            entered.put(state, new LongAdder());
        }
        set(cluster);
    }

    /** Takes over newer settings and endpoints; older ones are ignored. */
    synchronized void update(Cluster newer, long newerGeneration) {
        if (newerGeneration > generation) {
            generation = newerGeneration;
            set(newer);
        }
    }

    private synchronized void set(Cluster cluster) {
        Resilience before = settings;
        Resilience now = cluster.resilience();
        settings = now;
        limit(now.concurrency());
        if (!Objects.equals(before.circuitBreaking(), now.circuitBreaking())) {
            CircuitBreaking breaking = now.circuitBreaking();
            breaker = breaking == null || breaking.perEndpoint() ? null : breaker(breaking);
            endpoints.values().forEach(endpoint -> endpoint.breaker(null));
        }
        if (now.outlierDetection() == null) {
            endpoints.values().forEach(EndpointGuard::pardon);
        }
        endpoints.keySet().retainAll(new HashSet<>(cluster.endpoints()));
        cluster.endpoints().forEach(this::endpoint);
    }

    /** Once there are slots they go on counting, even without a limit: it may come back. */
    private void limit(@Nullable Concurrency concurrency) {
        int most = concurrency == null ? Integer.MAX_VALUE : concurrency.maxInFlight();
        int queue = concurrency == null ? 0 : concurrency.queueSize();
        Slots known = slots;
        if (known != null) {
            known.limit(most, queue);
        } else if (concurrency != null) {
            slots = new Slots(most, queue);
        }
    }

    private Breaker breaker(CircuitBreaking breaking) {
        return new Breaker(breaking, nanos, state -> count(state).increment());
    }

    private LongAdder count(Breaker.State state) {
        return Objects.requireNonNull(entered.get(state));
    }

    /** Null when nothing was ever limited. */
    @Nullable
    Slots slots() {
        return slots;
    }

    long queueTimeoutMs() {
        Concurrency concurrency = settings.concurrency();
        return concurrency == null ? 1 : Math.max(1, concurrency.queueTimeoutMs());
    }

    /** Of the Service; null when it has none. */
    @Nullable
    Breaker breaker() {
        return breaker;
    }

    EndpointGuard endpoint(Endpoint endpoint) {
        return endpoints.computeIfAbsent(endpoint, e -> new EndpointGuard(nanos));
    }

    /** An endpoint's own breaker, made when it is used first; null when it has none. */
    @Nullable
    Breaker breaker(EndpointGuard endpoint) {
        Breaker known = endpoint.breaker();
        CircuitBreaking breaking = settings.circuitBreaking();
        if (known != null || breaking == null || !breaking.perEndpoint()) {
            return known;
        }
        synchronized (this) {
            CircuitBreaking now = settings.circuitBreaking();
            if (endpoint.breaker() == null && now != null && now.perEndpoint()) {
                endpoint.breaker(breaker(now));
            }
            return endpoint.breaker();
        }
    }

    /** Milliseconds until the first of the endpoints' own breakers lets calls through. */
    long opensInMs() {
        long least = Long.MAX_VALUE;
        for (EndpointGuard endpoint : endpoints.values()) {
            Breaker own = endpoint.breaker();
            least = own == null ? least : Math.min(least, own.opensInMs());
        }
        return least == Long.MAX_VALUE ? 0 : least;
    }

    long now() {
        return nanos.getAsLong();
    }

    /** A try has failed at one of its endpoints. */
    void failed(EndpointGuard endpoint) {
        OutlierDetection detection = settings.outlierDetection();
        if (detection != null && endpoint.failed(detection.consecutiveErrors())) {
            eject(endpoint, detection);
        }
    }

    /** Unless too many are ejected already: then all others go on being used, whatever they do. */
    private synchronized void eject(EndpointGuard endpoint, OutlierDetection detection) {
        long now = nanos.getAsLong();
        int all = endpoints.size();
        long out = endpoints.values().stream().filter(e -> e.isEjected(now)).count();
        long most = all < 2 ? 0 : Math.max(1, (long) all * detection.maxEjectedPercent() / 100);
        if (!endpoint.isEjected(now) && out < most) {
            endpoint.eject(detection, now);
            ejections.incrementAndGet();
        }
    }

    /** Whether anybody is in flight or waits. */
    boolean isUsed() {
        Slots known = slots;
        return known != null && (known.inFlight() > 0 || known.waiting() > 0);
    }

    static ClusterView.Breaker shown(Breaker breaker) {
        return switch (breaker.state()) {
            case CLOSED -> ClusterView.Breaker.CLOSED;
            case HALF_OPEN -> ClusterView.Breaker.HALF_OPEN;
            case OPEN -> ClusterView.Breaker.OPEN;
        };
    }

    /** With what is known here beside what the event loops know. */
    ClusterView complete(ClusterView view) {
        CircuitBreaking breaking = settings.circuitBreaking();
        Map<String, EndpointGuard> byAddress = new ConcurrentHashMap<>();
        endpoints.forEach((endpoint, guard) -> byAddress.put(endpoint.toString(), guard));
        List<EndpointView> views = view.endpoints().stream()
                .map(endpoint -> {
                    EndpointGuard guard = byAddress.get(endpoint.address());
                    return guard == null ? endpoint : guard.complete(endpoint, breaking);
                })
                .toList();
        Slots counted = settings.concurrency() == null ? null : slots;
        Breaker own = breaker;
        return new ClusterView(
                view.key(),
                view.service(),
                counted == null ? view.requests() : new Usage(counted.inFlight(), counted.maxInFlight()),
                counted == null ? view.queue() : new Usage(counted.waiting(), counted.maxWaiting()),
                own == null ? ClusterView.Breaker.NONE : shown(own),
                views,
                events(views));
    }

    private ClusterView.Events events(List<EndpointView> views) {
        boolean panic = !views.isEmpty() && views.stream().allMatch(view -> view.health() != Health.HEALTHY);
        return new ClusterView.Events(
                panic,
                ejections.get(),
                count(Breaker.State.OPEN).sum(),
                count(Breaker.State.HALF_OPEN).sum(),
                count(Breaker.State.CLOSED).sum());
    }
}
