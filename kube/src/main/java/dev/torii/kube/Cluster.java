package dev.torii.kube;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way to a cluster's API server: in a pod by its service account, elsewhere by a kubeconfig. */
public final class Cluster {

    /** What Torii is installed in, unless a pod says otherwise. */
    public static final String NAMESPACE = "torii-system";

    private static final Path OWN_NAMESPACE = Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");

    /** Whoever needs an answer asks again by itself; a request that retries for half a minute only hides what is wrong. */
    private static final int RETRIES = 2;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration WATCH_AGAIN = Duration.ofSeconds(1);

    private Cluster() {}

    /**
     * Which cluster, and as whom.
     *
     * @param kubeconfig a file; {@code ""}: the pod's service account, or else {@code KUBECONFIG} or {@code ~/.kube/config}
     * @param context of the kubeconfig; {@code ""}: its current one
     */
    public record Access(String kubeconfig, String context) {

        /** As a program finds it that was told nothing. */
        public static final Access USUAL = new Access("", "");
    }

    /**
     * A client; nothing is asked yet.
     *
     * @throws IllegalArgumentException with one line for people, when there is no such file or context, or no cluster at all
     */
    public static KubernetesClient connect(Access access) {
        try {
            return new KubernetesClientBuilder()
                    .withConfig(patient(config(access)))
                    .build();
        } catch (KubernetesClientException e) {
            throw new IllegalArgumentException("cannot reach a cluster: " + Threads.line(e), e);
        }
    }

    private static Config config(Access access) {
        String context = access.context().isEmpty() ? null : access.context();
        if (access.kubeconfig().isEmpty()) {
            Config found = found(context);
            boolean nothing = found.getCurrentContext() == null && !Files.exists(OWN_NAMESPACE);
            if (nothing && Config.DEFAULT_MASTER_URL.equals(stripped(found.getMasterUrl()))) {
                throw new IllegalArgumentException("no cluster: this is no pod, and there is no kubeconfig");
            }
            return checked(found, access);
        }
        Path file = Path.of(access.kubeconfig());
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(file + ": no such file");
        }
        Config read;
        try {
            read = Config.fromKubeconfig(context, file.toFile());
        } catch (RuntimeException e) { // of more than one YAML parser
            throw new IllegalArgumentException(file + ": not a kubeconfig: " + Threads.line(e), e);
        }
        return checked(read, access);
    }

    private static Config found(@Nullable String context) {
        try {
            return Config.autoConfigure(context);
        } catch (RuntimeException e) { // of more than one YAML parser
            throw new IllegalArgumentException("no cluster: not a kubeconfig: " + Threads.line(e), e);
        }
    }

    private static String stripped(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private static Config checked(Config config, Access access) {
        List<String> contexts =
                config.getContexts().stream().map(NamedContext::getName).toList();
        if (!access.context().isEmpty() && !contexts.contains(access.context())) {
            throw new IllegalArgumentException("no context " + access.context() + ": there are " + contexts);
        }
        return config;
    }

    private static Config patient(Config config) {
        return new ConfigBuilder(config)
                .withRequestTimeout((int) PATIENCE.toMillis())
                .withRequestRetryBackoffLimit(RETRIES)
                .withWatchReconnectInterval((int) WATCH_AGAIN.toMillis())
                .withUserAgent("torii")
                .build();
    }

    /** Why something went wrong, in one line: what the API server said, or else the innermost reason. */
    public static String why(Throwable failure) {
        return Threads.line(failure);
    }

    /** The namespace that this process runs in; {@link #NAMESPACE} outside of pods. */
    public static String ownNamespace() {
        try {
            return Files.readString(OWN_NAMESPACE).strip();
        } catch (IOException notInAPod) {
            return NAMESPACE;
        }
    }
}
