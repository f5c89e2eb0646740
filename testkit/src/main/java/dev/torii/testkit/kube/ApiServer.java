package dev.torii.testkit.kube;

import dev.torii.testkit.Listening;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.authentication.BoundObjectReference;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestSpec;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestSpecBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * An API server, and the one way to get a client of it. The mock takes every kind and validates nothing; the real one knows
 * our kinds, and those of the Gateway API whose CRDs are in the folder that {@code GATEWAY_API_CRDS} names. Both are reached over a wire that can be cut.
 */
public final class ApiServer implements AutoCloseable {

    private static final Set<String> CLUSTER_SCOPED =
            Set.of("Namespace", "GatewayClass", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding");

    /** What runs behind the wire. */
    interface Engine extends AutoCloseable {

        int port();

        /** How to get in, but for the URL. */
        ConfigBuilder access();

        String scheme();

        /** All that were answered so far, watches too. */
        List<ApiRequest> requests();

        @Override
        void close();
    }

    private static final int MOST_TRIES = 100;

    private final Engine engine;
    private final Wire wire;
    private final KubernetesClient client;
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();

    private ApiServer(Engine engine) {
        this.engine = engine;
        this.wire = new Wire(engine.port());
        this.client = client(engine.port());
    }

    /** The real one when {@code KUBEBUILDER_ASSETS} is set, or else the mock. */
    public static ApiServer start() {
        String binaries = System.getenv("KUBEBUILDER_ASSETS");
        if (binaries == null || binaries.isEmpty()) {
            return mock();
        }
        ApiServer server = new ApiServer(RealApiServer.start(Path.of(binaries)));
        server.installCrds();
        return server;
    }

    /** The mock: for what no real one can be made to do. */
    public static ApiServer mock() {
        return new ApiServer(new MockApiServer());
    }

    /** Whether it checks what it is given. */
    public boolean isReal() {
        return engine instanceof RealApiServer;
    }

    /** The tests' own client, with all rights, that no cut concerns; it is closed with this. */
    public KubernetesClient client() {
        return client;
    }

    /** A client over the wire, with all rights; whoever asks closes it. */
    public KubernetesClient newClient() {
        return client(wire.port());
    }

    /** What clients over the wire are made of. */
    public Config config() {
        return config(wire.port());
    }

    /** The same for who has no more rights than a ServiceAccount, which is there. */
    public Config configOf(String namespace, String account) {
        String token = token(namespace, account, new TokenRequestSpec());
        return new ConfigBuilder(config()).withOauthToken(token).build();
    }

    private KubernetesClient client(int port) {
        return new KubernetesClientBuilder().withConfig(config(port)).build();
    }

    private Config config(int port) {
        return engine.access()
                .withMasterUrl(engine.scheme() + "://" + Listening.HOST + ":" + port)
                .withRequestRetryBackoffLimit(0)
                .build();
    }

    /** The same as a file, for processes: what {@code KUBECONFIG} names. */
    public Path kubeconfig(Path folder) {
        Config config = config();
        String token = config.getOauthToken() == null ? "none" : config.getOauthToken();
        String text = """
                apiVersion: v1
                kind: Config
                clusters: [{name: test, cluster: {server: "SERVER", insecure-skip-tls-verify: true}}]
                users: [{name: test, user: {token: "TOKEN"}}]
                contexts: [{name: test, context: {cluster: test, user: test, namespace: default}}]
                current-context: test
                """.replace("SERVER", config.getMasterUrl()).replace("TOKEN", token);
        try {
            return Files.writeString(folder.resolve("kubeconfig"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nobody answers any more, and every connection is gone; what was written stays. */
    public void cut() {
        wire.cut();
    }

    /** After {@link #cut}: at the same address. */
    public void mend() {
        wire.mend();
    }

    /** All watches and requests under way end; the next come through. */
    public void breakConnections() {
        wire.breakConnections();
    }

    /** What is open over the wire carries nothing any more, and nobody is told, as when a machine is gone; what comes goes through. */
    public void freezeConnections() {
        wire.freeze();
    }

    /** What has been asked so far by anybody, in the order of the answers, as far as it was answered. */
    public List<ApiRequest> requests() {
        return engine.requests();
    }

    /** A token of a ServiceAccount that there is, as pods show it to control. */
    public String token(String namespace, String account) {
        return token(namespace, account, forControl().build());
    }

    /** The same, made for a pod that there is. */
    public String tokenOfPod(String namespace, String account, String pod) {
        String uid = client.pods()
                .inNamespace(namespace)
                .withName(pod)
                .require()
                .getMetadata()
                .getUid();
        return token(
                namespace,
                account,
                forControl()
                        .withBoundObjectRef(new BoundObjectReference("v1", "Pod", pod, uid))
                        .build());
    }

    private static TokenRequestSpecBuilder forControl() {
        return new TokenRequestSpecBuilder().withAudiences("torii-control");
    }

    /** Of the mock: the user's name, and the pod's after a slash. */
    private String token(String namespace, String account, TokenRequestSpec asked) {
        if (!isReal()) {
            BoundObjectReference pod = asked.getBoundObjectRef();
            return "system:serviceaccount:" + namespace + ":" + account + (pod == null ? "" : "/" + pod.getName());
        }
        TokenRequest request = new TokenRequestBuilder().withSpec(asked).build();
        return client.serviceAccounts()
                .inNamespace(namespace)
                .withName(account)
                .tokenRequest(request)
                .getStatus()
                .getToken();
    }

    /**
     * Only the mock: from now on answers requests whose path and query contains a text so.
     *
     * @param status 0: as usual
     */
    public void answer(String inPath, int status) {
        ((MockApiServer) engine).answer(inPath, status);
    }

    /**
     * Only the mock: ends the watches whose path and query contains a text, as any API server does after some minutes: with
     * a bookmark, nothing has happened up to a version.
     *
     * @return whether there are such watches
     */
    public boolean endWatches(String inPath, String version) {
        return ((MockApiServer) engine).endWatches(inPath, version);
    }

    /** Creates or replaces the objects of a YAML text, with the namespaces that they are in. */
    public void apply(String yaml) {
        for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
            if (document instanceof Map<?, ?>) {
                apply(client.getKubernetesSerialization().convertValue(document, GenericKubernetesResource.class));
            }
        }
    }

    /** Applies a file of the installation, of {@code src/kubernetes/base}. */
    public void install(String file) {
        apply(installation(file));
    }

    static String installation(String file) {
        try {
            return Files.readString(Crds.ours().resolveSibling("base").resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void apply(GenericKubernetesResource object) {
        String namespace = namespace(object);
        if (object.getKind().equals("Namespace")) {
            namespaces.add(object.getMetadata().getName());
        }
        if (namespace != null) {
            object.getMetadata().setNamespace(namespace);
            if (namespaces.add(namespace)) {
                apply("{apiVersion: v1, kind: Namespace, metadata: {name: " + namespace + "}}");
            }
        }
        var kind = of(object.getApiVersion(), object.getKind());
        Resource<GenericKubernetesResource> resource = namespace == null
                ? kind.resource(object)
                : kind.inNamespace(namespace).resource(object);
        put(resource);
    }

    /** As kubectl does: what others write meanwhile, status mostly, is read again and not a reason to give up. */
    private static void put(Resource<GenericKubernetesResource> resource) {
        for (int tries = 1; ; tries++) {
            try {
                resource.createOr(NonDeletingOperation::update);
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || tries == MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    private static @Nullable String namespace(GenericKubernetesResource object) {
        if (CLUSTER_SCOPED.contains(object.getKind())) {
            return null;
        }
        String namespace = object.getMetadata().getNamespace();
        return namespace == null || namespace.isEmpty() ? "default" : namespace;
    }

    /** Deletes an object; nothing when there is none. */
    public void delete(String apiVersion, String kind, String namespace, String name) {
        resource(apiVersion, kind, namespace, name).delete();
    }

    /** The object as it stands; null when there is none. */
    public @Nullable GenericKubernetesResource get(String apiVersion, String kind, String namespace, String name) {
        return resource(apiVersion, kind, namespace, name).get();
    }

    private Resource<GenericKubernetesResource> resource(
            String apiVersion, String kind, String namespace, String name) {
        var operation = of(apiVersion, kind);
        return CLUSTER_SCOPED.contains(kind)
                ? operation.withName(name)
                : operation.inNamespace(namespace).withName(name);
    }

    /** All objects of a kind, to read or to delete. */
    public MixedOperation<GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            of(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        return client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
                .withGroup(slash < 0 ? "" : apiVersion.substring(0, slash))
                .withVersion(apiVersion.substring(slash + 1))
                .withKind(kind)
                .withPlural(plural(kind))
                .withNamespaced(!CLUSTER_SCOPED.contains(kind))
                .build());
    }

    private static String plural(String kind) {
        String word = kind.toLowerCase(Locale.ROOT);
        if (word.endsWith("y") && !word.endsWith("ay")) {
            return word.substring(0, word.length() - 1) + "ies";
        }
        return word + (word.endsWith("s") ? "es" : "s");
    }

    private void installCrds() {
        String gatewayApi = System.getenv("GATEWAY_API_CRDS");
        if (gatewayApi != null && !gatewayApi.isEmpty()) {
            Crds.install(client, Path.of(gatewayApi));
        }
        Crds.install(client, Crds.ours());
    }

    @Override
    public void close() {
        client.close();
        wire.close();
        engine.close();
    }
}
