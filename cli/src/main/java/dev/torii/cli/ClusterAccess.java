package dev.torii.cli;

import dev.torii.config.cluster.ClusterSource;
import dev.torii.config.source.Source;
import dev.torii.kube.Cluster;
import io.fabric8.kubernetes.client.KubernetesClient;

/** The way to a cluster, apart from the commands: who does not ask for it loads nothing of its client. */
final class ClusterAccess {

    private ClusterAccess() {}

    /** The cluster that this process runs in, or that of the kubeconfig. */
    static Source source() {
        try (KubernetesClient client = Cluster.connect(Cluster.Access.USUAL)) {
            return ClusterSource.source(client);
        } catch (IllegalArgumentException noCluster) {
            throw new Failure(String.valueOf(noCluster.getMessage()));
        }
    }
}
