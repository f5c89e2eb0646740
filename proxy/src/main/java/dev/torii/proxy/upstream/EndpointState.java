package dev.torii.proxy.upstream;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.Fault;
import dev.torii.routing.Cluster;
import dev.torii.routing.Endpoint;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint as one event loop sees it: its open connections, the requests in flight, the requests waiting for a
 * connection, and what was learned of its keep-alive. Outlives snapshots.
 */
public final class EndpointState {

    private static final int MAX_WAITING = 1024;

    /** Of what a warm endpoint gets. */
    private static final double LEAST_SHARE = 0.1;

    private static final long PENALTY_NANOS = 1_000_000_000L;
    private static final long BUSY_NANOS = 100_000_000L;
    private static final long RELAX_NANOS = 60_000_000_000L;
    private static final long LEAST_IDLE_MS = 100;

    private final Upstreams loop;
    private final ClusterState owner;
    private final Endpoint endpoint;
    private final String name;
    private Cluster cluster;
    private final ArrayDeque<Http1Connection> idle = new ArrayDeque<>();
    private final Set<Http1Connection> open = new HashSet<>();
    private final ArrayDeque<UpstreamEvents> waiting = new ArrayDeque<>();
    private final Http2Pool http2;
    private int connecting;
    /** Counts changes of protocol and TLS: a connection of an earlier way is not used again. */
    private int way;

    private int inFlight;
    private long idleLimitMs = Long.MAX_VALUE;
    private long relaxAt;
    private long avoidUntil;
    private long warmingNanos;
    private long warmAt;
    private boolean gone;
    private @Nullable EndpointGuard guard;

    EndpointState(Upstreams loop, ClusterState owner, Endpoint endpoint) {
        this.loop = loop;
        this.owner = owner;
        this.cluster = owner.cluster();
        this.endpoint = endpoint;
        this.name = endpoint.toString();
        this.http2 = new Http2Pool(loop, this);
    }

    /** {@code host:port}. */
    public String name() {
        return name;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** Requests that use it now, from this event loop. */
    public int inFlight() {
        return inFlight;
    }

    /** Open connections of this event loop. */
    public int connections() {
        return open.size() + http2.size();
    }

    /** What all event loops know of it together; null where that is nothing. */
    @Nullable
    EndpointGuard guard() {
        return guard;
    }

    void guard(@Nullable EndpointGuard shared) {
        guard = shared;
    }

    /** How unfit for use: 0 is fit, 4 and more is left out, 8 and more would refuse. */
    int rank() {
        EndpointGuard known = guard;
        if (known == null) {
            return 0;
        }
        boolean leftOut =
                known.isEjected(loop.now()) || !owner.unhealthyBecause(endpoint).isEmpty();
        return (known.isOpen() ? 8 : 0) + (leftOut ? 4 : 0);
    }

    Cluster cluster() {
        return cluster;
    }

    /** Which protocol and TLS settings hold now: it grows when they change. */
    int way() {
        return way;
    }

    ClusterView.EndpointView view() {
        String reason = owner.unhealthyBecause(endpoint);
        ClusterView.Health health = reason.isEmpty() ? ClusterView.Health.HEALTHY : ClusterView.Health.UNHEALTHY;
        return new ClusterView.EndpointView(name, health, ClusterView.Breaker.NONE, connections(), inFlight, reason, 0);
    }

    /** Whether another one should take this request: it cannot be reached, or is new and gets only a growing share. */
    boolean isAvoided(long now) {
        if (avoidUntil != 0 && now - avoidUntil < 0) {
            return true;
        }
        long left = warmAt - now;
        if (warmingNanos == 0 || left <= 0) {
            return false;
        }
        double share = 1 - (double) left / warmingNanos;
        return ThreadLocalRandom.current().nextDouble() > Math.max(LEAST_SHARE, share);
    }

    /** It has joined others that are at work: its share grows to a full one over so long. */
    void warmUp(long millis) {
        warmingNanos = TimeUnit.MILLISECONDS.toNanos(millis);
        warmAt = System.nanoTime() + warmingNanos;
    }

    /** Counts a request in; every call needs one {@link #leave}. */
    public void enter() {
        inFlight++;
    }

    public void leave() {
        inFlight--;
    }

    /** Gives the next free stream to {@code events}, at once where one is open, else when one is. */
    public void acquire(UpstreamEvents events) {
        if (isHttp2(events)) {
            http2.acquire(events);
            return;
        }
        Http1Connection connection = takeIdle();
        if (connection != null) {
            connection.lend(events);
        } else {
            acquireFresh(events);
        }
    }

    /** As {@link #acquire}, but never on a connection that may have been closed by the peer meanwhile. */
    public void acquireFresh(UpstreamEvents events) {
        if (isHttp2(events)) {
            http2.acquire(events);
        } else if (waiting.size() >= MAX_WAITING) {
            events.onFailure(Fault.UO, "connection_queue_full", true, false);
        } else {
            waiting.addLast(events);
            openMore();
        }
    }

    private boolean isHttp2(UpstreamEvents events) {
        Cluster.Protocol protocol = cluster.protocol();
        return protocol == Cluster.Protocol.HTTP2 || protocol == Cluster.Protocol.AS_CLIENT && events.isHttp2();
    }

    /** Takes a request back that still waits for a connection. */
    public void forget(UpstreamEvents events) {
        if (!waiting.remove(events)) {
            http2.forget(events);
        }
    }

    private @Nullable Http1Connection takeIdle() {
        for (Http1Connection c = idle.pollLast(); c != null; c = idle.pollLast()) {
            if (c.isUsable()) {
                return c;
            }
        }
        return null;
    }

    private void openMore() {
        while (connecting < waiting.size()
                && open.size() + connecting < cluster.connection().maxPerEndpoint()) {
            connecting++;
            int by = way;
            loop.connector()
                    .connect(
                            cluster,
                            endpoint,
                            Connector.NOTHING_TO_NEGOTIATE,
                            channel -> connected(by, channel),
                            detail -> connectFailed(by, detail));
        }
    }

    private void connected(int by, Channel channel) {
        if (!channel.isActive()) {
            connectFailed(by, "connect_failed");
            return;
        }
        connecting--;
        reached();
        Http1Connection connection = Http1Connection.install(this, channel, by);
        open.add(connection);
        putBack(connection);
    }

    /** A connection to it could be made. */
    void reached() {
        avoidUntil = 0;
    }

    /** It answers. Who has too much to do and says so shall not get more for being quick about it. */
    public void answered(int status, HttpHeaders headers) {
        if (Verdict.saysBusy(status, headers)) {
            avoidUntil = System.nanoTime() + BUSY_NANOS;
        }
    }

    /** No connection could be made, or its proxy could make none to the app: others are preferred for a moment. */
    public void unreachable() {
        avoidUntil = System.nanoTime() + PENALTY_NANOS;
    }

    private void connectFailed(int by, String detail) {
        connecting--;
        if (by == way) {
            unreachable();
            UpstreamEvents first = waiting.pollFirst();
            if (first != null) {
                first.onFailure(Fault.UF, detail, true, false);
            }
        }
        openMore();
    }

    /** A connection is free: the longest waiting request gets it, else it rests. */
    void putBack(Http1Connection connection) {
        if (connection.way() != way) {
            connection.close();
            return;
        }
        UpstreamEvents next = waiting.pollFirst();
        if (next != null) {
            connection.lend(next);
        } else if (gone) {
            connection.close();
        } else {
            idle.addLast(connection);
        }
    }

    /** A connection is not to be lent any more. */
    void forgetIdle(Http1Connection connection) {
        idle.remove(connection);
    }

    /**
     * A connection is closed or no longer HTTP.
     *
     * @param wasIdle whether it rested: then the peer's keep-alive is at most as long as it had rested
     */
    void closed(Http1Connection connection, boolean wasIdle) {
        open.remove(connection);
        if (wasIdle && idle.remove(connection)) {
            long restedMs = (System.nanoTime() - connection.idleSince()) / 1_000_000;
            learnIdleLimit(restedMs * 8 / 10);
        }
        openMore();
    }

    /** Reads {@code Keep-Alive: timeout=5} of an answer and stays a second below it. */
    void learnKeepAlive(@Nullable String header) {
        if (header == null) {
            return;
        }
        int at = header.indexOf("timeout=");
        int end = at + 8;
        while (at >= 0 && end < header.length() && end < at + 14 && Character.isDigit(header.charAt(end))) {
            end++;
        }
        if (at >= 0 && end > at + 8) {
            learnIdleLimit(Long.parseLong(header.substring(at + 8, end)) * 1000 - 1000);
        }
    }

    private void learnIdleLimit(long ms) {
        idleLimitMs = Math.min(idleLimitMs, Math.max(ms, LEAST_IDLE_MS));
        relaxAt = System.nanoTime() + RELAX_NANOS;
    }

    /** How long a connection may rest now, in milliseconds. */
    public long idleLimitMs() {
        return Math.min(cluster.connection().idleTimeoutMs(), idleLimitMs);
    }

    /** Closes what has rested too long; called a few times a second. */
    void sweep(long now) {
        if (idleLimitMs != Long.MAX_VALUE && now - relaxAt > 0) {
            // A restart of the backend looks like a short keep-alive too: what was learned fades unless seen again.
            idleLimitMs = idleLimitMs > 60_000 ? Long.MAX_VALUE : idleLimitMs * 2;
            relaxAt = now + RELAX_NANOS;
        }
        long limit = idleLimitMs() * 1_000_000;
        while (!idle.isEmpty() && now - idle.peekFirst().idleSince() > limit) {
            idle.pollFirst().close();
        }
        http2.sweep(now, limit);
    }

    void update(Cluster newer) {
        boolean sameWay = newer.protocol() == cluster.protocol() && Objects.equals(newer.tls(), cluster.tls());
        cluster = newer;
        if (!sameWay) {
            way++;
            closeIdle();
            http2.leaveAll();
            List<UpstreamEvents> queued = new ArrayList<>(waiting);
            waiting.clear();
            queued.addAll(http2.takeWaiting());
            queued.forEach(this::acquire);
        }
    }

    /** The endpoint left the snapshot: requests in flight finish, nothing rests. */
    void retire() {
        gone = true;
        closeIdle();
        http2.retire();
    }

    private void closeIdle() {
        for (Http1Connection c = idle.pollFirst(); c != null; c = idle.pollFirst()) {
            c.close();
        }
    }
}
