package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.kube.ApiServer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code torii gateway --kube} beside an API server, the real one where there is one. */
@Timeout(240)
class GatewayOfClusterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private final ApiServer cluster = ApiServer.start();
    private final MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final int port = FreePort.find();

    /** What a gateway that follows a cluster by itself has to be allowed. */
    private static final String READER = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: reader}
            rules:
            - apiGroups: ["", apiextensions.k8s.io, discovery.k8s.io, gateway.networking.k8s.io, torii.dev]
              resources: ["*"]
              verbs: [list, watch]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: reader}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader}]
            """;

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        backend.close();
        cluster.close();
    }

    private String gateway() {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: torii}
                spec: {controllerName: torii.dev/gateway-controller}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge, namespace: shop}
                spec:
                  gatewayClassName: torii
                  listeners: [{name: http, protocol: HTTP, port: @PORT@}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: cart, namespace: shop, annotations: {torii.dev/endpoints: "127.0.0.1:@POD@"}}
                spec: {ports: [{name: http, port: 80}]}
                """.replace("@PORT@", Integer.toString(port)).replace("@POD@", Integer.toString(backend.port()));
    }

    private static String route(String path) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: cart, namespace: shop}
                spec:
                  parentRefs: [{name: edge}]
                  rules:
                  - matches: [{path: {type: PathPrefix, value: @}}]
                    backendRefs: [{name: cart, port: 80}]
                """.replace("@", path);
    }

    private int status(String path) {
        try (RawHttp client = RawHttp.connect(port)) {
            return client.send("GET " + path + " HTTP/1.1\r\nHost: a.example\r\n\r\n")
                    .readResponse()
                    .status();
        } catch (UncheckedIOException notYet) {
            return 0;
        }
    }

    private void becomes(String path, int status) {
        assertThat(Await.until(PATIENCE, () -> status(path) == status))
                .as("%s is %d", path, status)
                .isTrue();
    }

    @Test
    void trafficFollowsTheClusterAndOutlivesIt() {
        cluster.apply(gateway() + "---\n" + route("/one"));
        cluster.apply(READER);
        try (ToriiProcess gateway = ToriiProcess.gatewayOfCluster(folder, cluster.kubeconfig(folder), "reader")) {
            assertThat(status("/one")).as(gateway::errors).isEqualTo(OK);
            cluster.apply(route("/two"));
            becomes("/two", OK);
            assertThat(status("/one")).isEqualTo(NOT_FOUND);

            cluster.cut();
            cluster.apply(route("/three"));
            assertThat(Await.until(PATIENCE, () -> gateway.errors().contains("does not answer: ")))
                    .isTrue();
            assertThat(status("/two")).isEqualTo(OK);
            cluster.mend();
            becomes("/three", OK);
            cluster.delete("gateway.networking.k8s.io/v1", "HTTPRoute", "shop", "cart");
            becomes("/three", NOT_FOUND);
            assertThat(gateway.errors()).doesNotContain("Exception\n", "\tat ");
            assertThat(cluster.requests())
                    .filteredOn(each -> each.user().equals("reader"))
                    .isNotEmpty()
                    .allMatch(each -> each.verb().equals("list") || each.verb().equals("watch"))
                    .noneMatch(each -> each.status() == 403);
        }
    }
}
