package dev.torii.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.compile.Review;
import dev.torii.config.source.Catalog;
import dev.torii.config.stream.Message.Hello;
import dev.torii.control.stream.StreamServer;
import dev.torii.kube.Election;
import dev.torii.kube.OwnPod;
import dev.torii.testkit.Await;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** Control with an API server: it leads, serves with a certificate that others can trust, and knows nobody without a token. */
class InClusterTest {

    private static final String PODS = """
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: cart, namespace: shop}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: cart-1, namespace: shop}
            spec: {serviceAccountName: cart, containers: [{name: app, image: "cart:1"}]}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: web-torii, namespace: infra}
            """;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void leadsAndServesWithItsOwnCertificate() throws Exception {
        AtomicBoolean leads = new AtomicBoolean();
        TestFeed feed = new TestFeed();
        feed.say(Manifest.gateway("infra", "web", 1));
        try (ApiServer api = ApiServer.start()) {
            var pod = new OwnPod("torii-system", "control-1", "127.0.0.1");
            var parts = InCluster.parts(
                    api.newClient(),
                    pod,
                    15010,
                    Path.of("token"),
                    Election.Timing.USUAL,
                    feed,
                    List.of((programmed, now) -> {
                        leads.set(true);
                        return new Idle(leads);
                    }));
            var options = new Control.Options("127.0.0.1", 0, "127.0.0.1", 0, StreamServer.Limits.USUAL, Duration.ZERO);
            Control control = Control.start(options, parts)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            assertThat(Await.until(PATIENCE, leads::get)).isTrue();
            URI uri = URI.create("wss://127.0.0.1:" + control.port() + "/v1/stream");
            HttpClient client = trusting(api.client());
            try (TestProxy proxy = TestProxy.over(client, uri)) {
                proxy.say(TestProxy.sidecarOf("shop/cart-1"));
                assertThat(proxy.closed()).isEqualTo(4401);
            }
            tokens(api, client, uri);
            control.drain().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
            assertThat(leads).isFalse();
        }
    }

    /** What each may have by its token; an API server that is real makes and judges them. */
    private static void tokens(ApiServer api, HttpClient client, URI uri) {
        api.apply(PODS);
        String cart = api.tokenOfPod("shop", "cart", "cart-1");
        String web = api.token("infra", "web-torii");
        assertThat(closed(client, uri, "forged", TestProxy.sidecarOf("shop/cart-1")))
                .isEqualTo(4401);
        assertThat(closed(client, uri, cart + "x", TestProxy.sidecarOf("shop/cart-1")))
                .as("another's, or nobody's")
                .isIn(4401, 4403);
        if (api.isReal()) {
            String forTheApi = api.configOf("shop", "cart").getOauthToken();
            assertThat(closed(client, uri, forTheApi, TestProxy.sidecarOf("shop/cart-1")))
                    .as("of another audience")
                    .isEqualTo(4401);
        }
        assertThat(closed(client, uri, cart, TestProxy.sidecarOf("shop/tax-1"))).isEqualTo(4403);
        assertThat(closed(client, uri, cart, TestProxy.gateway("shop/cart-1", "infra/web")))
                .isEqualTo(4403);
        assertThat(closed(client, uri, web, TestProxy.gateway("infra/w-1", "infra/other")))
                .isEqualTo(4403);
        assertThat(closed(client, uri, web, TestProxy.gateway("infra/w-1", ""))).isEqualTo(4403);
        assertThat(closed(client, uri, web, TestProxy.sidecarOf("infra/w-1"))).isEqualTo(4403);
        try (TestProxy sidecar = TestProxy.over(client, uri, cart);
                TestProxy gateway = TestProxy.over(client, uri, web)) {
            sidecar.say(TestProxy.sidecarOf("shop/cart-1")).taken();
            gateway.say(TestProxy.gateway("infra/w-1", "infra/web")).taken();
        }
    }

    private static int closed(HttpClient client, URI uri, String token, Hello hello) {
        try (TestProxy proxy = TestProxy.over(client, uri, token)) {
            return proxy.say(hello).closed();
        }
    }

    private record Idle(AtomicBoolean leads) implements LeaderWork {

        @Override
        public void catalog(Catalog catalog, Review review) {}

        @Override
        public void close() {
            leads.set(false);
        }
    }

    /** Trusts what the Secret holds. */
    private static HttpClient trusting(KubernetesClient client) throws Exception {
        Secret secret = client.secrets()
                .inNamespace("torii-system")
                .withName("torii-ca")
                .get();
        byte[] pem = Base64.getDecoder().decode(secret.getData().get("ca.crt"));
        KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
        authorities.load(null, null);
        authorities.setCertificateEntry(
                "ca", CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem)));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(tls).build();
    }
}
