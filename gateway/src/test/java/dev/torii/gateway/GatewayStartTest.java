package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.torii.config.source.Source;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.spans.TracingSettings;
import io.vertx.core.Future;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayStartTest {

    @TempDir
    Path folder;

    @Test
    void anAdminPortInUseIsToldInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Logging logging =
                        Logging.install(OutputStream.nullOutputStream(), Logging.Format.TEXT, Logging.Verbosity.INFO)) {
            Gateway.Options options = new Gateway.Options(
                    Source.files(List.of(folder)),
                    "127.0.0.1",
                    taken.getLocalPort(),
                    "127.0.0.1",
                    configured -> 0,
                    false,
                    1,
                    Duration.ofMillis(10),
                    Duration.ofSeconds(1),
                    OutputStream.nullOutputStream(),
                    HeaderMask.random(),
                    TracingSettings.OFF);
            assertThatThrownBy(() -> Gateway.start(options, logging)
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .hasMessage("cannot open the admin port 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use");
        }
    }

    @Test
    void closingTwiceIsFine() {
        TestGateway started = new TestGateway(folder);

        Future<Void> first = started.gateway().close();

        assertThat(TestGateway.await(started.gateway().drain())).isNull();
        assertThat(first.succeeded()).isTrue();
        started.close();
    }
}
