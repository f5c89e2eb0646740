package dev.torii.testkit.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class ApiServerTest {

    private static ApiServer server;

    @BeforeAll
    static void start() {
        server = ApiServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void remembersReplacesAndDeletes() {
        server.apply("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: a, namespace: shop}
                data: {x: "1"}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: cart}
                spec: {ports: [{port: 80}]}
                """);
        server.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {x: '2'}}");
        assertThat(server.client()
                        .configMaps()
                        .inNamespace("shop")
                        .withName("a")
                        .get()
                        .getData())
                .containsEntry("x", "2");
        assertThat(server.get("v1", "Service", "default", "cart")).isNotNull();
        server.delete("v1", "ConfigMap", "shop", "a");
        assertThat(server.get("v1", "ConfigMap", "shop", "a")).isNull();
    }

    @Test
    void canBeAwayAndComesBackWithWhatItKnew() {
        server.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: kept}}");
        try (KubernetesClient client = server.newClient()) {
            server.cut();
            assertThatThrownBy(() -> client.configMaps()
                            .inNamespace("default")
                            .withName("kept")
                            .get())
                    .isInstanceOf(KubernetesClientException.class);
            server.mend();
            assertThat(client.configMaps()
                            .inNamespace("default")
                            .withName("kept")
                            .get())
                    .isNotNull();
        }
    }
}
