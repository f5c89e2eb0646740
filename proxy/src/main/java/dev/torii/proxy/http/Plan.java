package dev.torii.proxy.http;

import dev.torii.routing.Listener;
import dev.torii.routing.Port;
import dev.torii.routing.Rule;
import dev.torii.routing.Snapshot;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot made ready to run: filters compiled, weights summed, clusters looked up. Built off the event loops, read by
 * all of them, and pinned by each exchange for its life.
 */
public final class Plan {

    /** Serves nothing. */
    public static final Plan EMPTY = new Plan(Snapshot.EMPTY, 0);

    private final Snapshot snapshot;
    private final long generation;
    private final Map<Integer, Port> ports = new HashMap<>();
    private final IdentityHashMap<Rule, RulePlan> rules = new IdentityHashMap<>();

    private Plan(Snapshot snapshot, long generation) {
        this.snapshot = snapshot;
        this.generation = generation;
        for (Port port : snapshot.ports()) {
            ports.put(port.number(), port);
            port.listeners().forEach(this::add);
        }
        snapshot.mesh().destinations().forEach(destination -> add(destination.listener()));
        snapshot.mesh().inbound().forEach(inbound -> add(inbound.listener()));
    }

    private void add(Listener listener) {
        for (Rule rule : listener.routes().rules()) {
            rules.put(rule, RulePlan.of(rule, snapshot.clusters()));
        }
    }

    /** @param generation grows with every plan of a process */
    public static Plan of(Snapshot snapshot, long generation) {
        return new Plan(snapshot, generation);
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    public long generation() {
        return generation;
    }

    /** The port with that number, or null when this plan does not listen there. */
    public @Nullable Port port(int number) {
        return ports.get(number);
    }

    RulePlan of(Rule rule) {
        RulePlan plan = rules.get(rule);
        if (plan == null) {
            throw new IllegalStateException("a rule of another snapshot: " + rule.name());
        }
        return plan;
    }
}
