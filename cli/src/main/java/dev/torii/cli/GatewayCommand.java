package dev.torii.cli;

import dev.torii.gateway.Gateway;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.Logging.Format;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code torii gateway}: runs the ingress role until SIGTERM, SIGINT or {@code POST /drain}. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Serves the Gateways and routes of manifests and follows their changes. SIGTERM drains.")
final class GatewayCommand implements Callable<Integer> {

    @Option(
            names = "--config",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description = "Files and folders with manifests.")
    private List<Path> config;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:15000",
            converter = HostPort.Converter.class,
            description = "Where /ready, /metrics, /explain and the like are (default: ${DEFAULT-VALUE}).")
    private HostPort admin;

    @Option(
            names = "--bind",
            paramLabel = "HOST",
            defaultValue = "0.0.0.0",
            description = "The address that listeners are opened on (default: ${DEFAULT-VALUE}).")
    private String bind;

    @Option(
            names = "--reuse-port",
            description =
                    "Opens listeners also on ports that another gateway of this user has open, to take over from it.")
    private boolean reusePort;

    @Option(names = "--event-loops", paramLabel = "N", description = "How many cores serve traffic (default: all).")
    private @Nullable Integer eventLoops;

    @Option(
            names = "--drain-delay",
            paramLabel = "D",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "How long to keep accepting after SIGTERM, so that load balancers learn of it"
                    + " (default: ${DEFAULT-VALUE}).")
    private Duration drainDelay;

    @Option(
            names = "--drain-timeout",
            paramLabel = "D",
            defaultValue = "30s",
            converter = DurationConverter.class,
            description = "How long requests in flight may take after that (default: ${DEFAULT-VALUE}).")
    private Duration drainTimeout;

    @Override
    public Integer call() throws InterruptedException {
        Running.requirePaths(config);
        Logging logging = Logging.install(new FileOutputStream(FileDescriptor.err), Format.TEXT, Verbosity.INFO);
        return Running.untilStopped(Gateway.start(options(), logging), Gateway::drain, Gateway::stopped);
    }

    private Gateway.Options options() {
        return new Gateway.Options(
                config,
                admin.host(),
                admin.port(),
                bind,
                IntUnaryOperator.identity(),
                reusePort,
                eventLoops == null ? Runtime.getRuntime().availableProcessors() : eventLoops,
                drainDelay,
                drainTimeout,
                new FileOutputStream(FileDescriptor.out));
    }
}
