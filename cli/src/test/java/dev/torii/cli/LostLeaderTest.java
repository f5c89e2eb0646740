package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.gateway.Gateway;
import dev.torii.testkit.Await;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.kube.ApiRequest;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two controls as processes. The leader is lost without a word amid edits, twice: one is only not let run for longer than its
 * Lease, the other is killed. {@link TwoControlsTest} has one that says goodbye.
 */
@Timeout(180)
final class LostLeaderTest {

    private static final int ROUTES = 12;

    private final int port = FreePort.find();

    @TempDir
    private Path folder;

    private ApiServer cluster;
    private ClusterShop shop;

    @Test
    void whatItLeavesIsWrittenOnceByTheOther() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (ApiServer server = ApiServer.start();
                EchoBackend backend = EchoBackend.start(vertx, new Pod("shop", "cart", "cart-1"))) {
            cluster = server;
            shop = new ClusterShop(server);
            server.apply("{apiVersion: v1, kind: Namespace, metadata: {name: torii-system}}");
            server.install("control-access.yaml");
            shop.open(port, FreePort.find(), Certificates.selfSigned("shop.example"), backend.port(), ROUTES);
            Files.writeString(folder.resolve("replica"), server.token("torii-system", "torii-control"));
            int second = FreePort.find();
            try (ToriiProcess one = control("one", FreePort.find())) {
                until(() -> leads("one"));
                try (ToriiProcess two = control("two", second)) {
                    Gateway gateway = await(InProcess.gateway(InProcess.source(trusted(second), folder)));
                    try {
                        journey(one, two);
                    } finally {
                        await(gateway.close());
                    }
                }
            }
        } finally {
            await(vertx.close());
        }
    }

    private void journey(ToriiProcess one, ToriiProcess two) throws Exception {
        until(() -> status("/r" + (ROUTES - 1)) == 200);
        until(shop::balance);
        until(() -> shop.condition("Gateway", "web", "Programmed").equals("True Programmed"));
        String since = shop.since("Gateway", "web", "Programmed");
        int begun = cluster.requests().size();
        try (Clients clients = new Clients(2, port, number -> "/r" + (8 + number % 3))) {
            until(() -> clients.answers() > 20);
            breaking(0, () -> signal(one, "STOP"));
            assertThat(leads("two")).isTrue();
            assertThat(shop.since("Gateway", "web", "Programmed")).isEqualTo(since);

            int woken = cluster.requests().size();
            signal(one, "CONT");
            until(() -> one.errors().contains("leads no more"), one);
            shop.route("r11", "/moved");
            until(() -> status("/moved") == 200);
            shop.route("r11", "/r11");
            until(() -> status("/r11") == 200);
            assertThat(leads("one")).isFalse();
            assertThat(writes(woken))
                    .filteredOn(each -> each.user().equals("one"))
                    .isEmpty();

            breaking(4, () -> two.process().destroyForcibly());
            assertThat(leads("one")).isTrue();
            assertThat(clients.failures()).isEmpty();
        }
        for (int i = 0; i < 8; i++) {
            String path = "/httproutes/r" + i + "/status";
            assertThat(writes(begun))
                    .filteredOn(each -> each.uri().endsWith(path))
                    .hasSize(1);
        }
    }

    /** Four routes, and the leader goes when two are broken; waits until all statuses say so. */
    private void breaking(int first, Runnable loss) {
        for (int i = first; i < first + 4; i++) {
            shop.breakRoute("r" + i);
            if (i == first + 1) {
                loss.run();
            }
        }
        IntStream.range(first, first + 4)
                .mapToObj(i -> "r" + i)
                .forEach(name -> until(
                        () -> shop.condition("HTTPRoute", name, "ResolvedRefs").equals("False BackendNotFound")));
    }

    /** All that a leader writes, since. */
    private List<ApiRequest> writes(int since) {
        List<ApiRequest> all = cluster.requests();
        return all.subList(since, all.size()).stream()
                .filter(each -> List.of("one", "two").contains(each.user()) && each.isWrite() && each.status() < 300)
                .filter(each -> !List.of("leases", "tokenreviews").contains(each.resource()))
                .toList();
    }

    private ToriiProcess control(String name, int listen) {
        return ToriiProcess.of(
                folder,
                name,
                "control",
                Map.of(
                        "KUBECONFIG",
                        cluster.kubeconfig(folder).toString(),
                        "KUBERNETES_IMPERSONATE_USERNAME",
                        name,
                        "KUBERNETES_IMPERSONATE_GROUP",
                        "system:masters",
                        "POD_NAMESPACE",
                        "torii-system",
                        "POD_NAME",
                        name,
                        "POD_IP",
                        "127.0.0.1"),
                List.of(
                        "--kube",
                        "--image=torii:1",
                        "--listen=127.0.0.1:" + listen,
                        "--lease=3s",
                        "--token-file=" + folder.resolve("replica")));
    }

    /** Where control is, for a gateway that shows and trusts what is in the folder. */
    private String trusted(int control) throws IOException {
        until(() -> cluster.get("v1", "ServiceAccount", "shop", "web-torii") != null);
        Files.writeString(folder.resolve("token"), cluster.token("shop", "web-torii"));
        String authority = cluster.client()
                .secrets()
                .inNamespace("torii-system")
                .withName("torii-ca")
                .get()
                .getData()
                .get("ca.crt");
        Files.write(folder.resolve("ca.crt"), Base64.getDecoder().decode(authority));
        return "https://127.0.0.1:" + control;
    }

    private static void signal(ToriiProcess process, String signal) {
        try {
            String pid = Long.toString(process.process().pid());
            assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor())
                    .isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean leads(String name) {
        Lease lease = cluster.client()
                .leases()
                .inNamespace("torii-system")
                .withName("torii-control")
                .get();
        return lease != null && lease.getSpec().getHolderIdentity().startsWith(name + "@");
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

    private static void until(BooleanSupplier condition, ToriiProcess process) {
        assertThat(Await.until(Duration.ofSeconds(60), condition))
                .as(process::errors)
                .isTrue();
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(60), condition)).isTrue();
    }
}
