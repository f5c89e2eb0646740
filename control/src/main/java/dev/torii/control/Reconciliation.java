package dev.torii.control;

import dev.torii.config.compile.Review;
import dev.torii.config.compile.Status;
import dev.torii.config.resource.ListenerSet;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.source.Catalog;
import dev.torii.control.api.ClusterApi;
import dev.torii.control.api.Worklist;
import dev.torii.control.provision.ClassesInUse;
import dev.torii.control.provision.Provision;
import dev.torii.control.provision.ProvisionSettings;
import dev.torii.control.provision.Provisioner;
import dev.torii.control.status.Reality;
import dev.torii.control.status.StatusKind;
import dev.torii.control.status.StatusWriter;
import dev.torii.control.status.Wanted;
import dev.torii.control.stream.Programmed;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the leader does to a cluster: has proxies made for Gateways, and has written what became of each object. Begun anew
 * whenever this process is elected, it knows nothing of before: what it finds in the cluster is its memory.
 */
public final class Reconciliation implements LeaderWork {

    private static final Logger LOG = System.getLogger("dev.torii.control");
    private static final Duration REQUEST = Duration.ofSeconds(10);

    /** For so long a Gateway that was programmed stays so while its proxies take its next generation, or reconnect. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Programmed programmed;
    private final InstantSource clock = InstantSource.system();
    private final Provisioner provisioner;
    private final ClassesInUse classes;
    private final StatusWriter writer;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(body -> {
        Thread made = new Thread(body, "torii-reconciliation");
        made.setDaemon(true);
        return made;
    });
    private final AtomicReference<@Nullable View> latest = new AtomicReference<>();
    private final AtomicBoolean asked = new AtomicBoolean();

    /** Since when a Gateway has been waited for. On the thread. */
    private Map<ObjectKey, Waiting> waiting = new HashMap<>();

    private record View(Catalog catalog, Review review) {}

    private record Waiting(long generation, Instant since) {}

    private Reconciliation(
            KubernetesClient client, ProvisionSettings settings, Programmed programmed, BooleanSupplier leads) {
        this.programmed = programmed;
        ClusterApi api = new ClusterApi(client, REQUEST, leads);
        this.provisioner = new Provisioner(client, api, settings, Worklist.Pause.USUAL, this::refresh);
        this.classes = new ClassesInUse(api, Worklist.Pause.USUAL);
        this.writer = new StatusWriter(api, clock, StatusWriter.Limits.USUAL);
    }

    /** @param client stays the caller's */
    public static Maker maker(KubernetesClient client, ProvisionSettings settings) {
        AtomicReference<@Nullable Reconciliation> current = new AtomicReference<>();
        AtomicBoolean listens = new AtomicBoolean();
        return (programmed, leads) -> {
            Reconciliation begun = new Reconciliation(client, settings, programmed, leads);
            current.set(begun);
            if (listens.compareAndSet(false, true)) {
                programmed.onChange(() -> {
                    Reconciliation now = current.get();
                    if (now != null) {
                        now.refresh();
                    }
                });
            }
            return begun;
        };
    }

    @Override
    public void catalog(Catalog catalog, Review review) {
        latest.set(new View(catalog, review));
        refresh();
    }

    @Override
    public Tally tally() {
        return new Tally(writer.writes(), writer.failures());
    }

    @Override
    public void close() {
        thread.shutdownNow();
        provisioner.close();
        classes.close();
        writer.close();
    }

    /** However often it is called meanwhile, once more is enough. */
    private void refresh() {
        if (asked.compareAndSet(false, true)) {
            try {
                thread.execute(this::reconcile);
            } catch (RejectedExecutionException closed) {
                LOG.log(Level.DEBUG, "told of a change after leading", closed);
            }
        }
    }

    private void reconcile() {
        asked.set(false);
        View view = latest.get();
        if (view == null) {
            return;
        }
        try {
            provisioner.plan(view.catalog().resources(), view.review());
            classes.plan(view.catalog().resources());
            writer.want(wanted(view));
        } catch (RuntimeException e) {
            // What follows may be another; this one is told, and not tried again and again.
            LOG.log(Level.ERROR, "reconciling", e);
        }
    }

    private Map<ObjectKey, Wanted> wanted(View view) {
        Map<ObjectKey, List<Status>> statuses = new HashMap<>();
        for (Status each : view.review().statuses()) {
            statuses.computeIfAbsent(each.object(), any -> new ArrayList<>()).add(each);
        }
        Map<ObjectKey, Reality> realities = realities(statuses);
        Map<ObjectKey, Wanted> wanted = new HashMap<>();
        statuses.forEach((key, each) -> {
            ObjectKey gateway = gatewayOf(key, view.catalog());
            Reality reality = gateway == null ? null : realities.get(gateway);
            StatusKind kind = StatusKind.of(key.kind());
            // Of a Gateway of which nobody knows yet whether it has proxies nothing can be said.
            if (kind != null && (gateway == null || reality != null)) {
                String path = kind.path(key, view.catalog().documents().get(key));
                wanted.put(key, new Wanted(key, path, each.get(0).generation(), each, reality));
            }
        });
        addNothing(view.catalog(), wanted);
        return wanted;
    }

    /** Of what has nothing to do with us, or no longer, we may have said something once. */
    private static void addNothing(Catalog catalog, Map<ObjectKey, Wanted> wanted) {
        for (Class<? extends Resource> type : StatusKind.SHARED) {
            for (Resource each : catalog.resources().all(type)) {
                ObjectKey key = ObjectKey.of(each);
                StatusKind kind = StatusKind.of(key.kind());
                if (kind != null && !wanted.containsKey(key)) {
                    String path = kind.path(key, catalog.documents().get(key));
                    wanted.put(key, new Wanted(key, path, each.metadata().generation(), List.of(), null));
                }
            }
        }
    }

    /** Whose proxies an object's Programmed depends on; null for most. */
    private static @Nullable ObjectKey gatewayOf(ObjectKey key, Catalog catalog) {
        if (key.kind().equals("Gateway")) {
            return key;
        }
        ListenerSet set = key.kind().equals("ListenerSet")
                ? catalog.resources().find(ListenerSet.class, key.namespace(), key.name())
                : null;
        return set == null
                ? null
                : new ObjectKey(
                        "Gateway", set.gateway().namespace(), set.gateway().name());
    }

    private Map<ObjectKey, Reality> realities(Map<ObjectKey, List<Status>> statuses) {
        Map<ObjectKey, Reality> realities = new HashMap<>();
        Map<ObjectKey, Waiting> stillWaiting = new HashMap<>();
        statuses.forEach((key, each) -> {
            Provision provision = key.kind().equals("Gateway") ? provisioner.of(key) : null;
            if (provision != null) {
                long generation = each.get(0).generation();
                Programmed.State state = programmed.of(key, generation);
                Waiting since = new Waiting(generation, clock.instant());
                if (state.kind() == Programmed.Kind.WAITING || state.kind() == Programmed.Kind.NOBODY) {
                    Waiting before = waiting.get(key);
                    since = before != null && before.generation() == generation ? before : since;
                    stillWaiting.put(key, since);
                }
                Instant patience = stillWaiting.containsKey(key) ? since.since().plus(PATIENCE) : Instant.MIN;
                realities.put(
                        key,
                        new Reality(state, patience, provision.addresses(), provision.known(), provision.problem()));
            }
        });
        waiting = stillWaiting;
        return realities;
    }
}
