package dev.torii.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kubeconfigs, right and wrong. */
final class ClusterTest {

    private static final String CONFIG = """
            apiVersion: v1
            kind: Config
            clusters:
            - {name: one, cluster: {server: "http://127.0.0.1:6443"}}
            - {name: two, cluster: {server: "http://127.0.0.1:6444"}}
            contexts:
            - {name: first, context: {cluster: one, user: me, namespace: shop}}
            - {name: second, context: {cluster: two, user: me}}
            current-context: first
            users: [{name: me, user: {token: t}}]
            """;

    @TempDir
    private Path folder;

    private Cluster.Access access(String text, String context) throws IOException {
        return new Cluster.Access(
                Files.writeString(folder.resolve("config"), text).toString(), context);
    }

    @Test
    void theContextSaysWhichCluster() throws IOException {
        try (KubernetesClient first = Cluster.connect(access(CONFIG, ""));
                KubernetesClient second = Cluster.connect(access(CONFIG, "second"))) {
            assertThat(first.getMasterUrl()).hasToString("http://127.0.0.1:6443/");
            assertThat(first.getConfiguration().getNamespace()).isEqualTo("shop");
            assertThat(second.getMasterUrl()).hasToString("http://127.0.0.1:6444/");
        }
    }

    @Test
    void whatIsNotThereIsALine() throws IOException {
        Cluster.Access third = access(CONFIG, "third");
        assertThatThrownBy(() -> Cluster.connect(third))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no context third: there are [first, second]");
        Cluster.Access nowhere = new Cluster.Access(folder.resolve("none").toString(), "");
        assertThatThrownBy(() -> Cluster.connect(nowhere))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("none: no such file");
        Cluster.Access rubbish = access("a: [", "");
        assertThatThrownBy(() -> Cluster.connect(rubbish))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
    }
}
