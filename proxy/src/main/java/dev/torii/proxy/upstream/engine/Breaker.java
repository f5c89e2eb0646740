package dev.torii.proxy.upstream.engine;

import dev.torii.routing.Resilience.CircuitBreaking;
import dev.torii.routing.Resilience.CircuitBreaking.Window;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A circuit breaker. Every call asks for a permit with {@link #acquire} and gives it back in exactly one of {@link
 * #succeeded}, {@link #failed} and {@link #release}. A result that comes after the breaker has changed its state says
 * something about the time before, so it is not counted: a call that was slow before it opened does not open it again.
 *
 * <p>Safe on any thread. Windows of calls take no lock; those of seconds take one for a few instructions, because the
 * engine's own without a lock read the system's clock.
 */
public final class Breaker {

    /** From good to bad. */
    public enum State {
        CLOSED,
        /** It lets some calls through to see how they fare. */
        HALF_OPEN,
        OPEN
    }

    /** No permit. */
    public static final int REFUSED = -1;

    private static final Duration NEVER_SLOW = Duration.ofNanos(Long.MAX_VALUE);

    private final CircuitBreaker engine;
    private final Failure failure = new Failure();
    private final LongSupplier nanos;
    private final long openForNanos;
    private final Consumer<State> entered;
    private volatile Era era = new Era(0, State.CLOSED, 0);
    private volatile long lastProbe;

    /** Between two changes of state. */
    private record Era(int number, State state, long openUntil) {

        int permit() {
            return number * 2 + (state == State.HALF_OPEN ? 1 : 0);
        }

        boolean gave(int permit) {
            return permit >> 1 == number;
        }
    }

    /** What the engine wants to be told for a failure. */
    private static final class Failure extends RuntimeException {

        private static final long serialVersionUID = 1;

        private Failure() {
            super("failed", null, false, false);
        }
    }

    /**
     * @param nanos a clock like {@link System#nanoTime()}
     * @param entered told of every change of state, by whoever caused it
     */
    public Breaker(CircuitBreaking settings, LongSupplier nanos, Consumer<State> entered) {
        this.nanos = nanos;
        this.entered = entered;
        this.openForNanos = TimeUnit.MILLISECONDS.toNanos(settings.openForMs());
        this.engine = CircuitBreaker.of("", config(settings, nanos));
    }

    private static CircuitBreakerConfig config(CircuitBreaking settings, LongSupplier nanos) {
        boolean calls = settings.window() == Window.CALLS;
        CircuitBreakerConfig.Builder config = CircuitBreakerConfig.custom()
                .slidingWindow(
                        settings.windowSize(),
                        settings.minimumCalls(),
                        calls ? SlidingWindowType.COUNT_BASED : SlidingWindowType.TIME_BASED,
                        calls
                                ? SlidingWindowSynchronizationStrategy.LOCK_FREE
                                : SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
                .failureRateThreshold(settings.failureRatePercent())
                .waitDurationInOpenState(Duration.ofMillis(settings.openForMs()))
                .permittedNumberOfCallsInHalfOpenState(settings.halfOpenCalls())
                .automaticTransitionFromOpenToHalfOpenEnabled(false)
                .clock(new Ticks(nanos))
                .currentTimestampFunction(clock -> nanos.getAsLong(), TimeUnit.NANOSECONDS)
                .writableStackTraceEnabled(false);
        if (settings.slowCallMs() == 0) {
            return config.slowCallDurationThreshold(NEVER_SLOW).build(); // else it would be a minute
        }
        // The engine calls slow what takes longer than this, we what takes as long.
        return config.slowCallDurationThreshold(
                        Duration.ofMillis(settings.slowCallMs()).minusNanos(1))
                .slowCallRateThreshold(settings.slowCallRatePercent())
                .build();
    }

    /** A permit, or {@link #REFUSED}. */
    public int acquire() {
        boolean granted = engine.tryAcquirePermission();
        Era now = look();
        if (granted) {
            if (now.state() == State.HALF_OPEN) {
                lastProbe = nanos.getAsLong();
            }
            return now.permit();
        }
        if (now.state() == State.HALF_OPEN && nanos.getAsLong() - lastProbe > openForNanos) {
            // No answer is one, too: else probes that hang would keep everybody out for as long as they do.
            engine.transitionToOpenState();
            look();
        }
        return REFUSED;
    }

    /** Whether a permit is for a call that the breaker waits for to decide. */
    public static boolean isProbe(int permit) {
        return permit != REFUSED && (permit & 1) == 1;
    }

    /** @param took nanoseconds */
    public void succeeded(int permit, long took) {
        if (era.gave(permit)) {
            engine.onSuccess(took, TimeUnit.NANOSECONDS);
            look();
        }
    }

    /** @param took nanoseconds */
    public void failed(int permit, long took) {
        if (era.gave(permit)) {
            engine.onError(took, TimeUnit.NANOSECONDS, failure);
            look();
        }
    }

    /** Gives a permit back without a result. */
    public void release(int permit) {
        if (era.gave(permit)) {
            engine.releasePermission();
        }
    }

    /** Half-open from when its time is over, also while nobody calls. */
    public State state() {
        Era now = era;
        boolean over = now.state() == State.OPEN && nanos.getAsLong() - now.openUntil() > 0;
        return over ? State.HALF_OPEN : now.state();
    }

    /** Milliseconds until it lets calls through; 0 when it may now. */
    public long opensInMs() {
        Era now = era;
        long left = now.state() == State.OPEN ? now.openUntil() - nanos.getAsLong() : 0;
        return left <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(left - 1) + 1;
    }

    /** Takes note of what a call has done to the engine, which tells nobody: events would cost garbage for every call. */
    private Era look() {
        Era known = era;
        State now = of(engine.getState());
        return now == known.state() ? known : changed();
    }

    private synchronized Era changed() {
        Era known = era;
        State now = of(engine.getState());
        if (now == known.state()) {
            return known;
        }
        Era next = new Era(known.number() + 1, now, now == State.OPEN ? nanos.getAsLong() + openForNanos : 0);
        era = next;
        entered.accept(now);
        return next;
    }

    private static State of(CircuitBreaker.State state) {
        return switch (state) {
            case OPEN, FORCED_OPEN -> State.OPEN;
            case HALF_OPEN -> State.HALF_OPEN;
            case CLOSED, DISABLED, METRICS_ONLY -> State.CLOSED;
        };
    }

    /** Time for the engine, which never goes back. */
    private static final class Ticks extends Clock {

        private final LongSupplier nanos;
        private final long began;

        Ticks(LongSupplier nanos) {
            this.nanos = nanos;
            this.began = nanos.getAsLong();
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochSecond(0, nanos.getAsLong() - began);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
