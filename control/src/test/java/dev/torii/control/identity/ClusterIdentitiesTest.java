package dev.torii.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.Role;
import dev.torii.control.identity.Identities.Refused;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whom an API server knows, and what each may have. */
class ClusterIdentitiesTest {

    /** Token, then whose it is: ServiceAccount and pod. */
    private static final Map<String, List<String>> TOKENS = Map.of(
            "cart", List.of("system:serviceaccount:shop:default", "cart-1"),
            "gone", List.of("system:serviceaccount:shop:default", "cart-9"),
            "podless", List.of("system:serviceaccount:shop:default", ""),
            "web", List.of("system:serviceaccount:infra:web-torii", "web-torii-1"),
            "shared", List.of("system:serviceaccount:torii-system:torii-gateway", "torii-gateway-1"),
            "control", List.of("system:serviceaccount:torii-system:torii-control", "control-1"),
            "elsewhere", List.of("system:serviceaccount:shop:default", "cart-1"),
            "person", List.of("alice", ""));

    private final AtomicInteger reviews = new AtomicInteger();
    private volatile int status = 201;
    private HttpServer api;
    private KubernetesClient client;
    private ClusterIdentities identities;

    @BeforeEach
    void start() throws IOException {
        api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/apis/authentication.k8s.io/v1/tokenreviews", this::review);
        api.createContext("/api/v1/namespaces/shop/pods/", ClusterIdentitiesTest::pod);
        api.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + api.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
        identities = new ClusterIdentities(client, "torii-system");
    }

    @AfterEach
    void stop() {
        identities.close();
        client.close();
        api.stop(0);
    }

    private void review(HttpExchange exchange) throws IOException {
        String asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        reviews.incrementAndGet();
        String token = asked.replaceAll("(?s).*\"token\"\\s*:\\s*\"([^\"]*)\".*", "$1");
        List<String> whose = asked.contains("\"torii-control\"") ? TOKENS.get(token) : null;
        answer(
                exchange,
                status,
                "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenReview\",\"status\":"
                        + (whose == null
                                ? "{\"authenticated\":false}}"
                                : "{\"authenticated\":true,\"audiences\":[\""
                                        + (token.equals("elsewhere") ? "vault" : "torii-control")
                                        + "\"],\"user\":{\"username\":\""
                                        + whose.get(0) + "\",\"extra\":{"
                                        + (whose.get(1).isEmpty()
                                                ? ""
                                                : "\"authentication.kubernetes.io/pod-name\":[\"" + whose.get(1)
                                                        + "\"]")
                                        + "}}}}"));
    }

    private static void pod(HttpExchange exchange) throws IOException {
        boolean there = exchange.getRequestURI().getPath().endsWith("/cart-1");
        answer(
                exchange,
                there ? 200 : 404,
                there
                        ? "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"cart-1\",\"namespace\":\"shop\","
                                + "\"labels\":{\"app\":\"cart\"}}}"
                        : "{\"apiVersion\":\"v1\",\"kind\":\"Status\",\"code\":404}");
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("content-type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void aSidecarIsThatOfItsPod() throws Exception {
        assertThat(known("cart", sidecar("shop/cart-1")))
                .isEqualTo(new Caller.OfSidecar("shop/cart-1", "shop", Map.of("app", "cart"), "cart", List.of(8080)));
        assertForbidden(() -> known("cart", sidecar("shop/tax-1")), "not of shop/tax-1");
        assertForbidden(() -> known("podless", sidecar("shop/cart-1")), "not of shop/cart-1");
        assertForbidden(() -> known("gone", sidecar("shop/cart-9")), "no pod shop/cart-9");
    }

    @Test
    void aGatewayIsThatOfItsServiceAccount() throws Exception {
        ObjectKey web = new ObjectKey("Gateway", "infra", "web");
        assertThat(known("web", gateway("infra/web"))).isEqualTo(new Caller.OfGateway("infra/web-torii-1", web));
        assertForbidden(() -> known("web", gateway("infra/other")), "Gateway infra/other");
        assertForbidden(() -> known("web", gateway("shop/web")), "Gateway shop/web");
        assertForbidden(() -> known("web", gateway("")), "several Gateways");
        assertForbidden(() -> known("cart", gateway("infra/web")), "Gateway infra/web");
        assertThat(known("shared", gateway(""))).isEqualTo(new Caller.OfSharedGateways("torii-system/torii-gateway-1"));
        assertForbidden(() -> known("shared", gateway("infra/web")), "Gateway infra/web");
    }

    @Test
    void whoHasNoTokenOfTheClusterIsNobody() {
        for (String token : List.of("", "forged", "person", "elsewhere")) {
            assertThatThrownBy(() -> known(token, sidecar("shop/cart-1")))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.isKnown()).isFalse());
        }
    }

    @Test
    void replicasAreThoseOfControl() throws Exception {
        assertThat(get(identities.replica("control"))).isEqualTo("control-1");
        assertForbidden(() -> get(identities.replica("web")), "only replicas");
    }

    @Test
    void theApiServerIsAskedOnceAMinute() throws Exception {
        for (int i = 0; i < 5; i++) {
            known("cart", sidecar("shop/cart-1"));
            assertThatThrownBy(() -> known("forged", sidecar("shop/cart-1"))).isInstanceOf(Refused.class);
        }
        assertThat(reviews.get()).isEqualTo(2);
    }

    @Test
    void whatCannotBeFoundOutIsNoRefusal() {
        status = 500;
        assertThatThrownBy(() -> known("cart", sidecar("shop/cart-1"))).isNotInstanceOf(Refused.class);
    }

    private static void assertForbidden(ThrowingCallable asking, String told) {
        assertThatThrownBy(asking)
                .hasMessageContaining(told)
                .isInstanceOfSatisfying(
                        Refused.class, e -> assertThat(e.isKnown()).isTrue());
    }

    private Caller known(String token, Hello hello) throws Exception {
        return get(identities.identify(token, hello));
    }

    private static <T> T get(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static Hello sidecar(String pod) {
        return new Hello(1, Role.SIDECAR, "test", pod, "", "shop/cart", List.of(8080), List.of(), "");
    }

    private static Hello gateway(String gateway) {
        return new Hello(1, Role.GATEWAY, "test", "", gateway, "", List.of(), List.of(), "");
    }
}
