package dev.torii.proxy.upstream;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ClusterView.EndpointView;
import dev.torii.proxy.ClusterView.Health;
import dev.torii.proxy.upstream.engine.Breaker;
import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.OutlierDetection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What all event loops know together of one endpoint: whether it is left out, and why. Safe on any thread. */
final class EndpointGuard {

    /** Longer than this nobody is ejected, unless the first time is longer already. Source: Envoy. */
    private static final long LONGEST_EJECTION_NANOS = TimeUnit.SECONDS.toNanos(300);

    private final LongSupplier nanos;
    private final AtomicInteger errorsInARow = new AtomicInteger();
    private volatile boolean ejected;
    private volatile long ejectedUntil;
    private int timesEjected;
    private volatile @Nullable Breaker breaker;

    EndpointGuard(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Its own breaker; null when it has none. */
    @Nullable
    Breaker breaker() {
        return breaker;
    }

    void breaker(@Nullable Breaker own) {
        breaker = own;
    }

    boolean isEjected(long now) {
        return ejected && now - ejectedUntil < 0;
    }

    /** Whether its own breaker would let nobody through. */
    boolean isOpen() {
        Breaker own = breaker;
        return own != null && own.state() == Breaker.State.OPEN;
    }

    void succeeded() {
        if (errorsInARow.get() != 0) {
            errorsInARow.set(0);
        }
    }

    /** Whether there have been too many errors in a row now. What began before an ejection does not count behind it. */
    boolean failed(int limit) {
        return !isEjected(nanos.getAsLong()) && errorsInARow.incrementAndGet() >= limit;
    }

    /** Called under the lock of its cluster. Each ejection is longer; the time without one makes the next shorter again. */
    void eject(OutlierDetection settings, long now) {
        long first = TimeUnit.MILLISECONDS.toNanos(settings.ejectForMs());
        long calm = timesEjected == 0 ? 0 : (now - ejectedUntil) / Math.max(first, 1);
        timesEjected = (int) Math.max(0, timesEjected - calm) + 1;
        long time = Math.min(first * timesEjected, Math.max(first, LONGEST_EJECTION_NANOS));
        ejectedUntil = now + time;
        ejected = true;
        errorsInARow.set(0);
    }

    /** Nobody is ejected any more. */
    void pardon() {
        ejected = false;
        errorsInARow.set(0);
    }

    /** With what is known here beside what the event loops know. */
    EndpointView complete(EndpointView view, @Nullable CircuitBreaking breaking) {
        long now = nanos.getAsLong();
        boolean out = isEjected(now);
        Health health = view.health() == Health.HEALTHY && out ? Health.EJECTED : view.health();
        Breaker own = breaker;
        ClusterView.Breaker state = breaking == null || !breaking.perEndpoint()
                ? ClusterView.Breaker.NONE
                : own == null ? ClusterView.Breaker.CLOSED : Guard.shown(own);
        long leftMs = out ? TimeUnit.NANOSECONDS.toMillis(ejectedUntil - now) : 0;
        return new EndpointView(
                view.address(), health, state, view.connections(), view.requests(), view.reason(), leftMs);
    }
}
