package dev.torii.cli;

import dev.torii.config.source.FileCatalog;
import dev.torii.control.Control;
import dev.torii.control.KeyFiles;
import dev.torii.control.identity.Believed;
import dev.torii.control.stream.StreamServer;
import dev.torii.proxy.telemetry.Logging;
import dev.torii.proxy.telemetry.Logging.Format;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code torii control}: serves proxies their configuration until SIGTERM or SIGINT. */
@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Tells each gateway and sidecar what it uses of manifests, and follows their changes.")
final class ControlCommand implements Callable<Integer> {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1", "localhost");

    @Spec
    private CommandSpec spec;

    @Option(names = "--config", arity = "1..*", paramLabel = "PATH", description = "Files and folders with manifests.")
    private List<Path> config = List.of();

    @Option(
            names = "--kube",
            description =
                    "Runs in a cluster and serves that: proxies show their tokens, statuses are written, Gateways get"
                            + " proxies. Has a certificate of its own.")
    private boolean kube;

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description = "Of the proxies that Gateways get (default: that of this pod).")
    private @Nullable String image;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "0.0.0.0:15010",
            converter = HostPort.Converter.class,
            description = "Where proxies come (default: ${DEFAULT-VALUE}).")
    private HostPort listen;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:15000",
            converter = HostPort.Converter.class,
            description = "Where /ready, /live and /metrics are (default: ${DEFAULT-VALUE}).")
    private HostPort admin;

    @Option(names = "--cert", paramLabel = "FILE", description = "Certificate chain, PEM; renewed files are taken.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its key, PEM.")
    private @Nullable Path key;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            defaultValue = "/var/run/torii/token",
            description =
                    "With --kube, the token that the other replicas know this one by (default: ${DEFAULT-VALUE}).")
    private Path token;

    @Option(
            names = "--lease",
            paramLabel = "D",
            defaultValue = "15s",
            converter = DurationConverter.class,
            description = "With --kube, how long the other replicas wait for a leader that is silent, in whole seconds"
                    + " (default: ${DEFAULT-VALUE}).")
    private Duration lease;

    @Option(
            names = "--drain-delay",
            paramLabel = "D",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "How long to keep serving after SIGTERM (default: ${DEFAULT-VALUE}).")
    private Duration drainDelay;

    @Override
    public Integer call() throws InterruptedException {
        if (config.isEmpty() != kube) {
            String problem = kube ? "give only one of " : "where does the configuration come from? Give ";
            throw new ParameterException(spec.commandLine(), problem + "--config or --kube");
        }
        if ((certificate == null) != (key == null) || kube && key != null) {
            throw new ParameterException(spec.commandLine(), "--cert and --key go together, and not with --kube");
        }
        if (lease.isZero() || !lease.equals(lease.truncatedTo(ChronoUnit.SECONDS))) {
            throw new ParameterException(spec.commandLine(), "--lease must be whole seconds, at least one");
        }
        Running.requirePaths(config);
        Logging.install(new FileOutputStream(FileDescriptor.err), Format.TEXT, Verbosity.INFO);
        Control.Parts parts = kube ? InCluster.control(listen, image, token, lease) : withFiles();
        return Running.untilStopped(Control.start(options(), parts), Control::drain, Control::stopped);
    }

    private Control.Parts withFiles() {
        if (!LOOPBACK.contains(listen.host())) {
            spec.commandLine()
                    .getErr()
                    .println("torii: without a cluster anybody who reaches " + listen.host() + ":" + listen.port()
                            + " is told what it asks for, private keys too");
        }
        return Control.Parts.alone(taker -> FileCatalog.watch(config, taker), new Believed(), keys());
    }

    private @Nullable KeyFiles keys() {
        try {
            return certificate == null || key == null ? null : new KeyFiles(certificate, key);
        } catch (IOException e) {
            throw new Failure(e.getMessage() + ": cannot be read");
        }
    }

    private Control.Options options() {
        return new Control.Options(
                listen.host(), listen.port(), admin.host(), admin.port(), StreamServer.Limits.USUAL, drainDelay);
    }
}
