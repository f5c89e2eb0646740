package dev.torii.control.stream;

import dev.torii.config.resource.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * Who serves which generation of which Gateway, as far as it was said here or passed on from other replicas. Safe on any
 * thread.
 *
 * <p>Who leaves is remembered for a while: proxies go from one replica to another when those are restarted, and what a status
 * says of them must not change for that.
 */
public final class Acks implements Programmed {

    /** Replicas pass on what they know every 5 s, and a proxy finds another replica in less. */
    static final Duration LINGER = Duration.ofSeconds(15);

    /** What a proxy has said nothing of. */
    public static final long NOTHING = -1;

    private static final int MOST_PROBLEMS = 16;
    private static final int LONGEST_PROBLEM = 500;

    private final LongSupplier nanos;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    /** By pod. */
    private final Map<String, Local> here = new HashMap<>();
    /** By replica. */
    private final Map<String, Report> elsewhere = new HashMap<>();

    private Map<ObjectKey, Map<String, Standing>> all = Map.of();
    private long settledAt;
    private boolean settled;

    /**
     * How a proxy stands to a Gateway.
     *
     * @param generation that it has acknowledged, {@link #NOTHING} for none
     * @param problems why that, or part of it, is not served
     */
    public record Standing(String pod, ObjectKey gateway, long generation, List<String> problems) {

        public Standing {
            problems = problems.stream()
                    .limit(MOST_PROBLEMS)
                    .map(each -> each.length() > LONGEST_PROBLEM ? each.substring(0, LONGEST_PROBLEM) : each)
                    .toList();
        }
    }

    /** @param until when it is forgotten; {@link Long#MAX_VALUE} while it is connected */
    private record Local(Object connection, List<Standing> standings, long until) {}

    private record Report(List<Standing> standings, long until) {}

    /** @param nanos a clock as {@link System#nanoTime} */
    public Acks(LongSupplier nanos) {
        this.nanos = nanos;
        settle();
    }

    /** From now on this process answers for all: what others know has yet to come. */
    public synchronized void settle() {
        settled = false;
        settledAt = nanos.getAsLong() + LINGER.toNanos();
    }

    /**
     * A proxy has come or said something.
     *
     * @param connection by which it did
     */
    void heard(String pod, Object connection, Map<ObjectKey, Long> gateways, List<String> problems) {
        List<Standing> standings = gateways.entrySet().stream()
                .map(each -> new Standing(pod, each.getKey(), each.getValue(), problems))
                .toList();
        synchronized (this) {
            here.put(pod, new Local(connection, standings, Long.MAX_VALUE));
        }
        merge();
    }

    /** It has gone, unless it has come again by another connection. */
    void gone(String pod, Object connection) {
        synchronized (this) {
            here.computeIfPresent(
                    pod,
                    (name, known) -> known.connection() == connection
                            ? new Local(connection, known.standings(), nanos.getAsLong() + LINGER.toNanos())
                            : known);
        }
    }

    /** What proxies have said to this replica. */
    public synchronized List<Standing> here() {
        return here.values().stream().flatMap(each -> each.standings().stream()).toList();
    }

    /** What proxies have said to another replica: all that it knows. */
    public void passedOn(String replica, List<Standing> standings) {
        synchronized (this) {
            elsewhere.put(replica, new Report(List.copyOf(standings), nanos.getAsLong() + LINGER.toNanos()));
        }
        merge();
    }

    /** Forgets those who have been away for long; every few seconds. */
    public void sweep() {
        boolean settles;
        synchronized (this) {
            long now = nanos.getAsLong();
            here.values().removeIf(each -> each.until() != Long.MAX_VALUE && now - each.until() >= 0);
            elsewhere.values().removeIf(each -> now - each.until() >= 0);
            settles = !settled && now - settledAt >= 0;
            settled |= settles;
        }
        if (!merge() && settles) {
            listeners.forEach(Runnable::run);
        }
    }

    /** @return whether something is different, and was told */
    private boolean merge() {
        synchronized (this) {
            Map<ObjectKey, Map<String, Standing>> now = new HashMap<>();
            List<Standing> standings = new ArrayList<>(here());
            elsewhere.values().forEach(each -> standings.addAll(each.standings()));
            for (Standing each : standings) {
                now.computeIfAbsent(each.gateway(), gateway -> new HashMap<>())
                        .merge(each.pod(), each, (one, other) -> one.generation() >= other.generation() ? one : other);
            }
            if (now.equals(all)) {
                return false;
            }
            all = now;
        }
        listeners.forEach(Runnable::run);
        return true;
    }

    @Override
    public synchronized State of(ObjectKey gateway, long generation) {
        Map<String, Standing> standings = all.getOrDefault(gateway, Map.of());
        List<String> problems = new ArrayList<>();
        boolean served = false;
        boolean behind = false;
        for (Standing each : standings.values()) {
            boolean reached = each.generation() >= generation;
            served |= reached;
            behind |= !reached && each.generation() != NOTHING;
            if (reached) {
                each.problems().forEach(problem -> problems.add(each.pod() + ": " + problem));
            }
        }
        if (!problems.isEmpty()) {
            return new State(
                    Kind.FAILED, problems.stream().sorted().limit(MOST_PROBLEMS).toList());
        }
        if (served && !behind) {
            return new State(Kind.SERVED, List.of());
        }
        Kind unsettled = standings.isEmpty() ? Kind.NOBODY : Kind.WAITING;
        return new State(settled ? unsettled : Kind.UNKNOWN, List.of());
    }

    @Override
    public void onChange(Runnable told) {
        listeners.add(told);
    }
}
