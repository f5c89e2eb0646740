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
 * A snapshot made ready to run: filters compiled, weights summed, clusters looked up. Built off the event loops, but for
 * the Services of a mesh, whose turn comes with their first request; read by all loops, and pinned by each exchange for
 * its life.
 */
public final class Plan {

    /** Serves nothing. */
    public static final Plan EMPTY = new Plan(Snapshot.EMPTY, 0, RulePlan.NOTHING_BEFORE);

    private final Snapshot snapshot;
    private final long generation;
    private final RulePlan.Protections protections;
    private final Map<Integer, Port> ports = new HashMap<>();
    private final IdentityHashMap<Rule, RulePlan> rules = new IdentityHashMap<>();
    /** Of Services that have been called. Replaced, never changed: whoever reads it needs no lock. */
    private volatile IdentityHashMap<Rule, RulePlan> called = new IdentityHashMap<>();

    private Plan(Snapshot snapshot, long generation, RulePlan.Protections protections) {
        this.snapshot = snapshot;
        this.generation = generation;
        this.protections = protections;
        for (Port port : snapshot.ports()) {
            ports.put(port.number(), port);
            port.listeners().forEach(this::add);
        }
        snapshot.mesh().inbound().forEach(inbound -> add(inbound.listener()));
    }

    private void add(Listener listener) {
        for (Rule rule : listener.routes().rules()) {
            rules.put(rule, RulePlan.of(rule, snapshot::cluster, protections));
        }
    }

    /**
     * @param generation grows with every plan of a process
     * @param checkpoints makes what requests have to pass
     */
    public static Plan of(Snapshot snapshot, long generation, Checkpoints checkpoints) {
        return new Plan(snapshot, generation, (rule, backend) -> checkpoints.of(rule, backend, generation));
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

    /** @param rule of this plan's snapshot */
    RulePlan of(Rule rule) {
        RulePlan plan = rules.get(rule);
        plan = plan != null ? plan : called.get(rule);
        return plan != null ? plan : ofFirstCall(rule);
    }

    private synchronized RulePlan ofFirstCall(Rule rule) {
        RulePlan plan = called.get(rule);
        if (plan == null) {
            plan = RulePlan.of(rule, snapshot::cluster, protections);
            IdentityHashMap<Rule, RulePlan> more = new IdentityHashMap<>(called);
            more.put(rule, plan);
            called = more;
        }
        return plan;
    }
}
