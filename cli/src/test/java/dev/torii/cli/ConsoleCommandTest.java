package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.Yaml;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code torii console} as a process, and what it makes of a real gateway's pages. */
@Timeout(120)
final class ConsoleCommandTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void showsWhatARealGatewayDoes() throws Exception {
        int entry = FreePort.find();
        int page = FreePort.find();
        Path config = folder.resolve("shop.yaml");
        try (MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved())) {
            Files.writeString(
                    config,
                    Yaml.all(
                            Yaml.gateway(entry),
                            Yaml.route("all", "/shop", "web"),
                            Yaml.service("web", backend.port())));
            showsWhatAGatewayDoes(config, entry, page);
        }
    }

    private void showsWhatAGatewayDoes(Path config, int entry, int page) throws Exception {
        try (ToriiProcess gateway = ToriiProcess.gateway(folder, "gateway", config, List.of("-Xmx64m"))) {
            Process console = console("--listen", "127.0.0.1:" + page, "--proxy", "127.0.0.1:" + gateway.admin());
            try {
                assertThat(Await.until(PATIENCE, () -> ready(page))).isTrue();
                get(entry, "/shop", "shop.example");
                get(entry, "/nothing", "elsewhere.example");
                assertThat(Await.until(PATIENCE, () -> !edge(page).isEmpty())).isTrue();
                assertThat(edge(page).getDouble("rate")).isPositive();
                JsonObject proxy = new JsonArray(get(page, "/api/proxies", "localhost")).getJsonObject(0);
                assertThat(proxy.getString("role")).isEqualTo("gateway");
                assertThat(proxy.getString("snapshot")).isNotEmpty();
                JsonObject route = new JsonArray(get(page, "/api/routes", "localhost")).getJsonObject(0);
                assertThat(route.getString("route")).isEqualTo("default/all/0");
                assertThat(route.getJsonArray("hosts")).containsExactly("*");
                assertThat(route.getJsonArray("matches")).containsExactly("PathPrefix /shop");
                assertThat(route.getJsonArray("backends").getJsonObject(0).getString("service"))
                        .isEqualTo("default/web");
                JsonObject breaker = new JsonArray(get(page, "/api/breakers", "localhost")).getJsonObject(0);
                assertThat(breaker.getString("service")).isEqualTo("default/web");
                assertThat(breaker.getString("state")).isEqualTo("none");
            } finally {
                console.destroy();
            }
            assertThat(console.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(console.exitValue()).isZero();
            assertThat(Files.readString(folder.resolve("console.err"))).isEmpty();
        }
    }

    @Test
    void aPortInUseIsOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process console = console("--listen", "127.0.0.1:" + taken.getLocalPort());
            assertThat(console.waitFor()).isEqualTo(Torii.FAILURE);
            assertThat(Files.readString(folder.resolve("console.err")))
                    .isEqualTo("torii: cannot open the console's port 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use\n");
        }
    }

    private Process console(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                // as the jar that the launcher starts says
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.torii.cli.Torii",
                "console",
                "--otlp",
                "127.0.0.1:" + FreePort.find()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("console.out").toFile())
                .redirectError(folder.resolve("console.err").toFile())
                .start();
    }

    private static boolean ready(int page) {
        try {
            return get(page, "/api/proxies", "localhost").contains("\"state\":\"ready\"");
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private static JsonObject edge(int page) {
        return new JsonObject(get(page, "/api/graph", "localhost"))
                .getJsonArray("edges").stream()
                        .map(JsonObject.class::cast)
                        .filter(edge -> edge.getString("to").equals("default/web"))
                        .filter(edge -> edge.getString("from").equals("gateway"))
                        .findFirst()
                        .orElse(new JsonObject());
    }

    private static String get(int port, String path, String host) {
        try (RawHttp http = RawHttp.connect(port)) {
            http.send("GET " + path + " HTTP/1.1\r\nhost: " + host + "\r\n\r\n");
            return http.readResponse().body();
        }
    }
}
