package dev.torii.config.cluster;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.source.ServedKind;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Follows all objects of one kind, in the newest version of its API that the server has. A kind that is not installed is
 * asked for again and again. For the one thread of the source's executor, which its news come in on too.
 */
final class KindWatch {

    /** Told of what happens, on the executor's thread. */
    interface News {

        void put(ServedKind kind, ClusterObject object);

        void gone(ServedKind kind, ClusterObject object);

        /** All there is has been put, and these are their names. */
        void complete(ServedKind kind, Set<ObjectKey> all);

        /** The server has no such kind (any more). */
        void notInstalled(ServedKind kind);

        /** It will be tried again. */
        void failed(ServedKind kind, Throwable problem);
    }

    private static final long PAGE = 500;
    private static final int NOT_FOUND = 404;

    private final ServedKind kind;
    private final KubernetesClient client;
    private final Executor executor;
    private final News news;
    private int version;
    private boolean complete;
    private @Nullable SharedIndexInformer<GenericKubernetesResource> informer;
    private @Nullable String heardVersion;
    private long heardNanos;

    KindWatch(ServedKind kind, KubernetesClient client, Executor executor, News news) {
        this.kind = kind;
        this.client = client;
        this.executor = executor;
        this.news = news;
    }

    /** Whether changes would be heard of at once. */
    boolean isListening() {
        SharedIndexInformer<GenericKubernetesResource> now = informer;
        return now == null ? complete : complete && now.isWatching();
    }

    /**
     * For how long its watch has told nothing. An API server sends a bookmark every minute or so: who hears less may be
     * listening to a connection that is dead, of which nobody is told when a machine is gone, or when it ended while it was
     * being upgraded (the JDK's WebSocket). fabric8 itself opens a watch anew after ten minutes.
     */
    long silentNanos(long now) {
        SharedIndexInformer<GenericKubernetesResource> watched = informer;
        String version = watched == null ? null : watched.lastSyncResourceVersion();
        if (watched == null || !Objects.equals(version, heardVersion)) {
            heardVersion = version;
            heardNanos = now;
        }
        return now - heardNanos;
    }

    /** Whether all there is is known, be it nothing. */
    boolean isComplete() {
        return complete;
    }

    /** Begins, or looks again for a kind that was not installed. */
    void start() {
        if (informer == null) {
            version = 0;
            follow();
        }
    }

    /** Lists and watches anew. */
    void restart() {
        if (informer != null) {
            stop();
            follow();
        }
    }

    private void follow() {
        String apiVersion = kind.apiVersion(kind.versions().get(version));
        SharedIndexInformer<GenericKubernetesResource> made = objects().runnableInformer(0);
        Store store = new Store(kind, apiVersion);
        made.itemStore(store);
        informer = made;
        heardNanos = System.nanoTime();
        made.exceptionHandler((started, problem) -> {
            boolean again = code(problem) != NOT_FOUND;
            if (again) {
                executor.execute(() -> news.failed(kind, problem));
            }
            return again;
        });
        made.addEventHandler(new Handler(made, store));
        made.stopped().whenComplete((done, problem) -> executor.execute(() -> ended(made, problem)));
        made.start();
    }

    private Informable<GenericKubernetesResource> objects() {
        var all = client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
                .withGroup(kind.group())
                .withVersion(kind.versions().get(version))
                .withKind(kind.name())
                .withPlural(kind.plural())
                .withNamespaced(!kind.clusterScoped())
                .build());
        FilterWatchListDeletable<GenericKubernetesResource, ?, ?> everywhere =
                kind.clusterScoped() ? all : all.inAnyNamespace();
        return kind.name().equals("Secret")
                ? everywhere.withoutField("type", "helm.sh/release.v1").withLimit(PAGE)
                : everywhere.withLimit(PAGE);
    }

    private void ended(SharedIndexInformer<GenericKubernetesResource> which, @Nullable Throwable problem) {
        if (which != informer || problem == null) {
            return;
        }
        informer = null;
        if (version + 1 < kind.versions().size()) {
            version++;
            follow();
        } else {
            complete = true;
            news.notInstalled(kind);
        }
    }

    void stop() {
        SharedIndexInformer<GenericKubernetesResource> now = informer;
        informer = null;
        if (now != null) {
            now.stop();
        }
    }

    /** The status of an answer; 0 when there was none. */
    static int code(Throwable problem) {
        for (Throwable at = problem; at != null; at = at.getCause()) {
            if (at instanceof KubernetesClientException answered && answered.getCode() != 0) {
                return answered.getCode();
            }
        }
        return 0;
    }

    /** Reads objects as they come in. */
    private static final class Store extends BasicItemStore<GenericKubernetesResource> {

        private final ServedKind kind;
        private final String apiVersion;

        Store(ServedKind kind, String apiVersion) {
            super(Cache::metaNamespaceKeyFunc);
            this.kind = kind;
            this.apiVersion = apiVersion;
        }

        @Override
        public GenericKubernetesResource put(String key, GenericKubernetesResource object) {
            ((ClusterObject) object).read(kind, apiVersion);
            return super.put(key, object);
        }
    }

    /** Hands on what its informer says, as long as that is the one. */
    private final class Handler implements ResourceEventHandler<GenericKubernetesResource> {

        private final SharedIndexInformer<GenericKubernetesResource> of;
        private final Store store;

        Handler(SharedIndexInformer<GenericKubernetesResource> of, Store store) {
            this.of = of;
            this.store = store;
        }

        @Override
        public void onAdd(GenericKubernetesResource object) {
            if (of == informer) {
                news.put(kind, (ClusterObject) object);
            }
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource now) {
            onAdd(now);
        }

        @Override
        public void onDelete(GenericKubernetesResource object, boolean unseen) {
            if (of == informer) {
                news.gone(kind, (ClusterObject) object);
            }
        }

        @Override
        public void onList(String resourceVersion, boolean remainedEmpty) {
            if (of == informer) {
                complete = true;
                Set<ObjectKey> all = store.values()
                        .map(each -> ((ClusterObject) each).key(kind))
                        .collect(Collectors.toSet());
                news.complete(kind, all);
            }
        }
    }
}
