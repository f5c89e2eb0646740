package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.cluster.ClusterSource;
import dev.torii.config.stream.Message.Hello;
import dev.torii.control.Control;
import dev.torii.control.InCluster;
import dev.torii.control.Leadership;
import dev.torii.control.Reconciliation;
import dev.torii.control.identity.Believed;
import dev.torii.control.identity.Caller;
import dev.torii.control.identity.Identities;
import dev.torii.control.provision.ProvisionSettings;
import dev.torii.control.stream.StreamServer;
import dev.torii.gateway.Gateway;
import dev.torii.kube.Election;
import dev.torii.kube.OwnPod;
import dev.torii.testkit.Await;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two controls in one cluster, with a Lease, an authority and TLS as they have them there; only the proxies' tokens are
 * believed. The gateway is the second one's, so that what it acknowledges has to be passed on to the leader.
 */
@Timeout(180)
final class TwoControlsTest {

    private static final int ROUTES = 40;

    private final int port = FreePort.find();
    private final Certificates.Leaf certificate = Certificates.selfSigned("shop.example");

    @Test
    void aChangeOfLeaderLosesNothing(@TempDir Path folder) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (ApiServer server = ApiServer.start();
                EchoBackend backend = EchoBackend.start(vertx, new Pod("shop", "cart", "cart-1"))) {
            server.apply("{apiVersion: v1, kind: Namespace, metadata: {name: torii-system}}");
            ClusterShop shop = new ClusterShop(server);
            shop.open(port, FreePort.find(), certificate, backend.port(), ROUTES);
            Replica one = new Replica(server, "control-1");
            until(one.leadership::leads);
            Replica two = new Replica(server, "control-2");
            Gateway gateway = await(InProcess.gateway(InProcess.source(two.url(server, folder), folder)));
            try {
                journey(shop, one, two);
            } finally {
                await(gateway.close());
                await(one.control.drain());
                await(two.control.drain());
            }
        } finally {
            await(vertx.close());
        }
    }

    private void journey(ClusterShop shop, Replica one, Replica two) throws Exception {
        until(() -> status("/r" + (ROUTES - 1)) == 200);
        until(shop::balance);
        until(() -> shop.condition("Gateway", "web", "Programmed").equals("True Programmed"));
        assertThat(two.leadership.leads()).isFalse();
        String since = shop.since("Gateway", "web", "Programmed");
        try (Clients clients = new Clients(2, port, number -> "/r" + (20 + number % 20))) {
            until(() -> clients.answers() > 100);
            Future<Void> leaving = Future.succeededFuture();
            for (int i = 0; i < 16; i++) {
                shop.breakRoute("r" + i);
                leaving = i == 5 ? one.control.drain() : leaving;
            }
            await(leaving);
            assertThat(one.leadership.leads()).isFalse();
            for (int i = 0; i < 16; i++) {
                String name = "r" + i;
                until(() -> shop.condition("HTTPRoute", name, "ResolvedRefs").equals("False BackendNotFound"));
            }
            assertThat(two.leadership.leads()).isTrue();

            shop.route("r16", "/moved");
            until(() -> status("/moved") == 200);
            assertThat(shop.condition("Gateway", "web", "Programmed")).isEqualTo("True Programmed");
            assertThat(shop.since("Gateway", "web", "Programmed")).isEqualTo(since);
            assertThat(clients.failures()).isEmpty();
        }
    }

    /** A control as in a pod, but for whom it believes. */
    private static final class Replica implements Identities {

        private final Believed believed = new Believed();
        private final String name;
        private final Leadership leadership;
        private final Control control;

        Replica(ApiServer server, String name) throws Exception {
            this.name = name;
            KubernetesClient client = server.newClient();
            int port = FreePort.find();
            Control.Parts parts = InCluster.parts(
                    client,
                    new OwnPod("torii-system", name, "127.0.0.1"),
                    port,
                    Path.of("token"),
                    Election.Timing.USUAL,
                    taker -> ClusterSource.watch(client, ClusterSource.Settings.USUAL, taker),
                    List.of(Reconciliation.maker(
                            client, new ProvisionSettings("torii-system", "torii:1", "https://control:15010"))));
            this.leadership = Objects.requireNonNull(parts.leadership());
            this.control = await(Control.start(
                    new Control.Options("127.0.0.1", port, "127.0.0.1", 0, StreamServer.Limits.USUAL, Duration.ZERO),
                    new Control.Parts(
                            parts.feed(), this, parts.keys(), leadership, () -> name, parts.makers(), parts.last())));
        }

        @Override
        public Future<Caller> identify(String token, Hello hello) {
            return believed.identify(token, hello);
        }

        @Override
        public Future<String> replica(String token) {
            return token.startsWith("control-")
                    ? Future.succeededFuture(token)
                    : Future.failedFuture(Refused.stranger(name + " does not know it"));
        }

        /** For a proxy that shows and trusts what is in the folder. */
        String url(ApiServer server, Path folder) throws Exception {
            String trusted = server.client()
                    .secrets()
                    .inNamespace("torii-system")
                    .withName("torii-ca")
                    .get()
                    .getData()
                    .get("ca.crt");
            Files.write(folder.resolve("ca.crt"), Base64.getDecoder().decode(trusted));
            Files.write(folder.resolve("token"), "any".getBytes(StandardCharsets.US_ASCII));
            return "https://127.0.0.1:" + control.port();
        }
    }

    private int status(String path) {
        try (RawHttp client = RawHttp.connect(port)) {
            return client.send("GET " + path + " HTTP/1.1\r\nHost: shop.example\r\n\r\n")
                    .readResponse()
                    .status();
        } catch (UncheckedIOException notNow) {
            return 0;
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(60), condition)).isTrue();
    }
}
