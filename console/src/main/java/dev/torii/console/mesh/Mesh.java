package dev.torii.console.mesh;

import dev.torii.console.mesh.AdminClient.Answer;
import dev.torii.console.mesh.Proxy.Look;
import dev.torii.console.mesh.Proxy.State;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The proxies that are watched: each is asked every few seconds for its pages, a name that has many addresses being all of
 * them. Pages are fetched on event loops and read by workers. What is known is under one lock, held for milliseconds, so
 * the methods that answer belong on workers.
 */
public final class Mesh {

    private static final int MAX_PROXIES = 1_000;
    private static final int THREADS = 2;

    private final List<HostAndPort> names;
    private final AdminClient client;
    private final WorkerExecutor reader;
    private final InstantSource clock;
    private final Map<String, Proxy> proxies = new LinkedHashMap<>();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private volatile Set<String> addresses = Set.of();
    private boolean ended;
    /** A name server may take longer than we wait between two looks. */
    private boolean resolving;

    /**
     * Asks nobody yet.
     *
     * @param names admin endpoints
     */
    public Mesh(Vertx vertx, AdminClient client, List<HostAndPort> names, InstantSource clock) {
        this.names = List.copyOf(names);
        this.client = client;
        this.clock = clock;
        this.reader = vertx.createSharedWorkerExecutor("torii-mesh", THREADS);
    }

    /** Asks all proxies, now and from then on; to be called on an event loop. */
    public void watch(Vertx vertx, Duration every) {
        look();
        vertx.setPeriodic(every.toMillis(), id -> look());
    }

    /** Asks nobody any more; on the same event loop. */
    public void end() {
        ended = true;
    }

    /** Where the proxies are that are watched now, {@code host:port} each. Any thread. */
    public Set<String> addresses() {
        return addresses;
    }

    private void look() {
        if (ended || resolving) {
            return;
        }
        resolving = true;
        reader.executeBlocking(this::resolved, false)
                .onComplete(v -> resolving = false)
                .onSuccess(now -> {
                    addresses = now;
                    now.forEach(this::look);
                });
    }

    /** Forgets who is gone from a name's addresses. */
    private Set<String> resolved() {
        Set<String> found = new LinkedHashSet<>();
        for (HostAndPort name : names) {
            try {
                for (InetAddress address : InetAddress.getAllByName(name.host())) {
                    found.add(NetUtil.toSocketAddressString(address.getHostAddress(), name.port()));
                }
            } catch (UnknownHostException e) {
                found.add(NetUtil.toSocketAddressString(name.host(), name.port()));
            }
            if (found.size() >= MAX_PROXIES) {
                break;
            }
        }
        synchronized (this) {
            proxies.keySet().retainAll(found);
            found.forEach(address -> proxies.computeIfAbsent(address, Proxy::new));
        }
        return found;
    }

    private void look(String address) {
        if (ended || !asked.add(address)) {
            return;
        }
        Future<Answer> ready = client.get(address, "/ready");
        Future<Answer> metrics = client.get(address, "/metrics");
        Future<Answer> clusters = client.get(address, "/clusters");
        Future.all(ready, metrics, clusters)
                .compose(all ->
                        reader.executeBlocking(() -> read(ready.result(), metrics.result(), clusters.result()), false))
                .compose(look -> withSnapshot(address, look))
                .onComplete(looked -> asked.remove(address))
                .onSuccess(look -> reader.executeBlocking(() -> seen(address, look), false))
                .onFailure(e -> reader.executeBlocking(() -> missed(address, e), false));
    }

    private static Look read(Answer ready, Answer metrics, Answer clusters) throws IOException {
        Scrape scrape = Scrape.read(page("/metrics", metrics).toString(StandardCharsets.UTF_8));
        String reason = ready.body()
                .toString(StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("");
        State state = ready.status() == 200 ? State.READY : State.NOT_READY;
        JsonObject read = json("/clusters", clusters, page -> {
            new Breakers(0).add("", page);
            new RateLimits(Integer.MAX_VALUE).add("", page);
        });
        return new Look(state, reason, scrape, read, null);
    }

    /** Large, and seldom another: asked for when its version is. */
    private Future<Look> withSnapshot(String address, Look look) {
        if (look.scrape().snapshot().isEmpty() || look.scrape().snapshot().equals(knownSnapshot(address))) {
            return Future.succeededFuture(look);
        }
        return client.get(address, "/snapshot")
                .compose(answer -> reader.executeBlocking(
                        () -> json("/snapshot", answer, page -> new Routes().add("", page)), false))
                .map(snapshot -> new Look(look.state(), look.reason(), look.scrape(), look.clusters(), snapshot));
    }

    private static Buffer page(String path, Answer answer) throws IOException {
        if (answer.status() != 200) {
            throw new IOException(path + " answers " + answer.status());
        }
        return answer.body();
    }

    /** Read once to see whether it can be: what is shown is put together from the pages of all proxies. */
    private static JsonObject json(String path, Answer answer, Consumer<JsonObject> use) throws IOException {
        try {
            JsonObject page = new JsonObject(page(path, answer));
            use.accept(page);
            return page;
        } catch (DecodeException | ClassCastException e) {
            throw new IOException(path + " is not what a Torii proxy says", e);
        }
    }

    private synchronized String knownSnapshot(String address) {
        Proxy proxy = proxies.get(address);
        return proxy == null ? "" : proxy.knownSnapshot();
    }

    private synchronized boolean seen(String address, Look look) {
        Proxy proxy = proxies.get(address);
        if (proxy != null) {
            proxy.seen(look, nanos(), ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()));
        }
        return proxy != null;
    }

    private synchronized boolean missed(String address, Throwable e) {
        Proxy proxy = proxies.get(address);
        if (proxy != null) {
            proxy.missed(String.valueOf(e.getMessage()));
        }
        return proxy != null;
    }

    private long nanos() {
        return ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant());
    }

    /** The proxies and how they are. */
    public synchronized JsonArray proxies() {
        return new JsonArray(proxies.values().stream().map(Proxy::json).toList());
    }

    /** The service graph of the last seconds. */
    public synchronized JsonObject graph(int seconds) {
        ServiceGraph graph = new ServiceGraph();
        proxies.values().forEach(proxy -> graph.add(proxy, seconds, nanos()));
        return graph.json();
    }

    /** The routes, with the traffic of the last seconds. */
    public synchronized JsonArray routes(int seconds, int limit) {
        Routes routes = new Routes();
        proxies.values().forEach(proxy -> routes.add(proxy, seconds, nanos()));
        return routes.json(limit);
    }

    /** Breakers and limits of all proxies that answer. */
    public synchronized JsonArray breakers(int limit) {
        Breakers breakers = new Breakers(limit);
        proxies.values().stream()
                .filter(Proxy::isReachable)
                .forEach(proxy -> breakers.add(proxy.address(), proxy.clusters()));
        return breakers.json();
    }

    /** Rate limits of all proxies that answer. */
    public synchronized JsonArray limits(int most) {
        RateLimits limits = new RateLimits(most);
        proxies.values().stream()
                .filter(Proxy::isReachable)
                .forEach(proxy -> limits.add(proxy.address(), proxy.clusters()));
        return limits.json();
    }

    /** A page of one proxy, as it gives it now; of nobody but a proxy that is watched. */
    public Future<Answer> page(String address, String path) {
        return addresses.contains(address)
                ? client.get(address, path)
                : Future.failedFuture(new IllegalArgumentException("no proxy " + address + " is watched"));
    }
}
