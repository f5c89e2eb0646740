package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import dev.torii.testkit.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A failure is rehearsed by a file that comes, changes and goes. */
class FaultPolicyTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private static String policy(String kind, String fault) {
        return """
                apiVersion: torii.dev/v1alpha1
                kind: FaultPolicy
                metadata: {name: rehearsal}
                spec:
                  targetRefs: [@KIND@]
                  faults: [@FAULT@]
                """.replace("@KIND@", kind).replace("@FAULT@", fault);
    }

    private static RawResponse get(TestGateway gateway, String line) {
        try (RawHttp client = RawHttp.connect(gateway.port(80))) {
            return client.send("GET /cart HTTP/1.1\r\nHost: a\r\n" + line + "\r\n")
                    .readResponse();
        }
    }

    private static boolean answers(TestGateway gateway, int status) {
        return Await.until(LIMIT, () -> get(gateway, "X-Rehearse: yes\r\n").status() == status);
    }

    @Test
    void aRehearsalComesChangesAndGoes() throws IOException {
        TestGateway.write(folder, "gateway.yaml", Yaml.gateway(80));
        try (MisbehavingBackend cart = MisbehavingBackend.start(Behaviours.wellBehaved())) {
            TestGateway.write(folder, "cart.yaml", Yaml.service("cart", cart.port()));
            TestGateway.write(folder, "route.yaml", Yaml.route("shop", "/", "cart"));
            try (TestGateway gateway = new TestGateway(folder)) {
                assertThat(get(gateway, "").status()).isEqualTo(200);
                gateway.write(
                        "faults.yaml",
                        policy(
                                "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}",
                                "{name: cart-away, abort: {status: 503},"
                                        + " match: [{headers: [{name: x-rehearse, value: \"yes\"}]}]}"));
                assertThat(answers(gateway, 503)).isTrue();
                assertThat(get(gateway, "X-Rehearse: yes\r\n").header("x-torii-reason"))
                        .isEqualTo("FI injected_abort");
                assertThat(get(gateway, "").status())
                        .as("who does not rehearse")
                        .isEqualTo(200);
                gateway.write(
                        "faults.yaml",
                        policy(
                                "{group: \"\", kind: Service, name: cart}",
                                "{name: cart-slow, delay: {duration: 1ms, percent: 99.9}, abort: {status: 429}}"));
                assertThat(answers(gateway, 429)).isTrue();
                assertThat(get(gateway, "").status()).isEqualTo(429);
                Files.delete(folder.resolve("faults.yaml"));
                assertThat(answers(gateway, 200)).isTrue();
                assertThat(gateway.metrics())
                        .contains("torii_faults_injected_total{kind=\"abort\",torii_fault=\"cart-away\","
                                + "torii_service=\"default/cart\"}");
                assertThat(gateway.log()).contains("\"flags\":\"FI\"", "\"reason\":\"injected_abort\"");
            }
        }
    }
}
