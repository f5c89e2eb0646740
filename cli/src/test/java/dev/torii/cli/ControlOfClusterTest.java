package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code torii control --kube} and a gateway that shows it the token of its ServiceAccount, as processes. */
@Timeout(240)
final class ControlOfClusterTest {

    private final ApiServer cluster = ApiServer.start();
    private final MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final ClusterShop shop = new ClusterShop(cluster);
    private final int port = FreePort.find();
    private final int control = FreePort.find();

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        backend.close();
        cluster.close();
    }

    @Test
    void aGatewayGetsWhatIsItsOwn() throws IOException {
        cluster.apply("{apiVersion: v1, kind: Namespace, metadata: {name: torii-system}}");
        shop.open(port, FreePort.find(), Certificates.selfSigned("shop.example"), backend.port(), 3);
        try (ToriiProcess serving = control()) {
            until(() -> cluster.get("v1", "ServiceAccount", "shop", "web-torii") != null, serving);
            Secret authority = cluster.client()
                    .secrets()
                    .inNamespace("torii-system")
                    .withName("torii-ca")
                    .get();
            Files.write(
                    folder.resolve("ca.crt"),
                    Base64.getDecoder().decode(authority.getData().get("ca.crt")));
            Files.writeString(folder.resolve("token"), cluster.token("shop", "web-torii"));
            try (ToriiProcess gateway = gateway()) {
                until(() -> status("/r2") == 200, gateway);
                until(shop::balance, serving);
                until(() -> shop.condition("Gateway", "web", "Programmed").equals("True Programmed"), serving);
                shop.route("r2", "/moved");
                until(() -> status("/moved") == 200, gateway);
                assertThat(gateway.errors()).doesNotContain("\tat ");
            }
            assertThat(serving.errors()).doesNotContain("\tat ");
        }
    }

    private ToriiProcess control() {
        return ToriiProcess.of(
                folder,
                "control",
                "control",
                Map.of(
                        "KUBECONFIG", cluster.kubeconfig(folder).toString(),
                        "POD_NAMESPACE", "torii-system",
                        "POD_NAME", "torii-control-1",
                        "POD_IP", "127.0.0.1"),
                List.of("--kube", "--image=torii:1", "--listen=127.0.0.1:" + control));
    }

    private ToriiProcess gateway() {
        return ToriiProcess.of(
                folder,
                "gateway",
                "gateway",
                "--control=https://127.0.0.1:" + control,
                "--gateway=shop/web",
                "--bind=127.0.0.1",
                "--token-file=" + folder.resolve("token"),
                "--ca-file=" + folder.resolve("ca.crt"),
                "--state=" + folder.resolve("state"));
    }

    private int status(String path) {
        try (RawHttp client = RawHttp.connect(port)) {
            return client.send("GET " + path + " HTTP/1.1\r\nHost: shop.example\r\n\r\n")
                    .readResponse()
                    .status();
        } catch (UncheckedIOException notYet) {
            return 0;
        }
    }

    private static void until(BooleanSupplier condition, ToriiProcess process) {
        assertThat(Await.until(Duration.ofSeconds(60), condition))
                .as(process::errors)
                .isTrue();
    }
}
