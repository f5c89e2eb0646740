package dev.torii.kube.preflight;

import dev.torii.kube.Cluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks at a cluster before and after an installation: versions, kinds, what is installed and runs, rights, injection. It
 * only asks, but for one pod that is created as a dry run. Blocks; used by one thread.
 */
public final class Preflight {

    private final KubernetesClient client;
    private final Options options;

    /**
     * @param namespace that Torii is installed in
     * @param probe namespace in which the dry run asks for a pod with a sidecar
     */
    public record Options(String namespace, String probe) {}

    public Preflight(KubernetesClient client, Options options) {
        this.client = client;
        this.options = options;
    }

    /** Tells each finding as soon as it is known. */
    public void run(Consumer<Finding> teller) {
        if (!told("the API server", teller, () -> List.of(Versions.apiServer(client)))) {
            return;
        }
        told("CustomResourceDefinitions", teller, () -> new Kinds(client).findings());
        Workloads workloads = new Workloads(client, options.namespace());
        List<Finding> installed = new ArrayList<>();
        told(
                "Deployments",
                found -> {
                    installed.add(found);
                    teller.accept(found);
                },
                workloads::findings);
        // Of what is not there yet, the rest would only say so again and again.
        if (installed.stream().anyMatch(each -> each.level() != Finding.Level.FAIL)) {
            told("rights", teller, () -> new Rights(client, options.namespace()).findings());
            told("injection", teller, () -> new Injection(client, options).findings());
            told("proxies", teller, workloads::proxies);
        }
    }

    /** False when the API server did not answer. */
    private static boolean told(String what, Consumer<Finding> teller, Supplier<List<Finding>> findings) {
        try {
            findings.get().forEach(teller);
            return true;
        } catch (KubernetesClientException e) {
            boolean forbidden = e.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
            String found = what + " cannot be looked at";
            // Whoever may not look has not found anything wrong.
            teller.accept(forbidden ? Finding.warn(found, Cluster.why(e)) : Finding.fail(found, Cluster.why(e)));
            return false;
        }
    }
}
