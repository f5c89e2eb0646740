package dev.torii.config.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.torii.config.Wording;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.source.Catalog;
import dev.torii.config.source.Read;
import dev.torii.config.source.ServedKind;
import dev.torii.config.source.Source;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows a cluster. The first catalog is handed over when everything there is has been read, so that a route never comes
 * without its endpoints; then one for each burst of changes. An API server that is away, slow or refuses us changes
 * nothing: what is known stays in force, one line is logged, and it is asked again. An object that cannot be read keeps what
 * it said last, and stops no other.
 *
 * <p>Two threads: {@code torii-cluster} hears and orders, {@code torii-catalog} hands over and may be kept waiting.
 */
public final class ClusterSource implements Source.Following {

    private static final Logger LOG = System.getLogger("dev.torii.config");

    /** Doubled up to 32 times while there is no answer. */
    private static final int RECONNECT_MILLIS = 200;

    private static final long LOOK_SECONDS = 1;

    /** What a watch began from is forgotten: it lists again, and nobody has to know. */
    private static final int GONE = 410;

    /** A watch that ends begins anew within less, when the server is there. */
    private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** Enough to list the largest cluster. */
    private static final long MOST_PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /**
     * How long to wait, and for what.
     *
     * @param quiet without a change, before a catalog is handed over
     * @param longest after the first change, whether it is quiet or not
     * @param look between two questions for kinds that are not installed
     * @param lost after which an answer is waited for no longer, and asked for anew; twice as long each time, for there may
     *     be much to list
     * @param silent after which a kind of which nothing is heard, not even a bookmark, is listed and watched anew
     */
    public record Settings(Duration quiet, Duration longest, Duration look, Duration lost, Duration silent) {

        public static final Settings USUAL = new Settings(
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                Duration.ofMinutes(3));
    }

    /**
     * How well the cluster is heard.
     *
     * @param complete whether everything has been read once
     * @param connected whether a change would be heard of now
     * @param lastHeard when it last would have been; the epoch before the first time
     */
    public record Health(boolean complete, boolean connected, Instant lastHeard) {}

    private final Settings settings;
    private final Consumer<Catalog> onChange;
    private final ScheduledThreadPoolExecutor events;
    private final ExecutorService publisher;
    private final KubernetesClient client;
    private final String server;
    private final List<KindWatch> kinds;
    private final BundleWatch bundle;
    private final Map<ServedKind, String> refusals = new HashMap<>();
    private final Inventory inventory = new Inventory();
    private final InstantSource clock = InstantSource.system();
    private volatile Health health = new Health(false, false, Instant.EPOCH);
    private volatile boolean closed;
    private boolean away;
    private long listenedNanos = System.nanoTime();
    private long triedNanos = listenedNanos;
    private long patienceNanos;
    private boolean changed;
    private boolean waiting;
    private boolean publishing;
    private long firstChange;
    private long lastChange;

    private ClusterSource(Config config, Settings settings, Consumer<Catalog> onChange) {
        this.settings = settings;
        this.patienceNanos = settings.lost().toNanos();
        this.onChange = onChange;
        this.events = new ScheduledThreadPoolExecutor(1, task -> thread(task, "torii-cluster"));
        // What still comes in after the end is nobody's business.
        this.events.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        this.publisher = Executors.newSingleThreadExecutor(task -> thread(task, "torii-catalog"));
        this.server = config.getMasterUrl();
        this.client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(config)
                        .withWatchReconnectInterval(RECONNECT_MILLIS)
                        .withRequestRetryBackoffLimit(0)
                        // The JDK's client loses requests on an HTTP/2 connection that ends as they are sent.
                        .withHttp2Disable(true)
                        .build())
                .withKubernetesSerialization(serialization())
                .withTaskExecutor(events)
                .build();
        News news = new News();
        this.kinds = ServedKind.all().stream()
                .map(kind -> new KindWatch(kind, client, events, news))
                .toList();
        this.bundle = new BundleWatch(client, version -> changed(inventory.bundleVersion(version)));
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** All objects come as {@link ClusterObject}s, whatever their kind: fabric8's own types would drop what is empty. */
    private static KubernetesSerialization serialization() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.registerModule(
                new SimpleModule().addDeserializer(GenericKubernetesResource.class, new ClusterObject.Deserializer()));
        KubernetesSerialization serialization = new KubernetesSerialization(mapper, false);
        serialization.registerKubernetesResource(Status.class);
        return serialization;
    }

    /**
     * Begins to follow; returns at once.
     *
     * @param client says which cluster, and as whom; is not used otherwise, and not closed
     * @param onChange is called by one thread at a time, which it may keep; what changes meanwhile comes in the next
     *     catalog. What it throws goes to that thread's uncaught exception handler and ends nothing
     */
    public static ClusterSource watch(KubernetesClient client, Settings settings, Consumer<Catalog> onChange) {
        ClusterSource source = new ClusterSource(client.getConfiguration(), settings, onChange);
        source.start();
        return source;
    }

    /** The same for a role. The client may be closed before it is followed. */
    public static Source source(KubernetesClient client) {
        Config config = client.getConfiguration();
        return taker -> {
            ClusterSource source = new ClusterSource(config, Settings.USUAL, catalog -> {
                Source.Taken unused =
                        taker.apply(new Read(catalog.resources(), catalog.findings(), true)); // nobody asks
            });
            source.start();
            return source;
        };
    }

    /** How well the cluster is heard; safe on any thread. */
    public Health health() {
        return health;
    }

    private void start() {
        events.execute(() -> kinds.forEach(KindWatch::start));
        events.execute(bundle::start);
        events.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        long millis = settings.look().toMillis();
        events.scheduleWithFixedDelay(() -> kinds.forEach(KindWatch::start), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Whether the watches stand. */
    private void look() {
        long now = System.nanoTime();
        boolean connected = kinds.stream().allMatch(KindWatch::isListening);
        if (connected) {
            listenedNanos = now;
            triedNanos = now;
            patienceNanos = settings.lost().toNanos();
            back();
        } else if (now - listenedNanos > AWAY_NANOS && refusals.isEmpty()) {
            away(isComplete() ? "its watches have ended" : "not everything is listed yet");
        }
        if (!connected && now - triedNanos > patienceNanos) {
            triedNanos = now;
            patienceNanos = Math.min(2 * patienceNanos, MOST_PATIENCE_NANOS);
            // A request that is lost is never answered.
            kinds.stream().filter(kind -> !kind.isListening()).forEach(KindWatch::restart);
        }
        long silent = settings.silent().toNanos();
        kinds.stream().filter(kind -> kind.silentNanos(now) > silent).forEach(KindWatch::restart);
        health = new Health(isComplete(), connected, connected ? clock.instant() : health.lastHeard());
    }

    private boolean isComplete() {
        return kinds.stream().allMatch(KindWatch::isComplete);
    }

    private void away(String why) {
        if (!away) {
            away = true;
            String still = isComplete() ? "what is known stays in force" : "nothing is known yet";
            LOG.log(Level.WARNING, "the API server at {0} does not answer: {1}; {2}, trying again", server, why, still);
        }
    }

    private void back() {
        if (away) {
            away = false;
            LOG.log(Level.INFO, "the API server at {0} answers again", server);
        }
    }

    private final class News implements KindWatch.News {

        @Override
        public void put(ServedKind kind, ClusterObject object) {
            changed(inventory.put(object.key(kind), object.parsed()));
        }

        @Override
        public void gone(ServedKind kind, ClusterObject object) {
            changed(inventory.remove(object.key(kind)));
        }

        @Override
        public void complete(ServedKind kind, Set<ObjectKey> all) {
            refusals.remove(kind);
            changed(inventory.retain(kind.name(), all) || !health.complete());
        }

        @Override
        public void notInstalled(ServedKind kind) {
            refusals.remove(kind);
            changed(inventory.retain(kind.name(), Set.of()) || !health.complete());
        }

        @Override
        public void failed(ServedKind kind, Throwable problem) {
            int code = KindWatch.code(problem);
            String why = why(problem);
            if (code == 0) {
                away(why);
            } else if (code != GONE && !why.equals(refusals.put(kind, why))) {
                LOG.log(
                        Level.WARNING,
                        "the API server at {0} refuses to list {1}: {2} {3}; trying again",
                        server,
                        kind.plural(),
                        Integer.toString(code),
                        why);
            }
        }
    }

    private static String why(Throwable problem) {
        Throwable at = problem;
        while (at.getCause() != null && !isAnswer(at)) {
            at = at.getCause();
        }
        String message = at instanceof KubernetesClientException answer && isAnswer(at)
                ? answer.getStatus().getMessage()
                : at.getMessage();
        return Wording.shown(message == null ? at.getClass().getSimpleName() : message);
    }

    private static boolean isAnswer(Throwable problem) {
        return problem instanceof KubernetesClientException answer && answer.getStatus() != null;
    }

    private void changed(boolean really) {
        if (!really) {
            return;
        }
        lastChange = System.nanoTime();
        if (!changed) {
            changed = true;
            firstChange = lastChange;
        }
        settle();
    }

    /** Hands over when it has been quiet, or long enough. */
    private void settle() {
        if (!changed || waiting || publishing || !isComplete()) {
            return;
        }
        long now = System.nanoTime();
        long due = Math.min(
                lastChange + settings.quiet().toNanos(),
                firstChange + settings.longest().toNanos());
        if (due - now > 0) {
            waiting = true;
            events.schedule(
                    () -> {
                        waiting = false;
                        settle();
                    },
                    due - now,
                    TimeUnit.NANOSECONDS);
            return;
        }
        changed = false;
        publishing = true;
        Catalog catalog = inventory.catalog();
        health = new Health(true, health.connected(), health.lastHeard());
        publisher.execute(() -> publish(catalog));
    }

    private void publish(Catalog catalog) {
        try {
            if (!closed) {
                onChange.accept(catalog);
            }
        } catch (RuntimeException e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        } finally {
            events.execute(() -> {
                publishing = false;
                settle();
            });
        }
    }

    /** Ends the following; safe to call twice, and from within {@code onChange}. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        publisher.shutdown();
        events.execute(() -> kinds.forEach(KindWatch::stop));
        events.execute(bundle::stop);
        events.execute(client::close);
        events.shutdown();
        await(events);
        await(publisher);
    }

    private static void await(ExecutorService executor) {
        if (Thread.currentThread().getName().equals("torii-catalog")) {
            return;
        }
        try {
            while (!executor.awaitTermination(1, TimeUnit.HOURS)) {
                LOG.log(Level.WARNING, "still waiting for the configuration to be dealt with");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
