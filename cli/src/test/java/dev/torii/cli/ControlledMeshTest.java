package dev.torii.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.Await;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mesh that gets its configuration from {@code torii control}, which comes and goes; all of it processes. */
@Timeout(180)
final class ControlledMeshTest {

    private static final String MANIFESTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front}
            spec: {gatewayClassName: torii, listeners: [{name: http, protocol: HTTP, port: @GATEWAY@}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: shop}
            spec:
              parentRefs: [{name: front}]
              rules: [{matches: [{path: {value: /@PATH@}}], backendRefs: [{name: cart, port: 80}]}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, annotations: {torii.dev/endpoints: "127.0.0.1:@CART@"}}
            spec: {ports: [{name: http, port: 80}]}
            ---
            """;

    private final Certificates authority = Certificates.authority("control");
    private final MisbehavingBackend cart = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final List<ToriiProcess> processes = new ArrayList<>();
    private final int entry = FreePort.find();
    private final int control = FreePort.find();
    private final int outbound = FreePort.find();
    private final int inboundOfCart = FreePort.find();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        processes.forEach(ToriiProcess::close);
        cart.close();
    }

    /** The path that the gateway's only route takes. */
    private void configure(String path) throws IOException {
        Path next = folder.resolve("next");
        Files.createDirectories(folder.resolve("mesh"));
        Files.writeString(
                next,
                MANIFESTS
                        .replace("@GATEWAY@", Integer.toString(entry))
                        .replace("@PATH@", path)
                        .replace("@CART@", Integer.toString(inboundOfCart)));
        Files.move(
                next,
                folder.resolve("mesh").resolve("all.yaml"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
    }

    private ToriiProcess start(String name, String role, String... arguments) {
        ToriiProcess started = ToriiProcess.of(folder, name, role, arguments);
        processes.add(started);
        return started;
    }

    private ToriiProcess startControl(String name) {
        return start(
                name,
                "control",
                "--config=" + folder.resolve("mesh"),
                "--listen=127.0.0.1:" + control,
                "--cert=" + folder.resolve("tls.crt"),
                "--key=" + folder.resolve("tls.key"));
    }

    private ToriiProcess startProxy(String name, String role, String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "--control=https://localhost:" + control,
                "--token-file=" + folder.resolve("token"),
                "--ca-file=" + folder.resolve("ca.crt"),
                "--state=" + folder.resolve(name.replaceAll("-.*", "") + ".state")));
        all.addAll(List.of(arguments));
        return start(name, role, all.toArray(String[]::new));
    }

    private ToriiProcess startWeb(String name) {
        return startProxy(
                name,
                "sidecar",
                "--service=default/web",
                "--inbound=127.0.0.1:" + FreePort.find(),
                "--outbound=127.0.0.1:" + outbound,
                "--strict");
    }

    private static int status(int port, String path, String host) {
        try (RawHttp client = RawHttp.connect(port)) {
            RawResponse response = client.send(
                            "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .readResponse();
            return response.status();
        } catch (UncheckedIOException notNow) {
            return 0;
        }
    }

    private static boolean has(Path file, String text) {
        try {
            return Files.exists(file) && Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void until(BooleanSupplier condition) {
        assertThat(Await.until(Duration.ofSeconds(60), condition))
                .as("within a minute")
                .isTrue();
    }

    @Test
    void aMeshFollowsControlAndDoesWithoutIt() throws Exception {
        Certificates.Leaf identity = authority.issue("localhost");
        Files.writeString(folder.resolve("ca.crt"), authority.caPem());
        Files.writeString(folder.resolve("tls.crt"), identity.certificatePem());
        Files.writeString(folder.resolve("tls.key"), identity.keyPem());
        Files.writeString(folder.resolve("token"), "a.token");
        configure("one");
        ToriiProcess first = startControl("control-1");
        startProxy("gateway", "gateway", "--gateway=default/front", "--bind=127.0.0.1");
        startProxy(
                "cart",
                "sidecar",
                "--service=default/cart",
                "--app=" + cart.port(),
                "--inbound=127.0.0.1:" + inboundOfCart,
                "--outbound=127.0.0.1:" + FreePort.find());
        ToriiProcess web = startWeb("web-1");

        // no route leads web to cart: the sidecar, which may pass nothing on, asks control
        assertThat(status(outbound, "/", "cart")).isEqualTo(200);
        assertThat(status(outbound, "/", "nobody")).isEqualTo(502);
        assertThat(status(entry, "/one", "shop.example")).isEqualTo(200);

        configure("two");
        until(() -> status(entry, "/two", "shop.example") == 200);

        first.close();
        assertThat(status(entry, "/two", "shop.example")).isEqualTo(200);
        assertThat(status(outbound, "/", "cart")).isEqualTo(200);

        Path copy = folder.resolve("web.state").resolve("snapshot.yaml");
        until(() -> has(copy, "\"name\":\"cart\""));
        web.close();
        startWeb("web-2");
        assertThat(status(outbound, "/", "cart")).as("from its copy").isEqualTo(200);

        configure("three");
        startControl("control-2");
        until(() -> status(entry, "/three", "shop.example") == 200);
        assertThat(status(outbound, "/", "cart")).isEqualTo(200);
    }
}
