package dev.torii.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.Catalog;
import dev.torii.config.source.Document;
import dev.torii.config.source.DocumentReader;
import dev.torii.control.api.ClusterApi;
import dev.torii.control.provision.ProvisionSettings;
import dev.torii.control.stream.Programmed;
import dev.torii.testkit.Await;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What the leader does to an API server: to a real one, with the CRDs' own rules, where {@code KUBEBUILDER_ASSETS} and {@code
 * GATEWAY_API_CRDS} name them. The tests follow each other on one server.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ReconciliationTest {

    private static final String GATEWAY = "gateway.networking.k8s.io/v1";
    private static final Map<String, String> READ = Map.of(
            "GatewayClass", GATEWAY,
            "Gateway", GATEWAY,
            "ListenerSet", GATEWAY,
            "HTTPRoute", GATEWAY,
            "BackendTLSPolicy", GATEWAY,
            "RateLimitPolicy", "torii.dev/v1alpha1",
            "Service", "v1",
            "ConfigMap", "v1");

    private static ApiServer server;
    private static ClusterApi api;

    private final Acknowledged proxies = new Acknowledged();
    private final LeaderWork.Maker maker = Reconciliation.maker(
            server.client(),
            new ProvisionSettings("torii-system", "torii:1", "https://torii-control.torii-system:15010"));
    private LeaderWork leader = maker.begin(proxies, () -> true);

    @BeforeAll
    static void start() {
        server = ApiServer.start();
        api = new ClusterApi(server.client(), Duration.ofSeconds(10), () -> true);
        server.apply("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: torii}
                spec: {controllerName: torii.dev/gateway-controller}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: small, namespace: shop}
                data: {service-type: LoadBalancer, replicas: "1", cpu-request: "1000m"}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: web, namespace: shop}
                spec:
                  gatewayClassName: torii
                  infrastructure:
                    labels: {team: blue}
                    parametersRef: {group: "", kind: ConfigMap, name: small}
                  allowedListeners: {namespaces: {from: Same}}
                  listeners:
                  - {name: http, port: 80, protocol: HTTP}
                  - name: https
                    port: 443
                    protocol: HTTPS
                    tls: {certificateRefs: [{name: missing}]}
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
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: cart, namespace: shop}
                spec:
                  parentRefs: [{name: web, sectionName: http}, {name: web, sectionName: none}]
                  rules: [{backendRefs: [{name: cart, port: 80}]}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: lost, namespace: shop}
                spec:
                  parentRefs: [{name: web, sectionName: http}]
                  rules: [{backendRefs: [{name: nobody, port: 80}]}]
                ---
                apiVersion: torii.dev/v1alpha1
                kind: RateLimitPolicy
                metadata: {name: slow, namespace: shop}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: cart}]
                  limits: [{name: all, requests: 5, per: 1s}]
                """);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void end() {
        leader.close();
    }

    @Test
    @Order(1)
    void allIsMadeAndTold() {
        look();
        until(() -> condition("Gateway", "web", "Programmed")
                .path("reason")
                .asText()
                .equals("Pending"));
        proxies.state(Programmed.Kind.SERVED);
        until(() -> condition("Gateway", "web", "Programmed")
                .path("reason")
                .asText()
                .equals("AddressNotAssigned"));
        ObjectNode address = (ObjectNode) json("{'status':{'loadBalancer':{'ingress':[{'ip':'203.0.113.7'}]}}}");
        until(() -> merge("/api/v1/namespaces/shop/services/web-torii/status", address));
        until(() -> condition("Gateway", "web", "Programmed")
                .path("status")
                .asText()
                .equals("True"));

        JsonNode web = status("Gateway", "web");
        assertThat(web.at("/addresses/0/value").asText()).isEqualTo("203.0.113.7");
        assertThat(web.path("attachedListenerSets").asInt()).isEqualTo(1);
        assertThat(of(web, "Accepted").path("reason").asText()).isEqualTo("Accepted");
        JsonNode http = web.at("/listeners/0");
        assertThat(http.path("name").asText()).isEqualTo("http");
        assertThat(http.path("attachedRoutes").asInt()).isEqualTo(2);
        assertThat(http.path("supportedKinds").findValuesAsText("kind")).contains("HTTPRoute", "GRPCRoute");
        assertThat(of(http, "Programmed").path("status").asText()).isEqualTo("True");
        JsonNode https = web.at("/listeners/1");
        assertThat(of(https, "ResolvedRefs").path("reason").asText()).isEqualTo("InvalidCertificateRef");
        assertThat(of(https, "Programmed").path("status").asText()).isEqualTo("False");

        until(() ->
                status("ListenerSet", "more").at("/listeners/0/name").asText().equals("admin"));
        until(() -> status("HTTPRoute", "cart").path("parents").size() == 2);
        JsonNode cart = status("HTTPRoute", "cart");
        assertThat(of(cart.at("/parents/0"), "Accepted").path("status").asText())
                .isEqualTo("True");
        assertThat(of(cart.at("/parents/0"), "Accepted")
                        .path("observedGeneration")
                        .asInt())
                .isEqualTo(1);
        assertThat(cart.at("/parents/1/parentRef/sectionName").asText()).isEqualTo("none");
        assertThat(of(cart.at("/parents/1"), "Accepted").path("reason").asText())
                .isEqualTo("NoMatchingParent");
        until(() -> of(status("HTTPRoute", "lost").at("/parents/0"), "ResolvedRefs")
                .path("reason")
                .asText()
                .equals("BackendNotFound"));
        until(() -> of(status("RateLimitPolicy", "slow").at("/ancestors/0"), "Accepted")
                .path("status")
                .asText()
                .equals("True"));
        until(() -> status("GatewayClass", "torii").path("supportedFeatures").size() > 10);
        JsonNode deployment = get("apps/v1", "Deployment", "web-torii");
        assertThat(deployment.at("/spec/replicas").asInt()).isEqualTo(1);
        assertThat(deployment.at("/metadata/labels/team").asText()).isEqualTo("blue");
        assertThat(get("v1", "Service", "web-torii").at("/spec/ports").findValuesAsText("port"))
                .containsExactly("80", "443", "8080");
    }

    /** It finds all as it should be, though the API server has written some of it otherwise: {@code 1000m} as {@code 1}. */
    @Test
    @Order(2)
    void whoLeadsNextWritesNothing() {
        proxies.state(Programmed.Kind.SERVED);
        Map<String, String> before = versions();
        look();
        // It has come through all when it has come to what is new.
        server.apply("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: last, namespace: shop}
                spec: {parentRefs: [{name: web, sectionName: http}]}
                """);
        look();
        until(() -> condition("HTTPRoute", "last").path("status").asText().equals("True"));
        until(() -> status("Gateway", "web").at("/listeners/0/attachedRoutes").asInt() == 3);
        leader.close();
        Map<String, String> after = versions();
        after.keySet().retainAll(before.keySet());
        after.remove("Gateway web");
        before.remove("Gateway web");
        assertThat(after).isEqualTo(before);
    }

    @Test
    @Order(3)
    void anEditIsToldWithItsGenerationAndOthersWordsStay() {
        proxies.state(Programmed.Kind.SERVED);
        JsonNode ours = status("HTTPRoute", "cart").at("/parents/0");
        ObjectNode both = (ObjectNode) json("{'status':{'parents':[{'parentRef':{'name':'web'},"
                + "'controllerName':'example.com/other','conditions':[{'type':'Accepted','status':'True','reason':'Fine',"
                + "'message':'','lastTransitionTime':'2026-01-01T00:00:00Z'}]}]}}");
        ((ArrayNode) both.at("/status/parents")).add(ours);
        assertThat(merge(path("HTTPRoute", "cart") + "/status", both)).isTrue();
        server.apply("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: cart, namespace: shop}
                spec:
                  parentRefs: [{name: web, sectionName: http}]
                  rules: [{backendRefs: [{name: gone, port: 80}]}]
                """);
        look();
        until(() -> of(status("HTTPRoute", "cart").at("/parents/1"), "ResolvedRefs")
                .path("reason")
                .asText()
                .equals("BackendNotFound"));
        JsonNode cart = status("HTTPRoute", "cart");
        assertThat(cart.path("parents")).hasSize(2);
        assertThat(cart.at("/parents/0/controllerName").asText()).isEqualTo("example.com/other");
        JsonNode accepted = of(cart.at("/parents/1"), "Accepted");
        assertThat(accepted.path("observedGeneration").asInt()).isEqualTo(2);
        assertThat(accepted.path("lastTransitionTime"))
                .isEqualTo(of(ours, "Accepted").path("lastTransitionTime"));

        server.apply("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: cart, namespace: shop}
                spec: {parentRefs: [{name: of-somebody-else}]}
                """);
        look();
        until(() -> status("HTTPRoute", "cart").path("parents").size() == 1);
        assertThat(status("HTTPRoute", "cart").at("/parents/0/controllerName").asText())
                .isEqualTo("example.com/other");
    }

    @Test
    @Order(4)
    void whatProxiesCannotServeIsTold() {
        proxies.state(Programmed.Kind.SERVED);
        look();
        until(() -> condition("Gateway", "web", "Programmed")
                .path("status")
                .asText()
                .equals("True"));
        proxies.state(Programmed.Kind.FAILED, "port 80 is taken");
        until(() -> condition("Gateway", "web", "Programmed")
                .path("message")
                .asText()
                .contains("port 80 is taken"));
        until(() -> of(status("ListenerSet", "more"), "Programmed")
                .path("status")
                .asText()
                .equals("False"));
        proxies.state(Programmed.Kind.SERVED);
        until(() -> condition("Gateway", "web", "Programmed")
                .path("status")
                .asText()
                .equals("True"));
        // While they take the next generation, or reconnect, nothing flickers.
        String version =
                get(GATEWAY, "Gateway", "web").at("/metadata/resourceVersion").asText();
        proxies.state(Programmed.Kind.WAITING);
        proxies.state(Programmed.Kind.UNKNOWN);
        proxies.state(Programmed.Kind.SERVED);
        leader.close();
        assertThat(get(GATEWAY, "Gateway", "web")
                        .at("/metadata/resourceVersion")
                        .asText())
                .isEqualTo(version);
    }

    /** What the cluster holds, as the one who watches it would tell it. */
    private void look() {
        List<Resource> resources = new ArrayList<>();
        Map<ObjectKey, Document> documents = new HashMap<>();
        READ.forEach((kind, version) -> {
            for (GenericKubernetesResource each :
                    server.of(version, kind).inAnyNamespace().list().getItems()) {
                String json = server.client().getKubernetesSerialization().asJson(each);
                Document document = DocumentReader.read(json).document();
                if (document != null) {
                    resources.add(document.resource());
                    documents.put(ObjectKey.of(document.resource()), document);
                }
            }
        });
        ResourceSet set = ResourceSet.of(resources);
        leader.catalog(new Catalog(set, documents, Set.of(), List.of()), new SnapshotCompiler().review(set, List.of()));
    }

    private static Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        Map<String, String> kinds = new HashMap<>(READ);
        kinds.putAll(Map.of("Deployment", "apps/v1", "PodDisruptionBudget", "policy/v1", "ServiceAccount", "v1"));
        kinds.forEach((kind, version) -> {
            for (GenericKubernetesResource each :
                    server.of(version, kind).inAnyNamespace().list().getItems()) {
                versions.put(
                        kind + " " + each.getMetadata().getName(),
                        each.getMetadata().getResourceVersion());
            }
        });
        return versions;
    }

    /** What stands there now. */
    private static String objects() {
        StringBuilder all = new StringBuilder();
        READ.forEach((kind, version) -> server.of(version, kind)
                .inAnyNamespace()
                .list()
                .getItems()
                .forEach(each -> all.append(
                                server.client().getKubernetesSerialization().asJson(each))
                        .append('\n')));
        return all.toString();
    }

    private static JsonNode condition(String kind, String name, String type) {
        return of(status(kind, name), type);
    }

    /** Of its first parent. */
    private static JsonNode condition(String route, String name) {
        return of(status(route, name).at("/parents/0"), "Accepted");
    }

    private static JsonNode of(JsonNode entry, String type) {
        for (JsonNode each : entry.path("conditions")) {
            if (each.path("type").asText().equals(type)) {
                return each;
            }
        }
        return entry.path("conditions").path("none");
    }

    private static JsonNode status(String kind, String name) {
        return get(READ.getOrDefault(kind, GATEWAY), kind, name).path("status");
    }

    private static JsonNode get(String apiVersion, String kind, String name) {
        GenericKubernetesResource object = server.get(apiVersion, kind, "shop", name);
        return object == null
                ? new ObjectMapper().createObjectNode()
                : json(server.client().getKubernetesSerialization().asJson(object));
    }

    private static String path(String kind, String name) {
        return "/apis/" + GATEWAY + "/namespaces/shop/" + kind.toLowerCase(Locale.ROOT) + "s/" + name;
    }

    private static boolean merge(String path, ObjectNode patch) {
        try {
            return api.merge(path, patch).isGood();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.startsWith("{'") ? text.replace('\'', '"') : text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(20), condition))
                .as(() -> "in " + objects())
                .isTrue();
    }

    /** Proxies that all say the same. */
    private static final class Acknowledged implements Programmed {

        private final List<Runnable> told = new CopyOnWriteArrayList<>();
        private volatile State state = new State(Kind.NOBODY, List.of());

        void state(Kind kind, String... problems) {
            state = new State(kind, List.of(problems));
            told.forEach(Runnable::run);
        }

        @Override
        public State of(ObjectKey gateway, long generation) {
            return state;
        }

        @Override
        public void onChange(Runnable told) {
            this.told.add(told);
        }
    }
}
