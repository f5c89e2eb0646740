package dev.torii.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ConfigMap in every namespace, and no write more than needed. */
final class BundlesTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final MockApi api = new MockApi();
    private final KubernetesClient client = api.client();

    @BeforeEach
    void namespaces() {
        for (String name : List.of("shop", "torii-system", "kube-system", "kube-public", "kube-node-lease")) {
            client.resource(namespace(name)).create();
        }
    }

    @AfterEach
    void stop() {
        client.close();
        api.close();
    }

    private static Namespace namespace(String name) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .build();
    }

    private boolean awaitBundle(String namespace, String bundle) {
        return Await.until(LIMIT, () -> {
            ConfigMap map = map(namespace);
            return map != null && bundle.equals(map.getData().get("ca.crt"));
        });
    }

    private ConfigMap map(String namespace) {
        return client.configMaps().inNamespace(namespace).withName("torii-ca").get();
    }

    private long writes() {
        return api.writes().stream()
                .filter(line -> line.contains("/configmaps"))
                .count();
    }

    @Test
    void everyNamespaceButTheClustersOwnHasIt() {
        try (Bundles bundles = Bundles.start(client, "first", () -> true)) {
            assertThat(awaitBundle("shop", "first")).isTrue();
            assertThat(awaitBundle("torii-system", "first")).isTrue();
            client.resource(namespace("late")).create();
            assertThat(awaitBundle("late", "first")).isTrue();
            assertThat(map("kube-system")).isNull();
            assertThat(map("kube-public")).isNull();
            assertThat(map("kube-node-lease")).isNull();
            assertThat(writes()).isEqualTo(3);

            bundles.offer("second");
            assertThat(awaitBundle("shop", "second")).isTrue();
            assertThat(awaitBundle("late", "second")).isTrue();
            assertThat(awaitBundle("torii-system", "second")).isTrue();
            api.settle();
        }
        try (Bundles again = Bundles.start(client, "third", () -> true)) {
            again.offer("second");
            client.resource(namespace("last")).create();
            assertThat(awaitBundle("last", "second")).isTrue();
            api.settle();
        }
        assertThat(writes()).as("what was right was not written again").isEqualTo(7);
    }

    @Test
    void whatSomebodyElseMadeOfItIsPutRightAndNothingElseOfTheirs() {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName("torii-ca")
                        .addToLabels("team", "shop")
                        .endMetadata()
                        .withData(Map.of("ca.crt", "forged", "other", "theirs"))
                        .build())
                .create();
        try (Bundles bundles = Bundles.start(client, "old", () -> true)) {
            bundles.offer("ours");
            assertThat(awaitBundle("shop", "ours")).isTrue();
            assertThat(map("shop").getData()).containsEntry("other", "theirs");
            assertThat(map("shop").getMetadata().getLabels()).containsEntry("team", "shop");
            client.configMaps().inNamespace("shop").withName("torii-ca").delete();
            assertThat(awaitBundle("shop", "ours")).isTrue();
            api.settle();
        }
    }

    @Test
    void anApiServerThatIsAwayIsWaitedFor() {
        try (Bundles bundles = Bundles.start(client, "first", () -> true)) {
            assertThat(awaitBundle("shop", "first")).isTrue();
            assertThat(awaitBundle("torii-system", "first")).isTrue();
            api.answers(500);
            bundles.offer("second");
            api.answers(0);
            assertThat(awaitBundle("shop", "second")).isTrue();
            api.settle();
        }
    }
}
