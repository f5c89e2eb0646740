package dev.torii.proxy.http;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.trace.AppWork;
import dev.torii.proxy.upstream.Upstreams;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's world: its client connections, its live exchanges, its {@link Upstreams}. Created on, and used by, its
 * event loop only; nothing is shared with other workers but the plan.
 */
public final class Worker {

    private static final long TICK_MS = 250;
    private static final long LINGER_MS = 1_000;
    private static final int MAX_MIRRORS = 128;
    private static final int MAX_HELD_FOR_MIRRORS = 4 * 1024 * 1024;

    private final Vertx vertx;
    private final EventLoop eventLoop;
    private final String role;
    private final Supplier<Plan> plan;
    private final Upstreams upstreams;
    private final ExchangeListener listener;
    private final HeaderMask mask;
    private final @Nullable AppWork work;
    private final Set<ClientConnection> connections = new LinkedHashSet<>();
    private final long ticker;
    private @Nullable HttpExchange exchanges;
    private int live;
    private int mirrors;
    private int heldForMirrors;
    private long now = System.nanoTime();
    private boolean draining;

    /**
     * @param role as the log names it
     * @param plan the newest one
     * @param work of the app behind this sidecar; null at a gateway
     */
    public Worker(
            Vertx vertx,
            EventLoop eventLoop,
            String role,
            Supplier<Plan> plan,
            Upstreams upstreams,
            ExchangeListener listener,
            HeaderMask mask,
            @Nullable AppWork work) {
        this.vertx = vertx;
        this.work = work;
        this.eventLoop = eventLoop;
        this.role = role;
        this.plan = plan;
        this.upstreams = upstreams;
        this.listener = listener;
        this.mask = mask;
        this.ticker = vertx.setPeriodic(TICK_MS, id -> tick());
    }

    public Upstreams upstreams() {
        return upstreams;
    }

    /** Exchanges and tunnels that have not ended. */
    public int live() {
        return live;
    }

    /** Mirrored requests in flight. */
    public int mirrors() {
        return mirrors;
    }

    /** Client connections that are open. */
    public int connections() {
        return connections.size();
    }

    /** From now on every answer asks its client to go elsewhere; HTTP/2 clients are told at once (RFC 9113, 6.8). */
    public void drain() {
        draining = true;
        List.copyOf(connections).forEach(ClientConnection::goAway);
    }

    /** Closes connections on which nothing happens. */
    public void closeIdle() {
        for (ClientConnection client : List.copyOf(connections)) {
            if (client.isIdle()) {
                client.close();
            }
        }
    }

    /** Closes everything. */
    public void close() {
        vertx.cancelTimer(ticker);
        List.copyOf(connections).forEach(ClientConnection::close);
        upstreams.close();
    }

    boolean isDraining() {
        return draining;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    String role() {
        return role;
    }

    HeaderMask mask() {
        return mask;
    }

    Plan plan() {
        return plan.get();
    }

    /** Of the app behind this sidecar; null at a gateway. */
    @Nullable
    AppWork work() {
        return work;
    }

    /** A clock that is read for free and is up to a quarter of a second late. */
    long now() {
        return now;
    }

    void accepted(ClientConnection client) {
        connections.add(client);
        client.channel().closeFuture().addListener(closed -> connections.remove(client));
    }

    void begin(HttpExchange exchange) {
        live++;
        exchange.next = exchanges;
        if (exchanges != null) {
            exchanges.previous = exchange;
        }
        exchanges = exchange;
        listener.started();
    }

    void end(HttpExchange exchange, ExchangeRecord record) {
        live--;
        if (exchange.previous != null) {
            exchange.previous.next = exchange.next;
        } else {
            exchanges = exchange.next;
        }
        if (exchange.next != null) {
            exchange.next.previous = exchange.previous;
        }
        listener.ended(record);
    }

    /** Whether there is room for one more mirrored request, which then counts until {@link #mirrorEnded}. */
    boolean admitsMirror() {
        if (mirrors >= MAX_MIRRORS) {
            mirrorDropped();
            return false;
        }
        mirrors++;
        return true;
    }

    /**
     * Mirrored requests hold so many bytes more than before, or fewer.
     *
     * @return false when that would be too many; nothing has changed then
     */
    boolean holdsForMirrors(int more) {
        if (heldForMirrors + more > MAX_HELD_FOR_MIRRORS) {
            return false;
        }
        heldForMirrors += more;
        return true;
    }

    /** @param status 0 when it gave none */
    void mirrorEnded(String service, int status) {
        mirrors--;
        listener.mirrored(service, status);
    }

    void injected(String fault, String service, boolean abort) {
        listener.injected(fault, service, abort);
    }

    void mirrorDropped() {
        listener.mirrorDropped();
    }

    /** The budget of a service's retries is used up. */
    void retryRefused(String service) {
        listener.retryRefused(service);
    }

    /**
     * A client was refused before it had made a request.
     *
     * @param protocol {@code ""} when it is not known
     * @param began by {@link System#nanoTime()}
     * @param why its status is 0 when there was no way to tell the client
     */
    void refused(Routing nowhere, String protocol, long began, Decision.Refuse why) {
        listener.started();
        listener.ended(Outcome.withoutRequest(this, protocol, nowhere, began, why));
    }

    /**
     * Closes an HTTP/1 connection after its last answer. While the client still sends, what it sends is read for a
     * moment: closing at once would reset the connection and take the answer from the client's hands.
     */
    void closeGently(ClientConnection client, HttpServerRequest request, RequestBody body) {
        if (body.isEnded()) {
            client.close();
            return;
        }
        body.drop();
        long limit = vertx.setTimer(LINGER_MS, id -> client.close());
        client.channel().closeFuture().addListener(closed -> vertx.cancelTimer(limit));
        request.endHandler(v -> client.close());
    }

    private void tick() {
        now = System.nanoTime();
        for (HttpExchange e = exchanges; e != null; ) {
            HttpExchange following = e.next;
            e.checkIdle(now);
            e = following;
        }
        Plan current = plan.get();
        for (ClientConnection client : List.copyOf(connections)) {
            client.check(now, current, this);
        }
    }
}
