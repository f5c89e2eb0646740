package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.testkit.FreePort;
import dev.torii.testkit.RawHttp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A port that somebody else has is told in one line, at start and later, and nobody shares one by accident. */
class PortInUseTest {

    private static final IntUnaryOperator AS_CONFIGURED = IntUnaryOperator.identity();

    private final int port = FreePort.find();

    @TempDir
    private Path folder;

    private static String gateway(int... ports) {
        StringBuilder yaml = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw}
                spec:
                  gatewayClassName: torii
                  listeners:
                """);
        for (int each : ports) {
            yaml.append("  - {name: p" + each + ", protocol: HTTP, port: " + each + "}\n");
        }
        return yaml.toString();
    }

    private static boolean answers(int port) {
        try (RawHttp client = RawHttp.connect(port)) {
            return client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                            .readResponse()
                            .status()
                    == 404;
        }
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void aForeignListenerIsOneLineAtStart() throws IOException {
        TestGateway.write(folder, "gateway.yaml", gateway(port));
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> new TestGateway(folder, AS_CONFIGURED, false))
                    .rootCause()
                    .hasMessageStartingWith(
                            "port " + port + " of listener default/gw/p" + port + " cannot be opened on 127.0.0.1: ")
                    .hasMessageContaining("Address already in use");
        }
    }

    @Test
    void aSecondGatewaySharesAPortOnlyWhenItSaysSo() {
        TestGateway.write(folder, "gateway.yaml", gateway(port));
        try (TestGateway first = new TestGateway(folder, AS_CONFIGURED, false)) {
            assertThat(first.port(port)).isEqualTo(port);
            assertThatThrownBy(() -> new TestGateway(folder, AS_CONFIGURED, false))
                    .rootCause()
                    .hasMessageContaining("port " + port)
                    .hasMessageContaining("Address already in use");
            try (TestGateway second = new TestGateway(folder, AS_CONFIGURED, true)) {
                assertThat(second.port(port)).isEqualTo(port);
            }
            assertThat(answers(port)).isTrue();
        }
    }

    @Test
    void anEditThatNeedsAPortInUseLosesNothingAndIsTold() throws IOException {
        TestGateway.write(folder, "gateway.yaml", gateway(port));
        int other = FreePort.find();
        try (TestGateway gateway = new TestGateway(folder, AS_CONFIGURED, false)) {
            try (ServerSocket taken = new ServerSocket(other, 1, InetAddress.getByName("127.0.0.1"))) {
                assertThat(taken.isBound()).isTrue();
                gateway.write("gateway.yaml", gateway(port, other));
                until(() -> gateway.metrics().contains("torii_ports_closed 1"));
                assertThat(answers(port)).isTrue();
                assertThat(gateway.port(other)).isEqualTo(-1);
            }
            // The port is free again: it opens without an edit.
            until(() -> gateway.port(other) == other);
            assertThat(answers(other)).isTrue();
            until(() -> gateway.metrics().contains("torii_ports_closed 0"));
        }
    }

    @Test
    void aPortThatGoesAndComesBackIsOpenAgain() throws IOException {
        TestGateway.write(folder, "gateway.yaml", gateway(port));
        Path second = folder.resolve("second.yaml");
        int other = FreePort.find();
        String text = gateway(other).replace("name: gw", "name: second");
        try (TestGateway gateway = new TestGateway(folder, AS_CONFIGURED, false)) {
            for (int i = 0; i < 3; i++) {
                gateway.write("second.yaml", text);
                until(() -> gateway.port(other) == other);
                assertThat(answers(other)).isTrue();
                Files.delete(second);
                until(() -> gateway.port(other) == -1);
            }
        }
    }
}
