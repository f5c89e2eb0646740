package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.cluster.ClusterSource;
import dev.torii.config.stream.ControlAddress;
import dev.torii.config.stream.Message;
import dev.torii.config.stream.StreamSource;
import dev.torii.control.Control;
import dev.torii.control.Leadership;
import dev.torii.control.Reconciliation;
import dev.torii.control.identity.Believed;
import dev.torii.control.provision.ProvisionSettings;
import dev.torii.control.stream.StreamServer;
import dev.torii.gateway.Gateway;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.spans.TracingSettings;
import dev.torii.testkit.Await;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Pod;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ServiceStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From objects in a cluster to traffic and statuses, at 1,000 routes (400 in the mock): an API server (a real one where {@code
 * KUBEBUILDER_ASSETS} names it), control that follows it, a gateway that follows control. The times printed are from the
 * write of a change to the first answer by it.
 */
@Timeout(180)
final class ClusterJourneyTest {

    private static final String GATEWAY = "gateway.networking.k8s.io/v1";
    private static final int ROUTES = 1_000;

    /** It compares what it is asked for with all that it has, one by one. */
    private static final int ROUTES_OF_THE_MOCK = 400;

    private final int port = FreePort.find();
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> told = new ArrayList<>();

    @Test
    void changesBecomeTrafficAndStatus(@TempDir Path folder) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (ApiServer server = ApiServer.start();
                EchoBackend backend = EchoBackend.start(vertx, new Pod("shop", "cart", "cart-1"));
                KubernetesClient watching = server.newClient()) {
            fill(server, backend.port());
            Lead first = new Lead();
            Control control = await(control(watching, first));
            Gateway gateway = await(gateway(control.port(), folder));
            try {
                journey(server, first);
                outage(server);
            } finally {
                await(gateway.close());
                await(control.drain());
            }
        } finally {
            await(vertx.close());
            told.forEach(System.out::println);
        }
    }

    private void journey(ApiServer server, Lead lead) {
        until(() -> status("/r399") == 200);
        balance(server);
        until(() -> condition(server, "Gateway", "web", "Programmed").equals("True Programmed"));
        until(() -> condition(server, "HTTPRoute", "r399", "Accepted").equals("True Accepted"));
        until(() -> condition(server, "HTTPRoute", "r350", "Accepted").equals("True Accepted"));
        until(() -> condition(server, "HTTPRoute", "r0", "ResolvedRefs").equals("True ResolvedRefs"));
        Map<String, String> before = versions(server);

        measured("an edit", () -> server.apply(route("r7", "/moved", "cart", "shop")), () -> status("/moved") == 200);
        assertThat(status("/r7")).isEqualTo(404);
        measured(
                "a route is broken",
                () -> server.apply(route("r8", "/r8", "nobody", "shop")),
                () -> status("/r8") == 500,
                () -> condition(server, "HTTPRoute", "r8", "ResolvedRefs").equals("False BackendNotFound"));
        measured(
                "a grant is revoked",
                () -> server.delete("gateway.networking.k8s.io/v1", "ReferenceGrant", "other", "shop"),
                () -> status("/far") == 500,
                () -> condition(server, "HTTPRoute", "far", "ResolvedRefs").equals("False RefNotPermitted"));
        measured(
                "a route is deleted",
                () -> server.delete(GATEWAY, "HTTPRoute", "shop", "r9"),
                () -> status("/r9") == 404);

        Map<String, String> after = versions(server);
        for (String touched : List.of("HTTPRoute r7", "HTTPRoute r8", "HTTPRoute r9", "HTTPRoute far", "Gateway web")) {
            before.remove(touched);
            after.remove(touched);
        }
        assertThat(after).as("nothing else is touched").isEqualTo(before);

        // Somebody else leads while routes change.
        lead.lose();
        server.apply(route("r10", "/r10", "nobody", "shop"));
        lead.win();
        server.apply(route("r11", "/r11", "nobody", "shop"));
        until(() -> condition(server, "HTTPRoute", "r10", "ResolvedRefs").equals("False BackendNotFound"));
        until(() -> condition(server, "HTTPRoute", "r11", "ResolvedRefs").equals("False BackendNotFound"));
    }

    private void outage(ApiServer server) {
        server.cut();
        server.apply(route("r12", "/late", "cart", "shop"));
        for (int i = 0; i < 200; i++) {
            assertThat(status("/r" + (100 + i))).isEqualTo(200);
        }
        assertThat(status("/late")).as("nobody has heard of it").isEqualTo(404);
        server.mend();
        long begin = System.nanoTime();
        until(() -> status("/late") == 200);
        told.add("after an outage: " + millis(begin) + " ms");
        until(() -> condition(server, "HTTPRoute", "r12", "Accepted").equals("True Accepted"));
    }

    private void measured(String what, Runnable change, BooleanSupplier... seen) {
        long begin = System.nanoTime();
        change.run();
        StringBuilder line = new StringBuilder(what).append(':');
        for (BooleanSupplier each : seen) {
            until(each);
            line.append(' ').append(millis(begin)).append(" ms");
        }
        told.add(line.toString());
        assertThat(millis(begin)).as(what).isLessThan(5_000);
    }

    private static long millis(long begin) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    // --- the cluster

    private static final String GRANT = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: ReferenceGrant
            metadata: {name: shop, namespace: other}
            spec:
              from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
              to: [{group: "", kind: Service}]
            """;

    private void fill(ApiServer server, int backend) {
        server.apply("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: torii}
                spec: {controllerName: torii.dev/gateway-controller}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: web, namespace: shop}
                spec:
                  gatewayClassName: torii
                  listeners: [{name: http, port: PORT, protocol: HTTP}]
                """.replace("PORT", String.valueOf(port)));
        for (String namespace : List.of("shop", "other")) {
            server.apply("""
                    apiVersion: v1
                    kind: Service
                    metadata: {name: cart, namespace: NAMESPACE}
                    spec: {ports: [{port: 80, targetPort: PORT}]}
                    ---
                    apiVersion: discovery.k8s.io/v1
                    kind: EndpointSlice
                    metadata: {name: cart-1, namespace: NAMESPACE, labels: {kubernetes.io/service-name: cart}}
                    addressType: IPv4
                    ports: [{port: PORT, protocol: TCP, name: ""}]
                    endpoints: [{addresses: [127.0.0.1], conditions: {ready: true}}]
                    """.replace("NAMESPACE", namespace).replace("PORT", String.valueOf(backend)));
        }
        server.apply(GRANT);
        server.apply(route("far", "/far", "cart", "other"));
        for (int i = 0; i < (server.isReal() ? ROUTES : ROUTES_OF_THE_MOCK); i++) {
            server.apply(route("r" + i, "/r" + i, "cart", "shop"));
        }
    }

    private static String route(String name, String path, String service, String namespace) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: NAME, namespace: shop}
                spec:
                  parentRefs: [{name: web}]
                  rules:
                  - matches: [{path: {type: Exact, value: PATH}}]
                    backendRefs: [{name: SERVICE, namespace: NAMESPACE, port: 80}]
                """.replace("NAMESPACE", namespace)
                .replace("NAME", name)
                .replace("PATH", path)
                .replace("SERVICE", service);
    }

    private static void balance(ApiServer server) {
        until(() -> server.get("v1", "Service", "shop", "web-torii") != null);
        server.client().services().inNamespace("shop").withName("web-torii").editStatus(service -> {
            var status = new ServiceStatusBuilder()
                    .withNewLoadBalancer()
                    .addNewIngress()
                    .withIp("203.0.113.7")
                    .endIngress()
                    .endLoadBalancer()
                    .build();
            service.setStatus(status);
            return service;
        });
    }

    /** {@code status reason} of an object's condition, or of its first parent's. */
    private static String condition(ApiServer server, String kind, String name, String type) {
        GenericKubernetesResource object = server.get(GATEWAY, kind, "shop", name);
        Object list = object == null
                ? null
                : kind.equals("Gateway")
                        ? object.get("status", "conditions")
                        : object.get("status", "parents", 0, "conditions");
        if (list instanceof List<?> conditions) {
            for (Object each : conditions) {
                if (each instanceof Map<?, ?> condition && type.equals(condition.get("type"))) {
                    return condition.get("status") + " " + condition.get("reason");
                }
            }
        }
        return "";
    }

    private static Map<String, String> versions(ApiServer server) {
        Map<String, String> versions = new TreeMap<>();
        Map.of(
                        "Gateway",
                        GATEWAY,
                        "HTTPRoute",
                        GATEWAY,
                        "GatewayClass",
                        GATEWAY,
                        "Service",
                        "v1",
                        "Deployment",
                        "apps/v1")
                .forEach((kind, version) -> {
                    for (GenericKubernetesResource each :
                            server.of(version, kind).inAnyNamespace().list().getItems()) {
                        versions.put(
                                kind + " " + each.getMetadata().getName(),
                                each.getMetadata().getResourceVersion());
                    }
                });
        return versions;
    }

    // --- the processes, in this one

    private static Future<Control> control(KubernetesClient cluster, Leadership leadership) {
        return Control.start(
                new Control.Options("127.0.0.1", 0, "127.0.0.1", 0, StreamServer.Limits.USUAL, Duration.ZERO),
                new Control.Parts(
                        taker -> ClusterSource.watch(cluster, ClusterSource.Settings.USUAL, taker),
                        new Believed(),
                        null,
                        leadership,
                        () -> "",
                        List.of(Reconciliation.maker(
                                cluster, new ProvisionSettings("torii-system", "torii:1", "https://control:15010"))),
                        () -> {}));
    }

    private static Future<Gateway> gateway(int control, Path folder) {
        Message.Hello self = new Message.Hello(
                Message.PROTOCOL, Message.Role.GATEWAY, "0", "shop/web-1", "shop/web", "", List.of(), List.of(), "");
        StreamSource source = new StreamSource(new StreamSource.Settings(
                ControlAddress.of("http://127.0.0.1:" + control), self, folder, folder, folder.resolve("state")));
        return Gateway.start(
                new Gateway.Options(
                        source,
                        "127.0.0.1",
                        0,
                        "127.0.0.1",
                        IntUnaryOperator.identity(),
                        false,
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(5),
                        OutputStream.nullOutputStream(),
                        HeaderMask.random(),
                        TracingSettings.OFF),
                Logging.install(System.err, Logging.Format.TEXT, Logging.Verbosity.WARN));
    }

    private int status(String path) {
        try {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(30), condition)).isTrue();
    }

    /** Who leads is for the test to say. */
    private static final class Lead implements Leadership {

        private Runnable won = () -> {};
        private Runnable lost = () -> {};
        private volatile boolean leads;

        @Override
        public void run(Runnable won, Runnable lost) {
            this.won = won;
            this.lost = lost;
            win();
        }

        void win() {
            leads = true;
            won.run();
        }

        void lose() {
            leads = false;
            lost.run();
        }

        @Override
        public boolean leads() {
            return leads;
        }

        @Override
        public Optional<String> address() {
            return Optional.empty();
        }

        @Override
        public void close() {
            if (leads) {
                lose();
            }
        }
    }
}
