package dev.torii.proxy.upstream.health;

import dev.torii.routing.Endpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What the checks of one cluster have found, for all event loops; and what tells them whether anybody wants to know. Safe
 * on any thread.
 */
public final class ClusterHealth {

    private enum Use {
        /** Since the checks looked last. */
        RECENT,
        EARLIER,
        /** So long ago that the checks have stopped. */
        NONE
    }

    private final Runnable begin;
    private final AtomicReference<Use> use = new AtomicReference<>(Use.NONE);
    private volatile Map<Endpoint, String> unhealthy = Map.of();

    /** @param begin has the checks begin, some time soon */
    ClusterHealth(Runnable begin) {
        this.begin = begin;
    }

    /** A call is to be made. The first one, and the first one after a long rest, has the checks begin. */
    public void use() {
        if (use.get() != Use.RECENT && use.getAndSet(Use.RECENT) == Use.NONE) {
            begin.run();
        }
    }

    /**
     * Why an endpoint should get nothing: {@code timeout}, {@code connection_refused}, {@code not_serving}, a status such
     * as {@code 503}, or another lower_snake word. {@code ""} when nothing is known against it.
     */
    public String unhealthyBecause(Endpoint endpoint) {
        return unhealthy.getOrDefault(endpoint, "");
    }

    /** Whether there were calls since this was asked last. */
    boolean wasUsed() {
        return use.compareAndSet(Use.RECENT, Use.EARLIER);
    }

    /** The checks stop, unless a call has come just now. */
    boolean rest() {
        return use.compareAndSet(Use.EARLIER, Use.NONE);
    }

    /** The checks cannot be made, or no more. */
    void end() {
        use.set(Use.NONE);
        unhealthy = Map.of();
    }

    /**
     * Says what was found; for one thread.
     *
     * @param reason {@code ""} when it is well, or not known
     */
    void set(Endpoint endpoint, String reason) {
        if (!unhealthyBecause(endpoint).equals(reason)) {
            Map<Endpoint, String> changed = new HashMap<>(unhealthy);
            if (reason.isEmpty()) {
                changed.remove(endpoint);
            } else {
                changed.put(endpoint, reason);
            }
            unhealthy = Map.copyOf(changed);
        }
    }
}
