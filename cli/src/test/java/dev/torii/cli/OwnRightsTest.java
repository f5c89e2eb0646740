package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.cluster.ClusterSource;
import dev.torii.config.source.Source;
import dev.torii.config.stream.ControlAddress;
import dev.torii.config.stream.Message;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.StreamSource;
import dev.torii.control.Control;
import dev.torii.control.InCluster;
import dev.torii.control.Reconciliation;
import dev.torii.control.provision.ProvisionSettings;
import dev.torii.control.stream.StreamServer;
import dev.torii.kube.Election;
import dev.torii.kube.OwnPod;
import dev.torii.testkit.Await;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.kube.ApiRequest;
import dev.torii.testkit.kube.ApiServer;
import dev.torii.testkit.kube.Rights;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Control with the rights that ship, and no others, does all that it ever does; and has no right that it does not use. A real
 * API server enforces them; with the mock what was asked for is held against them.
 */
@Timeout(180)
final class OwnRightsTest {

    private static final String SELF = "system:serviceaccount:torii-system:torii-control";

    private static final String OBJECTS = """
            apiVersion: v1
            kind: Pod
            metadata: {name: control-1, namespace: torii-system}
            spec: {containers: [{name: torii, image: "torii:1"}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: cart-1, namespace: shop}
            spec: {serviceAccountName: cart, containers: [{name: app, image: "cart:1"}]}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: cart, namespace: shop}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: proxies, namespace: torii-system}
            data: {replicas: "2"}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: torii}
            spec:
              controllerName: torii.dev/gateway-controller
              parametersRef: {group: "", kind: ConfigMap, name: proxies, namespace: torii-system}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: web, namespace: shop}
            spec:
              gatewayClassName: torii
              allowedListeners: {namespaces: {from: Same}}
              listeners:
              - {name: http, port: 80, protocol: HTTP}
              - {name: tcp, port: 9000, protocol: TCP}
              - {name: tls, port: 8443, protocol: TLS, hostname: a.example, tls: {mode: Passthrough}}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: ListenerSet
            metadata: {name: more, namespace: shop}
            spec:
              parentRef: {name: web}
              listeners: [{name: admin, port: 8080, protocol: HTTP}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {ports: [{port: 80}]}
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: KIND
            metadata: {name: cart, namespace: shop}
            spec: {HOSTSparentRefs: [{name: web}], rules: [{backendRefs: [{name: cart, port: 80}]}]}
            """;

    private static final String POLICY = """
            ---
            apiVersion: GROUP
            kind: KIND
            metadata: {name: cart, namespace: shop}
            spec: {targetRefs: [{group: "", kind: Service, name: cart}]REST}
            """;

    private static String objects() {
        return OBJECTS
                + ROUTE.replace("KIND", "HTTPRoute").replace("HOSTS", "")
                + ROUTE.replace("KIND", "GRPCRoute").replace("HOSTS", "")
                + ROUTE.replace("KIND", "TCPRoute").replace("HOSTS", "")
                + ROUTE.replace("KIND", "TLSRoute").replace("HOSTS", "hostnames: [a.example], ")
                + policy("gateway.networking.k8s.io/v1", "BackendTLSPolicy", """
                        , validation: {hostname: a.example, wellKnownCACertificates: System}""")
                + policy("torii.dev/v1alpha1", "BackendPolicy", ", loadBalancing: {algorithm: Random}")
                + policy("torii.dev/v1alpha1", "RateLimitPolicy", ", limits: [{name: all, requests: 5, per: 1s}]")
                + policy("torii.dev/v1alpha1", "FaultPolicy", ", faults: [{name: all, abort: {status: 503}}]")
                + policy("torii.dev/v1alpha1", "TelemetryPolicy", ", tracing: {samplingPercent: 1}");
    }

    private static String policy(String group, String kind, String rest) {
        return POLICY.replace("GROUP", group).replace("KIND", kind).replace("REST", rest);
    }

    @TempDir
    private Path folder;

    @Test
    void controlNeedsWhatItMayAndMayWhatItNeeds() throws Exception {
        Rights rights = Rights.of("control-access.yaml");
        try (ApiServer server = ApiServer.start()) {
            server.apply("{apiVersion: v1, kind: Namespace, metadata: {name: torii-system}}");
            server.install("control-access.yaml");
            server.apply(objects());
            Control control = start(server);
            try {
                until(() -> rights.unusedBy(asked(server)).stream().noneMatch(each -> each.contains("/status")));
                follow(server, control, "web-torii", new Told(Message.Role.GATEWAY, "", "shop/web"));
                follow(server, control, "cart", new Told(Message.Role.SIDECAR, "shop/cart-1", ""));
                forge(server);
                server.apply("""
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: proxies, namespace: torii-system}
                        data: {deployment: shared}
                        """);
                until(() -> server.get("apps/v1", "Deployment", "torii-system", "torii-gateway") != null);
                until(() -> server.get("v1", "Service", "shop", "web-torii") == null);
            } finally {
                await(control.drain());
            }
            assertThat(rights.exceededBy(asked(server))).isEmpty();
            assertThat(asked(server)).extracting(ApiRequest::status).doesNotContain(401, 403);
            assertThat(rights.unusedBy(asked(server)))
                    .as("but for the authority's rotation, once in years, which kube.AuthorityTest has")
                    .containsExactly("update /secrets=torii-ca");
        }
    }

    private static List<ApiRequest> asked(ApiServer server) {
        return server.requests().stream()
                .filter(each -> each.user().equals(SELF))
                .toList();
    }

    private Control start(ApiServer server) throws Exception {
        KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(server.configOf("torii-system", "torii-control"))
                .build();
        OwnPod pod = new OwnPod("torii-system", "control-1", "127.0.0.1");
        var proxies = new ProvisionSettings("torii-system", pod.image(client).orElseThrow(), "https://control:15010");
        int port = FreePort.find();
        return await(Control.start(
                new Control.Options("127.0.0.1", port, "127.0.0.1", 0, StreamServer.Limits.USUAL, Duration.ZERO),
                InCluster.parts(
                        client,
                        pod,
                        port,
                        folder.resolve("replica"),
                        Election.Timing.USUAL,
                        taker -> ClusterSource.watch(client, ClusterSource.Settings.USUAL, taker),
                        List.of(Reconciliation.maker(client, proxies)))));
    }

    private record Told(Message.Role role, String pod, String gateway) {}

    /** A proxy that shows its token, until it has been told something. */
    private void follow(ApiServer server, Control control, String account, Told told) throws IOException {
        String token = told.pod.isEmpty()
                ? server.token("shop", account)
                : server.tokenOfPod("shop", account, told.pod.substring(told.pod.indexOf('/') + 1));
        String trusted = server.client()
                .configMaps()
                .inNamespace("shop")
                .withName("torii-ca")
                .require()
                .getData()
                .get("ca.crt");
        AtomicBoolean heard = new AtomicBoolean();
        Source source = new StreamSource(new StreamSource.Settings(
                ControlAddress.of("https://127.0.0.1:" + control.port()),
                new Hello(Message.PROTOCOL, told.role, "0", told.pod, told.gateway, "", List.of(), List.of(), ""),
                Files.writeString(folder.resolve("token"), token),
                Files.writeString(folder.resolve("ca.crt"), trusted),
                folder.resolve(account)));
        Source.Following following = source.follow(read -> {
            heard.set(true);
            return new Source.Taken("", List.of());
        });
        until(heard::get);
        following.close();
    }

    /** Somebody has everybody trust somebody else; until that is put right. */
    private static void forge(ApiServer server) {
        var bundle = server.client().configMaps().inNamespace("shop").withName("torii-ca");
        Map<String, String> right = bundle.require().getData();
        bundle.edit(map -> {
            map.setData(Map.of("ca.crt", "mine"));
            return map;
        });
        until(() -> {
            ConfigMap now = bundle.get();
            return now != null && right.equals(now.getData());
        });
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(60), condition)).isTrue();
    }
}
