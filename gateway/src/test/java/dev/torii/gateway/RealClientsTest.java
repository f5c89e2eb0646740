package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.Yaml;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that people use, as they come from Debian: curl, nghttp, h2load, Chromium; and Vert.x' WebSocket client. (A
 * grpc-java client goes through the gateway in the GRPCRoute cases.) {@code ./torii verify} installs them; one that is
 * missing fails its test.
 */
@Timeout(120)
class RealClientsTest {

    private final Vertx vertx = Vertx.vertx();
    private final EchoBackend echo = EchoBackend.start(vertx, Pod.of("echo"));
    private final Certificates authority = Certificates.authority("torii test");

    @TempDir
    Path folder;

    private TestGateway gateway;
    private Path caFile;

    @BeforeEach
    void start() throws Exception {
        Certificates.Leaf leaf = authority.issue("localhost", "shop.example");
        caFile = Files.writeString(folder.resolve("ca.pem"), authority.caPem());
        Path config = Files.createDirectory(folder.resolve("config"));
        TestGateway.write(
                config, "echo.yaml", Yaml.all(Yaml.route("all", "/", "echo"), Yaml.service("echo", echo.port())));
        TestGateway.write(config, "gateway.yaml", """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw}
                spec:
                  gatewayClassName: torii
                  listeners:
                  - {name: http, protocol: HTTP, port: 80}
                  - {name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: cert}]}}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: cert}
                type: kubernetes.io/tls
                stringData:
                  tls.crt: |
                @CERT@
                  tls.key: |
                @KEY@
                """.replace(
                        "@CERT@", leaf.certificatePem().indent(4).stripTrailing())
                .replace("@KEY@", leaf.keyPem().indent(4).stripTrailing()));
        gateway = new TestGateway(config);
    }

    @AfterEach
    void stop() {
        gateway.close();
        echo.close();
        TestGateway.await(vertx.close());
    }

    private String run(String... command) throws Exception {
        Path errors = folder.resolve("stderr");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(String.join(" ", command) + "\n" + out + Files.readString(errors))
                .isZero();
        return out;
    }

    private String http(String path) {
        return "http://localhost:" + gateway.port(80) + path;
    }

    private String https(String path) {
        return "https://localhost:" + gateway.port(443) + path;
    }

    private String curl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("curl", "-sS", "--cacert", caFile.toString(), "-w", "\n%{http_version} %{http_code}"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    @Test
    void curlSpeaksEveryVersion() throws Exception {
        assertThat(curl("--http1.1", http("/a?x=1"))).contains("/a?x=1").endsWith("1.1 200");
        assertThat(curl("--http2-prior-knowledge", http("/b"))).contains("/b").endsWith("2 200");
        assertThat(curl("--http2", http("/c"))).contains("/c").endsWith("2 200");
        assertThat(curl("--http1.1", https("/d"))).contains("/d").endsWith("1.1 200");
        assertThat(curl("--http2", https("/e"))).contains("/e").endsWith("2 200");
        Path upload = Files.write(folder.resolve("upload"), new byte[300_000]);
        for (String version : List.of("--http1.1", "--http2")) {
            // More than a megabyte's worth of waiting for "100 Continue" would show here.
            assertThat(curl(version, "-T", upload.toString(), "-H", "Expect: 100-continue", https("/f")))
                    .contains("\"bodyBytes\":300000");
        }
    }

    @Test
    void nghttpAndH2loadSpeakHttp2() throws Exception {
        assertThat(run("nghttp", "-v", http("/prior"))).contains(":status: 200").contains("/prior");
        assertThat(run("nghttp", "-vu", http("/upgrade")))
                .contains(":status: 200")
                .contains("/upgrade");
        assertThat(run("h2load", "-n2000", "-c4", "-m16", http("/load")))
                .contains("2000 succeeded, 0 failed, 0 errored, 0 timeout")
                .contains("2000 2xx");
        assertThat(run("h2load", "-n1000", "-c4", "-m16", https("/load"))).contains("1000 succeeded, 0 failed");
    }

    @Test
    void aWebSocketClientTalksThroughIt() throws Exception {
        WebSocketClient client = vertx.createWebSocketClient();
        CompletableFuture<String> echoed = new CompletableFuture<>();
        client.connect(gateway.port(80), "localhost", "/ws")
                .onSuccess(socket -> {
                    socket.textMessageHandler(echoed::complete);
                    socket.writeTextMessage("hello through the gate");
                })
                .onFailure(echoed::completeExceptionally);
        assertThat(echoed.get(30, TimeUnit.SECONDS)).isEqualTo("hello through the gate");
        TestGateway.await(client.close());
    }

    @Test
    void chromiumOpensAPageOverHttps() throws Exception {
        String page = run(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--ignore-certificate-errors",
                "--user-data-dir=" + folder.resolve("chromium"),
                "--dump-dom",
                https("/for-chromium"));
        assertThat(page).contains("/for-chromium").contains("Chrom");
    }
}
