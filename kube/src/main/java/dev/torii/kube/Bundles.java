package dev.torii.kube;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Whom pods may trust, where they can mount it: a ConfigMap {@value Authority#NAME} with {@code ca.crt} in every namespace
 * but the cluster's own, made, and put right whenever anybody changes it. For one process at a time: the leader.
 *
 * <p>Only what differs is written, and of a ConfigMap only {@code ca.crt}: other keys and labels are somebody else's.
 *
 * <p>Threads: methods may be called on any; it works on one of its own.
 */
public final class Bundles implements AutoCloseable {

    /** What a cluster needs to come up has no mesh. */
    public static final Set<String> EXCEPT = Set.of("kube-system", "kube-public", "kube-node-lease");

    private static final Logger LOG = System.getLogger(Bundles.class.getName());

    private final KubernetesClient client;
    private final Upkeep upkeep = new Upkeep("bundles", this::spread);
    private final SharedIndexInformer<Namespace> namespaces;
    private final SharedIndexInformer<ConfigMap> maps;

    /** Namespaces that were written to, while the watch has not told of it: until then the store knows less than we do. */
    private final Set<String> awaited = ConcurrentHashMap.newKeySet();

    private final BooleanSupplier leads;
    private volatile String bundle;
    private String trouble = "";

    private Bundles(KubernetesClient client, String bundle, BooleanSupplier leads) {
        this.client = client;
        this.bundle = bundle;
        this.leads = leads;
        this.namespaces = client.namespaces().runnableInformer(0).exceptionHandler((started, e) -> retry(e));
        this.maps = client.configMaps()
                .inAnyNamespace()
                .withField("metadata.name", Authority.NAME)
                .runnableInformer(0)
                .exceptionHandler((started, e) -> retry(e));
        namespaces.addEventHandler(new Changes<>(namespace -> upkeep.poke()));
        maps.addEventHandler(new Changes<>(this::seen));
    }

    /**
     * Starts; returns at once.
     *
     * @param client stays its owner's to close
     * @param bundle PEM, as {@link Authority.Credentials#bundle}
     * @param leads asked before each write
     */
    public static Bundles start(KubernetesClient client, String bundle, BooleanSupplier leads) {
        Bundles bundles = new Bundles(client, bundle, leads);
        bundles.namespaces.start().thenRun(bundles.upkeep::poke);
        bundles.maps.start().thenRun(bundles.upkeep::poke);
        return bundles;
    }

    /** Another one from now on. */
    public void offer(String newBundle) {
        bundle = newBundle;
        awaited.clear();
        upkeep.poke();
    }

    private boolean retry(Throwable failure) {
        LOG.log(Level.WARNING, "ConfigMaps " + Authority.NAME + ": cannot be watched: " + Threads.line(failure));
        return true;
    }

    private void seen(ConfigMap map) {
        awaited.remove(map.getMetadata().getNamespace());
        upkeep.poke();
    }

    private boolean spread() {
        if (!namespaces.hasSynced() || !maps.hasSynced()) {
            return true; // looks again when they have
        }
        Map<String, String> wanted = Map.of(Trust.CERTIFICATES, bundle);
        boolean failed = false;
        for (Namespace namespace : namespaces.getStore().list()) {
            String name = namespace.getMetadata().getName();
            boolean ends = namespace.getMetadata().getDeletionTimestamp() != null;
            if (!ends && !EXCEPT.contains(name) && !upkeep.isClosed()) {
                failed |= !put(name, wanted);
            }
        }
        if (!failed) {
            trouble = "";
        }
        return !failed;
    }

    /** False when it has to be tried again. */
    private boolean put(String namespace, Map<String, String> wanted) {
        if (!leads.getAsBoolean()) {
            return false;
        }
        if (!awaited.add(namespace)) {
            return true;
        }
        try {
            if (!written(namespace, wanted)) {
                awaited.remove(namespace);
            }
            return true;
        } catch (KubernetesClientException e) {
            awaited.remove(namespace);
            return isNoMatter(e, namespace);
        }
    }

    private boolean written(String namespace, Map<String, String> wanted) {
        ConfigMap is = maps.getIndexer().getByKey(namespace + "/" + Authority.NAME);
        if (is == null) {
            client.resource(map(namespace, wanted)).create();
            return true;
        }
        if (is.getData() != null && is.getData().entrySet().containsAll(wanted.entrySet())) {
            return false;
        }
        client.configMaps()
                .inNamespace(namespace)
                .withName(Authority.NAME)
                .patch(PatchContext.of(PatchType.JSON_MERGE), map(namespace, wanted));
        return true;
    }

    /** Of what is gone, or was made by somebody else, the watch will tell; a namespace that ends takes nothing more. */
    private boolean isNoMatter(KubernetesClientException e, String namespace) {
        boolean ends = e.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                && String.valueOf(e.getMessage()).contains("being terminated");
        if (ends || Threads.isConflict(e)) {
            return true;
        }
        String now = Threads.line(e);
        if (trouble.isEmpty() && !upkeep.isClosed()) {
            LOG.log(Level.WARNING, "ConfigMap " + namespace + "/" + Authority.NAME + ": " + now);
        }
        trouble = now;
        return false;
    }

    private static ConfigMap map(String namespace, Map<String, String> wanted) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(Authority.NAME)
                .addToLabels("app.kubernetes.io/managed-by", "torii")
                .endMetadata()
                .withData(wanted)
                .build();
    }

    /** Ends; the ConfigMaps stay. */
    @Override
    public void close() {
        namespaces.stop();
        maps.stop();
        upkeep.close();
    }
}
