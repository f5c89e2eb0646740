package dev.torii.cli;

import dev.torii.config.source.Source;
import dev.torii.config.stream.ControlAddress;
import dev.torii.config.stream.Message;
import dev.torii.config.stream.StreamSource;
import dev.torii.gateway.Gateway;
import dev.torii.proxy.HeaderMask;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.spans.TracingSettings;
import io.vertx.core.Future;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** A gateway in the process of the test, for the Gateway {@code shop/web}. */
final class InProcess {

    private InProcess() {}

    /** @param folder of what it shows and trusts where control speaks TLS, {@code token} and {@code ca.crt}, and of its copy */
    static Source source(String control, Path folder) {
        Message.Hello self = new Message.Hello(
                Message.PROTOCOL, Message.Role.GATEWAY, "0", "shop/web-1", "shop/web", "", List.of(), List.of(), "");
        return new StreamSource(new StreamSource.Settings(
                ControlAddress.of(control),
                self,
                folder.resolve("token"),
                folder.resolve("ca.crt"),
                folder.resolve("state")));
    }

    static Future<Gateway> gateway(Source source) {
        return Gateway.start(
                new Gateway.Options(
                        source,
                        "127.0.0.1",
                        0,
                        "127.0.0.1",
                        IntUnaryOperator.identity(),
                        false,
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(5),
                        OutputStream.nullOutputStream(),
                        HeaderMask.random(),
                        TracingSettings.OFF),
                Logging.install(System.err, Logging.Format.TEXT, Logging.Verbosity.WARN));
    }
}
